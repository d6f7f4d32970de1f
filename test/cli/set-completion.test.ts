import { expect, test } from "bun:test";
import { completeSet } from "../../src/commands/set-completion.ts";

const values = (typed: string) => completeSet(typed).candidates.map(({ value }) => value);

test.each([
  [".vmT", [".vmType="]],
  [".vmType=", [".vmType=qemu", ".vmType=vz", ".vmType=wsl2"]],
  [".vmType=v", [".vmType=vz"]],
  [".os=", [".os=Linux", ".os=Darwin", ".os=FreeBSD"]],
  [".mountType=9", [".mountType=9p"]],
  [".plain=", [".plain=true", ".plain=false"]],
  [".plain=f", [".plain=false"]],
  [".ssh.forwardAgent=t", [".ssh.forwardAgent=true"]],
  [".cpus=", []],
  [".nope=", []],
  [".constructor=", []],
  ["nope", []],
])("%j completes to %j", (typed, expected) => {
  expect(values(typed)).toEqual(expected);
});

test("paths are offered two levels deep, lists and maps without their members", () => {
  const paths = values(".");
  for (const path of [".cpus=", ".ssh=", ".ssh.localPort=", ".vmOpts=", ".images=", ".env="])
    expect(paths).toContain(path);
  for (const path of [".vmOpts.qemu=", ".images.arch="]) expect(paths).not.toContain(path);
  expect(completeSet(".").directive).toBe(6);
});
