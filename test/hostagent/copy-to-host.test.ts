import { afterAll, describe, expect, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { CopyToHost } from "../../src/config/types.ts";
import { CopiedFiles } from "../../src/hostagent/copy-to-host.ts";
import { judgeReadFailure, readCommand } from "../../src/hostagent/copy-to-host-plan.ts";
import { SshCut } from "../../src/hostagent/ssh/session.ts";
import { exec } from "../../src/lib/exec.ts";
import { recordingLogger } from "../image/support/server.ts";

const root = mkdtempSync("/tmp/lc.");
afterAll(() => rmSync(root, { recursive: true }));

const rule = (guest: string, host: string, more: Partial<CopyToHost> = {}): CopyToHost => ({
  guest,
  host,
  skipIfMissing: false,
  deleteOnStop: false,
  ...more,
});

/** A session whose guest is this machine. @param cuts how many commands are cut off */
function files(rules: readonly CopyToHost[], cuts = 0) {
  const log = recordingLogger();
  let left = cuts;
  const session = {
    exec: async (command: string, options: { onStdout?: (chunk: Buffer) => void } = {}) => {
      if (left > 0) {
        left -= 1;
        options.onStdout?.(Buffer.from("half"));
        throw new SshCut("cut");
      }
      const result = await exec(["sh", "-c", command]);
      options.onStdout?.(Buffer.from(result.stdout));
      return result;
    },
  };
  return { log, copied: new CopiedFiles({ rules, session, logger: log }) };
}

describe("a file of the guest", () => {
  writeFileSync(join(root, "it's"), "content\n");

  test("comes to the host, private, in directories made for it, and goes when it is to go", async () => {
    const host = join(root, "made", "deep", "file");
    const { copied, log } = files([rule(join(root, "it's"), host, { deleteOnStop: true })], 1);
    await copied.start();
    expect(copied.health()).toEqual({ kind: "well" });
    expect(readFileSync(host, "utf8")).toBe("content\n");
    expect(statSync(host).mode & 0o777).toBe(0o600);
    expect(statSync(join(root, "made")).mode & 0o777).toBe(0o700);
    expect(log.lines).toEqual([`info: Copying config from ${join(root, "it's")} to ${host}`]);
    await copied.stop();
    expect(existsSync(host)).toBeFalse();
    expect(log.lines.at(-1)).toBe(`info: Deleting \`${host}\``);
  });

  test("that is missing fails, unless it may be missing; the others are copied", async () => {
    const [a, b, c] = ["a", "b", "c"].map((name) => join(root, name)) as [string, string, string];
    const { copied, log } = files([
      rule("/nonexistent/x", a),
      rule("/nonexistent/y", b, { skipIfMissing: true }),
      rule(join(root, "it's"), c),
    ]);
    await copied.start();
    expect(copied.health()).toEqual({
      kind: "failed",
      reason: expect.stringMatching(/^failed to copy `\/nonexistent\/x` .*No such file or directory$/),
    });
    expect([existsSync(a), existsSync(b), existsSync(c)]).toEqual([false, false, true]);
    expect(log.lines).toContain("info: Skip missing /nonexistent/y (no such file or directory)");
    await copied.stop();
    expect(existsSync(c)).toBeTrue();
  });

  test("that could not be written takes no directory of its name away at the end", async () => {
    const host = join(root, "mine");
    mkdirSync(host);
    writeFileSync(join(host, "kept"), "");
    const { copied, log } = files([rule(join(root, "it's"), host, { deleteOnStop: true })]);
    await copied.start();
    expect(copied.health()).toEqual({ kind: "failed", reason: expect.stringMatching(/mine` is a directory$/) });
    await copied.stop();
    expect(existsSync(join(host, "kept"))).toBeTrue();
    expect(log.lines.at(-1)).toStartWith(`warning: cannot delete \`${host}\`: `);
  });

  test("does not follow a link out of its directory, but one within it", async () => {
    const inside = join(root, "inside");
    mkdirSync(inside);
    writeFileSync(join(root, "outside"), "safe");
    writeFileSync(join(inside, "target"), "old");
    symlinkSync("../outside", join(inside, "away"));
    symlinkSync("target", join(inside, "near"));
    symlinkSync("nowhere", join(inside, "dangling"));
    const from = join(root, "it's");
    const { copied } = files(["away", "near", "dangling"].map((name) => rule(from, join(inside, name))));
    await copied.start();
    expect(copied.health()).toEqual({
      kind: "failed",
      reason: expect.stringMatching(/away` is a symbolic link that leaves its directory\n.*dangling` .*leads nowhere/),
    });
    expect(readFileSync(join(root, "outside"), "utf8")).toBe("safe");
    expect(readFileSync(join(inside, "target"), "utf8")).toBe("content\n");
  });
});

test("the guest's file is read in the C locale, its name quoted", () => {
  expect(readCommand("/a b'c", false)).toBe("env LANG=C LC_ALL=C cat '/a b'\\''c'");
  expect(readCommand("/x", true)).toBe("sudo env LANG=C LC_ALL=C cat '/x'");
});

test.each([
  ["cat: /x: Permission denied", false, false, "as-root"],
  ["cat: /x: Permission denied", true, true, "failed"],
  ["cat: /x: No such file or directory", false, true, "skip"],
  ["cat: /x: No such file or directory", true, true, "skip"],
  ["cat: /x: No such file or directory", false, false, "failed"],
  ["cat: /x: Is a directory", false, true, "failed"],
] as const)("after %p, as root %p, may be missing %p: %p", (stderr, asRoot, skipIfMissing, expected) => {
  expect(judgeReadFailure(stderr, asRoot, skipIfMissing)).toBe(expected);
});
