import { expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { prepareSshAccess } from "../../src/hostagent/ssh-access.ts";
import type { Host } from "../../src/lib/host.ts";
import type { Logger } from "../../src/lib/log.ts";
import { sampleConfig } from "../support/sample-config.ts";

const logger: Logger = { trace() {}, debug() {}, info() {}, warn() {}, error() {}, log() {} };

test("the host agent runs the ssh of PATH; what $SSH names decides its options, and is for people", async () => {
  const directory = mkdtempSync(join(tmpdir(), "limabun-access-"));
  const own = join(directory, "my-ssh");
  writeFileSync(own, "#!/bin/sh\necho OpenSSH_7.4p1 >&2\n", { mode: 0o755 });
  const host: Host = {
    os: "linux",
    arch: "x86_64",
    osVersion: "",
    cpus: 2,
    memoryBytes: 1 << 30,
    home: directory,
    user: { name: "ann", comment: "", uid: 1000, gid: 1000 },
    env: { PATH: process.env.PATH, HOME: directory, SSH: own },
    cwd: directory,
    self: [],
    now: new Date(0),
  };
  const keys = { identityFiles: ["/k"], publicKeys: [], skipped: [] };
  const endpoint = { address: "127.0.0.1", port: 60022 };
  const access = await prepareSshAccess({ host, logger, config: sampleConfig, directory, name: "i" }, keys, endpoint);
  expect(access.program.command).toEqual([Bun.which("ssh") ?? ""]);
  expect(access.options.map(({ key }) => key)).not.toContain("Ciphers");
  expect(readFileSync(join(directory, "ssh.config"), "utf8")).not.toContain("Ciphers");
  rmSync(directory, { recursive: true, force: true });
});
