import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { parse, stringify } from "yaml";
import { UserError } from "../../../src/lib/errors.ts";
import { evaluateAll, evaluateJson, evaluateYaml } from "../../../src/lib/yq/evaluate.ts";

const awkward = fc.constantFrom(
  "",
  " ",
  "a: b",
  "- x",
  "#c",
  "a #b",
  "true",
  "null",
  "~",
  "1e3",
  "0x1F",
  "2020-01-01",
  "'q'",
  '"d"',
  "a\nb",
  "a\n",
  "\n",
  "\n\na",
  " lead\nx",
  "x\n\n",
  "tab\tx",
  "{a}",
  "[b]",
  "*x",
  "&x",
  "!x",
  "%x",
  "@x",
  "`x",
  "| x",
  "> x",
  "a\r\nb",
  "\u0000",
  "🟢",
  "é",
  "---",
  "...",
  "<<",
  "key:",
  ":",
  "?",
  "? a",
  "a,b",
  "=",
  "\u2028",
  "trailing ",
  "a\n  b\nc",
  "\\n",
  "0755",
  "1_000",
  ".inf",
  "-",
);
const text = fc.oneof(
  awkward,
  fc.string({ maxLength: 12 }),
  fc.string({ unit: "binary", maxLength: 6 }).filter((s) => s.isWellFormed()),
);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    text,
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(
      text.filter((key) => key !== "__proto__"),
      tie("value"),
      { maxKeys: 4 },
    ),
  ),
}));

