import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { shellSplit } from "../../src/lib/shell-split.ts";

describe("words", () => {
  const rows = [
    ["", []],
    ["  a  b\tc\n", ["a", "b", "c"]],
    ["'a b' \"c d\"e", ["a b", "c de"]],
    ["''", [""]],
    ['"a\\"b\\$c\\d"', ['a"b$c\\d']],
    ["a\\ b \\'", ["a b", "'"]],
    ["'a\\'", ["a\\"]],
    ["a\\\nb", ["ab"]],
    [`ssh -o 'A B' "c d"`, ["ssh", "-o", "A B", "c d"]],
  ] as const;
  for (const [text, words] of rows) test(JSON.stringify(text), () => expect(shellSplit(text)).toEqual([...words]));
  for (const text of ["'a", '"a', '"a\\"', "a\\"]) {
    test(`${text} does not end`, () => expect(() => shellSplit(text)).toThrow());
  }

  test("that are single-quoted come back as they were", () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (words) => {
        const text = words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
        expect(shellSplit(text)).toEqual(words);
      }),
    );
  });
});
