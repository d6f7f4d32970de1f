import { describe, expect, test } from "bun:test";
import { entryFate, relativeName } from "../../src/instance/clone-plan.ts";

describe("what becomes of an entry", () => {
  test.each([
    ["lima.yaml", "copy", "copy"],
    ["diffdisk", "copy", "copy"],
    ["protected", "leave", "copy"],
    ["swtpm", "leave", "leave"],
    ["ha.pid", "leave", "leave"],
    ["ssh.sock", "leave", "leave"],
    ["diffdisk.tmp", "leave", "leave"],
    ["state.json", "leave", "leave"],
    ["vz-identifier", "empty", "empty"],
  ])("%s", (name, cloned, renamed) => {
    expect([entryFate(name, false), entryFate(name, true)]).toEqual([cloned, renamed] as never);
  });
});

describe("a name of a file in the instance directory", () => {
  test.each([
    ["/l/foo/basedisk", "/l/foo/diffdisk", "basedisk"],
    ["/l/foo/./sub/../basedisk", "/l/foo/diffdisk", "basedisk"],
    ["/l/foo/basedisk", "/l/foo/sub/link", "../basedisk"],
    ["basedisk", "/l/foo/diffdisk", undefined],
    ["/l/foobar/basedisk", "/l/foo/diffdisk", undefined],
    ["/images/base.qcow2", "/l/foo/diffdisk", undefined],
  ])("%s in %s becomes %p", (target, file, name) => {
    expect(relativeName(target, file, "/l/foo")).toBe(name as string);
  });
});
