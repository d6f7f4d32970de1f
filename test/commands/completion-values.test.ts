import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { availableParallelism, totalmem } from "node:os";
import { join } from "node:path";
import { World } from "../support/limactl.ts";
import { askAll } from "./documented/program.ts";

let world: World;
beforeAll(() => {
  world = new World();
  for (const name of ["one", "two"]) mkdirSync(join(world.limaHome, name), { recursive: true });
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

/** 1, 2, 4, ... up to a limit, and the limit. */
function powers(limit: number): readonly number[] {
  const below = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024].filter((power) => power < limit);
  return limit > 0 ? [...below, limit] : [];
}

const halfGib = Math.floor(totalmem() / 2 / 1024 ** 3);
const memory = halfGib === 0 ? ["0.5"] : powers(halfGib).map((gib) => `${gib}.0`);

/** Words to complete, the candidates, and the directive: sections 6 and 12 of cli.md. */
const table: readonly (readonly [readonly string[], readonly string[], number])[] = [
  [["create", "--cpus", ""], powers(availableParallelism()).map(String), 4],
  [["edit", "--memory="], memory, 4],
  [["clone", "--mount-type", ""], ["reverse-sshfs", "9p", "virtiofs"], 4],
  [["rename", "--network", ""], ["lima:shared", "lima:bridged", "lima:host", "lima:user-v2", "vzNAT"], 4],
  [["restart", "--ssh-port", ""], ["60022"], 4],
  [["start", "--disk", ""], ["10", "30", "50", "100", "200"], 4],
  [["start", "--shell", ""], ["/bin/bash", "/bin/zsh", "cmd.exe", "powershell.exe", "pwsh.exe"], 4],
  [["create", "--arch", ""], ["x86_64", "aarch64", "riscv64", "armv7l", "s390x", "ppc64le"], 4],
  [["create", "--containerd", ""], ["user", "system", "user+system", "none"], 4],
  [["create", "--port-forward", ""], ["8080:80", "3000:3000", "8080:80,static=true"], 4],
  [["create", "--name", ""], [], 0],
  [["show-ssh", "-f", ""], ["cmd", "args", "options", "config"], 4],
  [["create", "--set", ".ssh.l"], [".ssh.localPort=", ".ssh.loadDotSSHPubKeys="], 6],
  [["start", "--set", ".vmOpts"], [".vmOpts="], 6],
  [["start", "--set=.vmType="], [".vmType=qemu", ".vmType=vz", ".vmType=wsl2"], 6],
  [["start", "--set", ".os="], [".os=Linux", ".os=Darwin", ".os=FreeBSD"], 6],
  [["start", "--set", ".arch=r"], [".arch=riscv64"], 6],
  [
    ["start", "--set", ".mountType="],
    ["reverse-sshfs", "9p", "virtiofs", "wsl2"].map((type) => `.mountType=${type}`),
    6,
  ],
  [["start", "--set", ".plain=t"], [".plain=true"], 6],
  [["start", "--set", ".memory="], [], 6],
  [["stop", ""], ["one", "two"], 4],
  [["stop", "one", "x"], ["one", "two"], 4],
  [["ls", "t"], ["one", "two"], 4],
  [["shell", "one", ""], ["one", "two"], 4],
  [["create", "template:podman-"], ["template:podman-rootful"], 0],
  [["create", "template:_default/"], ["template:_default/mounts"], 0],
  [["list", "--all"], ["--all-fields"], 4],
  [["list", "--json", "--js"], [], 4],
  [["list", "--filter", "x", "--fil"], ["--filter"], 4],
  [["shell", "--inst"], [], 4],
  [["sta"], ["start"], 4],
  [["hostag"], [], 4],
  [["completion", "z"], ["zsh"], 4],
  [["template", "val"], ["validate"], 4],
  [["help", "unp"], ["unprotect"], 4],
  [["copy", "x"], [], 0],
  [["prune", ""], [], 4],
];

test("__complete answers as documented; __completeNoDesc without descriptions", async () => {
  const answers = await askAll(
    world,
    table.map(([words]) => ["__completeNoDesc", ...words]),
  );
  const seen = answers.map(({ stdout }) => stdout.trimEnd().split("\n"));
  expect(seen).toEqual(table.map(([, candidates, directive]) => [...candidates, `:${directive}`]));
  const [described, plain] = await askAll(world, [
    ["__complete", "prun"],
    ["__complete", "create", "--vm-type", ""],
  ]);
  expect(described?.stdout).toMatch(/^prune\t\S.*\n:4\n$/);
  expect(plain?.stdout).toBe(`${await world.ok(["create", "--list-drivers"])}:4\n`);
});

test("the protocol names the directive on stderr, and the environment switches descriptions off", async () => {
  const run = await world.limactl(["__complete", "prun"], { env: { LIMACTL_COMPLETION_DESCRIPTIONS: "false" } });
  expect([run.stdout, run.stderr]).toEqual([
    "prune\n:4\n",
    "Completion ended with directive: ShellCompDirectiveNoFileComp\n",
  ]);
  const other = await world.limactl(["__complete", "prun"], { env: { COBRA_COMPLETION_DESCRIPTIONS: "0" } });
  expect(other.stdout).toBe("prune\n:4\n");
});
