import { expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLogger } from "../../src/cli/logger.ts";
import { execOutput } from "../../src/lib/exec.ts";
import type { Host } from "../../src/lib/host.ts";
import { ensureIdentity, loadSshKeys } from "../../src/store/ssh-keys.ts";
import { findSshProgram } from "../../src/store/ssh-program.ts";

const silent = createLogger({
  write: () => undefined,
  level: "panic",
  format: "text",
  colour: false,
  now: () => new Date(0),
  startedAt: new Date(0),
});

function place(): Disposable & { readonly host: Host; readonly home: string; readonly limaHome: string } {
  const home = mkdtempSync(join(tmpdir(), "limabun-keys-"));
  const host: Host = {
    os: "linux",
    arch: "x86_64",
    osVersion: "",
    cpus: 2,
    memoryBytes: 1 << 30,
    home,
    user: { name: "ann", comment: "", uid: 1000, gid: 1000 },
    env: { PATH: process.env.PATH, HOME: home },
    cwd: home,
    self: [],
    now: new Date(0),
  };
  return {
    host,
    home,
    limaHome: join(home, ".lima"),
    [Symbol.dispose]: () => rmSync(home, { recursive: true, force: true }),
  };
}

test("the identity is made once, however many want it at the same time, and belongs to the user alone", async () => {
  using at = place();
  const paths = await Promise.all(Array.from({ length: 5 }, () => ensureIdentity(at.host, at.limaHome)));
  expect(new Set(paths)).toEqual(new Set([join(at.limaHome, "_config", "user")]));
  expect(statSync(join(at.limaHome, "_config")).mode & 0o777).toBe(0o700);
  expect(statSync(paths[0]!).mode & 0o777).toBe(0o600);
  const before = readFileSync(paths[0]!, "utf8");
  await ensureIdentity(at.host, at.limaHome);
  expect(readFileSync(paths[0]!, "utf8")).toBe(before);
  expect(readFileSync(`${paths[0]}.pub`, "utf8")).toMatch(/^ssh-ed25519 \S+ lima\n$/);
});

test("keys of ~/.ssh follow in the order of their names; what is no key is named", async () => {
  using at = place();
  const ssh = join(at.home, ".ssh");
  mkdirSync(ssh);
  await execOutput(["ssh-keygen", "-t", "ed25519", "-q", "-N", "", "-f", join(ssh, "id_b")]);
  writeFileSync(join(ssh, "id_a.pub"), readFileSync(join(ssh, "id_b.pub")));
  writeFileSync(join(ssh, "junk.pub"), "not a key\n");
  writeFileSync(join(ssh, "config"), "Host x\n");
  const keys = await loadSshKeys(at.host, at.limaHome, true);
  expect(keys.identityFiles).toEqual([join(at.limaHome, "_config", "user"), join(ssh, "id_b")]);
  expect(keys.publicKeys).toHaveLength(3);
  expect(keys.publicKeys[1]).toBe(keys.publicKeys[2]!);
  expect(keys.skipped).toEqual([join(ssh, "junk.pub")]);
  expect((await loadSshKeys(at.host, at.limaHome, false)).publicKeys).toHaveLength(1);
});

test("the ssh client is asked once; afterwards the answer is on disk", async () => {
  using at = place();
  const first = await findSshProgram(at.host, silent);
  expect(first.version[0]).toBeGreaterThan(5);
  const cache = join(at.home, ".cache/lima/ssh-program.json");
  const known = JSON.parse(readFileSync(cache, "utf8"));
  writeFileSync(cache, JSON.stringify({ ...known, version: [1, 2, 3] }));
  expect((await findSshProgram(at.host, silent)).version).toEqual([1, 2, 3]);
  writeFileSync(cache, "broken");
  expect(await findSshProgram(at.host, silent)).toEqual(first);
});

test("without ssh it is said what to install; $SSH may name another with arguments", async () => {
  using at = place();
  expect(findSshProgram({ ...at.host, env: { PATH: at.home } }, silent)).rejects.toThrow(
    "executable file not found in $PATH",
  );
  const own = await findSshProgram({ ...at.host, env: { ...at.host.env, SSH: "ssh -o 'LogLevel=ERROR'" } }, silent);
  expect(own.command.slice(1)).toEqual(["-o", "LogLevel=ERROR"]);
});

test("a $SSH whose quotes do not end is passed over with a warning", async () => {
  using at = place();
  const told: string[] = [];
  const logger = createLogger({
    write: (line) => told.push(line),
    level: "info",
    format: "text",
    colour: false,
    now: () => new Date(0),
    utc: true,
    startedAt: new Date(0),
  });
  const found = await findSshProgram({ ...at.host, env: { ...at.host.env, SSH: "ssh 'x" } }, logger);
  expect(found.command).toHaveLength(1);
  expect(told[0]).toContain("Failed to split SSH variable into shell tokens. Falling back to 'ssh' command");
});
