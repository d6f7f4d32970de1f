import { expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bootScripts } from "../../src/assets/boot-scripts.ts";
import { writeWindowsMedia } from "../../src/hostagent/windows-media.ts";
import { writeIso } from "../../src/lib/iso9660/write.ts";
import { sampleConfig } from "../support/sample-config.ts";

test.each([
  ["CCCOMA_X64FRE_EN-US_DV9", "6"],
  ["SSS_X64FREE_EN-US_DV9", "1"],
])("the media for the installer %s choose image %s, with a password of their own", (label, index) => {
  const directory = mkdtempSync(join(tmpdir(), "windows-media-"));
  try {
    const time = new Date("2026-01-01T00:00:00Z");
    writeIso(join(directory, "iso"), [{ path: "setup.exe", mode: 0o755, content: "" }], { label, time });
    writeFileSync(join(directory, "cloud-config.yaml"), "");
    const config = { ...sampleConfig, os: "Windows" as const, plain: true };
    const options = { config, name: "win", directory, sshPublicKeys: ["ssh-ed25519 AAAA"], bootScripts, time };
    const read = () => {
      expect(writeWindowsMedia(options)).toBe("iid-1767225600");
      const iso = join(directory, "cidata.iso");
      expect(spawnSync("isoinfo", ["-d", "-i", iso], { encoding: "utf8" }).stdout).toContain(
        "Volume id: autounattend\n",
      );
      return spawnSync("isoinfo", ["-J", "-i", iso, "-x", "/autounattend.xml"], { encoding: "utf8" }).stdout;
    };
    const first = read();
    expect(first).toContain(`<Key>/IMAGE/INDEX</Key>\n`);
    expect(first).toContain(`<Value>${index}</Value>`);
    expect(existsSync(join(directory, "cloud-config.yaml"))).toBe(false);
    const password = (text: string) => /<Value>([A-Za-z0-9]{16})<\/Value>/.exec(text)?.[1];
    expect(password(first)).toHaveLength(16);
    expect(password(read())).not.toBe(password(first) ?? "");
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});