describe("`.` is the identity", () => {
  test("on any value: what is printed reads as the same value", () => {
    fc.assert(
      fc.property(value, fc.boolean(), (given, flow) => {
        const source = flow ? `root: ${JSON.stringify(given)}\n` : stringify({ root: given }, { lineWidth: 0 });
        const printed = evaluateYaml(".", source);
        expect(parse(printed)).toEqual(parse(source));
        expect(evaluateYaml(".", printed)).toBe(printed);
      }),
      { numRuns: 300 },
    );
  });

  const style = fc.constantFrom("BLOCK_FOLDED", "BLOCK_LITERAL", "QUOTE_DOUBLE", "QUOTE_SINGLE");
  test("on texts of any style and width: what is printed reads as the same value", () => {
    fc.assert(
      fc.property(value, style, fc.constantFrom(0, 20), (given, defaultStringType, lineWidth) => {
        const source = stringify({ root: given }, { lineWidth, defaultStringType, defaultKeyType: "PLAIN" });
        const printed = evaluateYaml(".", source);
        expect(parse(printed)).toEqual(parse(source));
        expect(evaluateYaml(".", printed)).toBe(printed);
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    ["spaces at the start", "a: >2-\n    lead\nb: 1\n"],
    ["an empty line at the start", "a: >2\n\n    lead\n   more\nb: 1\n"],
    ["indented lines", "a: >-\n  x\n\n    more\n  y\nb: 1\n"],
  ])("on a folded text with %s, as it is written", (_name, source) => {
    expect(evaluateYaml(".", source)).toBe(source);
  });

  test("on any plain value: what is printed reads as the same value", () => {
    fc.assert(
      fc.property(value, (given) => {
        const printed = evaluateJson(".", { root: given }, { indent: 4 });
        expect(parse(printed, { version: "1.2" })).toEqual({ root: given });
      }),
      { numRuns: 300 },
    );
  });

  const comment = fc.constantFrom("# a", "#b", "# c: d", "# - e", "#");
  const gap = fc.array(fc.oneof(comment, fc.constant("")), { maxLength: 4 });
  test("on any block document in canonical form, comments and blank lines in any place included", () => {
    const indented = (lines: readonly string[]): string[] => lines.map((line) => (line === "" ? line : `  ${line}`));
    const { map, list } = fc.letrec<{ map: string[]; list: string[] }>((tie) => ({
      map: fc
        .array(fc.tuple(gap, fc.constantFrom("", "  # tail"), body(tie)), { minLength: 1, maxLength: 3 })
        .map((entries) =>
          entries.flatMap(([before, tail, inner], i) => {
            if (inner === undefined) return [...before, `k${i}: value${tail}`];
            return [...before, `k${i}:${tail}`, ...(inner.isList ? inner.lines : indented(inner.lines))];
          }),
        ),
      list: fc
        .array(fc.tuple(gap, fc.constantFrom("", "  # tail"), body(tie)), { minLength: 1, maxLength: 3 })
        .map((items) =>
          items.flatMap(([before, tail, inner]) => {
            const [first, ...rest] = inner?.lines ?? [];
            if (first === undefined || first === "" || first.startsWith("#")) return [...before, `- value${tail}`];
            return [...before, `- ${first}`, ...indented(rest)];
          }),
        ),
    }));
    function body(tie: fc.LetrecTypedTie<{ map: string[]; list: string[] }>) {
      const nested = fc.oneof(
        tie("map").map((lines) => ({ isList: false, lines })),
        tie("list").map((lines) => ({ isList: true, lines })),
      );
      return fc.oneof({ maxDepth: 3, depthIdentifier: "yaml" }, fc.constant(undefined), nested);
    }
    fc.assert(
      fc.property(fc.oneof(map, list), gap, (lines, end) => {
        const source = `${[...lines, ...end].join("\n").trimEnd()}\n`;
        expect(evaluateYaml(".", source)).toBe(source);
      }),
      { numRuns: 300 },
    );
  });
});

const bits = fc.constantFrom(
  ".",
  ".a",
  ".b",
  "[]",
  "[0]",
  " | ",
  ", ",
  " + ",
  " * ",
  " == ",
  " // ",
  "(",
  ")",
  "select(",
  "map(",
  "length",
  "keys",
  "$x",
  " as $x | ",
  '"s"',
  "1",
  "{",
  "}",
  ":",
  "[",
  "]",
  " = ",
  " |= ",
  "..",
  "del(",
  "sort",
  "test(",
  "to_entries",
  "?",
  "not",
  " and ",
  "path",
  "ireduce",
  ";",
  "explode(.)",
  "tag",
);

test("any expression gives a result or an error for people, never anything else", () => {
  fc.assert(
    fc.property(fc.array(bits, { maxLength: 8 }), (parts) => {
      try {
        evaluateYaml(parts.join(""), "a: &x\n  b: [1, {c: cat}]\nb: *x\n");
      } catch (error) {
        expect(error).toBeInstanceOf(UserError);
      }
    }),
    { numRuns: 1500 },
  );
});

test("any text is read or refused with an error for people", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc
          .array(
            fc.constantFrom(
              "a",
              ": ",
              "- ",
              "\n",
              "  ",
              "#",
              "'",
              '"',
              "[",
              "]",
              "{",
              "}",
              "&x",
              "*x",
              "|",
              ">",
              "!t",
              "---\n",
              "? ",
              ",",
            ),
          )
          .map((p) => p.join("")),
      ),
      (source) => {
        try {
          evaluateYaml(".", source);
        } catch (error) {
          expect(error).toBeInstanceOf(UserError);
        }
      },
    ),
    { numRuns: 1500 },
  );
});

test("deep nesting is refused, not a crash", () => {
  for (const depth of [3_000, 200_000]) {
    expect(() => evaluateYaml(".", "[".repeat(depth) + "]".repeat(depth))).toThrow("nested too deeply");
    expect(() => evaluateYaml("(".repeat(depth) + ")".repeat(depth), "a: 1")).toThrow(UserError);
  }
});

test("a bomb of aliases is refused when it is expanded, and copied when it is not", () => {
  let bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (let i = 1; i < 12; i++)
    bomb += `a${i}: &a${i} [${Array(10)
      .fill(`*a${i - 1}`)
      .join(", ")}]\n`;
  expect(evaluateYaml(".", bomb)).toBe(bomb);
  expect(() => evaluateAll(".", bomb)).toThrow("too large");
  expect(() => evaluateYaml("explode(.)", bomb)).toThrow("too many aliases");
});
