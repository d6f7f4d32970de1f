import { expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeMediaDirectory } from "../../src/hostagent/media-directory.ts";

test("a directory of media is written anew, private and executable", () => {
  const root = mkdtempSync(join(tmpdir(), "media-directory-"));
  try {
    const path = join(root, "cidata");
    const agent = join(root, "agent");
    writeFileSync(agent, "agent", { mode: 0o644 });
    writeMediaDirectory(path, [{ path: "old", mode: 0o644, content: "" }]);
    writeMediaDirectory(path, [
      { path: "user-data", mode: 0o644, content: "x" },
      { path: "boot/Linux/a.sh", mode: 0o755, content: new Uint8Array([0, 255]) },
      { path: "lima-guestagent", mode: 0o755, content: { file: agent } },
    ]);
    expect(readdirSync(path).sort()).toEqual(["boot", "lima-guestagent", "user-data"]);
    expect([...readFileSync(join(path, "boot/Linux/a.sh"))]).toEqual([0, 255]);
    expect(readFileSync(join(path, "lima-guestagent"), "utf8")).toBe("agent");
    for (const name of [".", "boot", "boot/Linux", "boot/Linux/a.sh", "lima-guestagent", "user-data"])
      expect(statSync(join(path, name)).mode & 0o777).toBe(0o700);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});
