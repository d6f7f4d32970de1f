import { expect, test } from "bun:test";
import fc from "fast-check";
import { isWithin, pathBelow } from "../../../src/lib/sftp/path-plan.ts";

test.each<[string, string, string | undefined]>([
  ["/home/u", "/home/u", "."],
  ["/home/u", "/home/u/", "."],
  ["/home/u", "/home/u/a/../b", "b"],
  ["/home/u", "a", "a"],
  ["/home/u", "/home/u/..a", "..a"],
  ["/home/u", "/home/user", undefined],
  ["/home/u", "/home/u/../v", undefined],
  ["/home/u", "..", undefined],
  ["/home/u", "/", undefined],
  ["/home/u", "/home/u/a\0b", undefined],
  ["/", "/etc", "etc"],
])("below %s, %p is %p", (root, path, below) => {
  expect(pathBelow(root, path)).toBe(below);
});

test("no path leads out of the directory", () => {
  const part = fc.constantFrom("..", ".", "", "a", "/", "home", "u");
  fc.assert(
    fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
      const below = pathBelow("/home/u", parts.join("/"));
      expect(below === undefined || !below.split("/").includes("..")).toBe(true);
    }),
  );
});

test("a directory whose name begins alike is another one", () => {
  expect([isWithin("/a", "/a"), isWithin("/a", "/a/b"), isWithin("/a", "/ab"), isWithin("/", "/x")]).toEqual([
    true,
    true,
    false,
    true,
  ]);
});
