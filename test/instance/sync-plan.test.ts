import { describe, expect, test } from "bun:test";
import { changesQuestion, countChanges, isUnchanged, pagerCommand, pathDepth } from "../../src/instance/sync-plan.ts";

describe("the depth of a directory", () => {
  test.each([
    ["/", "linux", 2],
    ["/home/u", "linux", 3],
    ["/home/u/", "linux", 3],
    ["/home//u/x", "linux", 4],
    ["/home/a\\b", "linux", 3],
    ["C:\\", "windows", 2],
    ["C:\\Users\\u", "windows", 3],
    ["C:/Users/u\\x", "windows", 4],
    ["\\\\server\\share", "windows", 3],
    ["\\\\?\\UNC\\server\\share", "windows", 3],
    ["\\\\?\\C:\\Users\\u", "windows", 3],
  ] as const)("%s on %s", (directory, os, depth) => {
    expect(pathDepth(directory, os)).toBe(depth);
  });
});

test("changes are counted from what rsync itemizes", () => {
  const output = [
    "receiving incremental file list",
    "created directory tmp",
    "*deleting   work/old",
    ".d..t...... work/",
    ">f+++++++++ work/new",
    "              0   0%    0.00kB/s    0:00:00 (xfr#1, to-chk=0/4)",
    "cd+++++++++ work/dir/",
    "cL+++++++++ work/link -> new",
    ">f.st...... work/changed",
    ".f...p..... work/mode",
    ".f          work/same",
    "sent 20 bytes  received 120 bytes",
  ].join("\n");
  expect(countChanges(output)).toEqual({ added: 3, deleted: 1, modified: 1, metadata: 2 });
  expect(changesQuestion(countChanges(output))).toBe(
    "⚠️ Accept the changes? (added: 3, deleted: 1, modified: 1, metadata: 2)",
  );
});

test("a listing without items is no change", () => {
  expect(isUnchanged(countChanges("receiving incremental file list\n\nsent 1 bytes\n"))).toBe(true);
  expect(isUnchanged(countChanges(".d..t...... work/\n"))).toBe(false);
});

describe("the pager", () => {
  test.each([
    [{}, ["less", "-R"]],
    [{ PAGER: "" }, ["less", "-R"]],
    [{ PAGER: "less -F" }, ["less", "-F", "-R"]],
    [{ PAGER: "/usr/bin/less" }, ["/usr/bin/less", "-R"]],
    [{ PAGER: "less -FR" }, ["less", "-FR"]],
    [{ PAGER: "less --raw-control-chars" }, ["less", "--raw-control-chars"]],
    [{ LESS: "FRX" }, ["less"]],
    [{ PAGER: "less --quit-if-one-screen" }, ["less", "--quit-if-one-screen", "-R"]],
    [{ PAGER: "more -s" }, ["more", "-s"]],
  ])("of %j", (env, command) => {
    expect(pagerCommand(env)).toEqual(command);
  });
});
