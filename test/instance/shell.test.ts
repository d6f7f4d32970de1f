import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Config } from "../../src/config/types.ts";
import type { InstanceContext } from "../../src/instance/context.ts";
import type { Instance } from "../../src/instance/record.ts";
import { shellArguments } from "../../src/instance/shell.ts";
import { readHost } from "../../src/lib/host-read.ts";

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "shell-"));
  mkdirSync(join(root, "home"));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const mount = { location: "/", mountPoint: "/" };
test.each([
  ["a directory that was removed", "gone", "home", [mount], undefined, ["failed to get the current directory"]],
  ["a home that does not exist", "home", "none", [mount], undefined, ["failed to get the home directory"]],
  ["both there", "home", "home", [mount], undefined, []],
  ["no mounts that they matter for", "gone", "gone", [], undefined, []],
  ["a directory of the guest instead", "gone", "gone", [mount], "/tmp", []],
] as const)("in %s, the warnings are told", async (_what, cwd, home, mounts, workdir, expected) => {
  const warned: string[] = [];
  const quiet = () => undefined;
  const host = {
    ...readHost(),
    env: { ...process.env, XDG_CACHE_HOME: join(root, "cache") },
    cwd: join(root, cwd),
    home: join(root, home),
  };
  const context = {
    host,
    limaHome: root,
    logger: { warn: (text: string) => warned.push(text), info: quiet, debug: quiet },
  } as unknown as InstanceContext;
  const config = {
    os: "Linux",
    mounts,
    user: { name: "u", shell: "/bin/sh" },
    ssh: { loadDotSSHPubKeys: false, forwardAgent: false, forwardX11: false, forwardX11Trusted: false },
  } as unknown as Config;
  const instance = { name: "m", dir: join(root, "m"), sshLocalPort: 22, sshAddress: "127.0.0.1" } as Instance;
  const argv = await shellArguments(context, instance, config, {
    ...{ command: ["true"], workdir, shell: undefined, preserveEnv: false, terminal: false },
  });
  expect(argv.at(-1)).toEndWith("exec /bin/sh -l -c true");
  expect(warned).toEqual([...expected]);
});
