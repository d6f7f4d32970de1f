import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import {
  absolutePath,
  goFileMode,
  isDirectoryMode,
  isPattern,
  patternRegExp,
} from "../../src/commands/mcp/paths-plan.ts";

describe("a path of the guest", () => {
  test("is absolute, and cleaned", () => {
    expect(absolutePath("/a//b/../c")).toBe("/a/c");
  });
  test.each([
    ["", "path is empty"],
    ["a/b", "expected an absolute path, got a relative path: `a/b`"],
    ["~/x", "expected an absolute path, got a relative path: `~/x`"],
  ])("%j is none", (path, message) => {
    expect(() => absolutePath(path)).toThrow(message);
  });
});

describe("a pattern", () => {
  test.each([
    ["abc", "abc", true],
    ["*", "abc", true],
    ["*", ".hidden", true],
    ["*c", "abc", true],
    ["a*", "ab/c", false],
    ["a?c", "abc", true],
    ["a?c", "a/c", false],
    ["ab[c]", "abc", true],
    ["ab[b-d]", "abc", true],
    ["ab[e-g]", "abc", false],
    ["ab[^c]", "abc", false],
    ["ab[^e-g]", "abc", true],
    ["a\\*b", "a*b", true],
    ["a\\*b", "ab", false],
    ["a[\\]]b", "a]b", true],
    ["[x\\-]", "-", true],
    ["[z-a]", "b", false],
    ["a.c", "abc", false],
    ["a+", "aa", false],
    ["(a|b)", "a", false],
    ["", "", true],
    ["ä?", "äö", true],
  ])("%s matches %s: %j", (pattern, name, matches) => {
    expect(patternRegExp(pattern).test(name)).toBe(matches);
  });

  test.each(["[", "[a", "[]a]", "[-]", "[x-]", "[-x]", "a\\", "[a-b-c]", "[^", "[\\"])("%s is none", (pattern) => {
    expect(() => patternRegExp(pattern)).toThrow("syntax error in pattern");
  });

  test("of any text is an expression or refused, and a plain text matches itself alone", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        try {
          patternRegExp(text);
        } catch (error) {
          expect((error as Error).message).toBe("syntax error in pattern");
        }
        if (!isPattern(text)) {
          expect(patternRegExp(text).test(text)).toBe(true);
          expect(patternRegExp(text).test(`${text}x`)).toBe(false);
        }
      }),
    );
  });
});

test.each([
  [0o100644, 0o644],
  [0o040755, 0o755 + 2 ** 31],
  [0o041777, 0o777 + 2 ** 31 + 2 ** 20],
  [0o120777, 0o777 + 2 ** 27],
  [0o104755, 0o755 + 2 ** 23],
  [0o102755, 0o755 + 2 ** 22],
  [0o010600, 0o600 + 2 ** 25],
  [0o140600, 0o600 + 2 ** 24],
  [0o020666, 0o666 + 2 ** 26 + 2 ** 21],
  [0o060660, 0o660 + 2 ** 26],
])("the mode %o has Go's bits", (mode, bits) => {
  expect(goFileMode(mode)).toBe(bits);
  expect(isDirectoryMode(mode)).toBe((mode & 0o170000) === 0o040000);
});
