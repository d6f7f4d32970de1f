import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { TemplateError } from "../../../src/lib/gotemplate/error.ts";
import { sprintf } from "../../../src/lib/gotemplate/printf.ts";
import { renderTemplate } from "../../../src/lib/gotemplate/render.ts";

function expectAnswerOrTemplateError(text: string, data: unknown): void {
  try {
    expect(typeof renderTemplate(text, data)).toBe("string");
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
  }
}

describe("a template that would never end, ends with an error", () => {
  test.each([
    [
      "endless recursion",
      '{{define "a"}}{{template "a" .}}{{end}}{{template "a" .}}',
      "exceeded maximum template depth",
    ],
    ["a huge range", "{{range 9007199254740991}}{{end}}", "takes more than"],
    ["nested ranges", "{{range 100000}}{{range 100000}}{{range 100000}}{{end}}{{end}}{{end}}", "takes more than"],
    ["a value that doubles", '{{$x := "xxxxxxxx"}}{{range 100}}{{$x = print $x $x}}{{end}}', "is longer than"],
    ["output that grows", '{{$x := printf "%1000000d" 1}}{{range 1000}}{{$x}}{{end}}', "is longer than"],
    ["parentheses", `{{${"(".repeat(100_000)}1${")".repeat(100_000)}}}`, "max expression depth exceeded"],
    ["conditions", `${"{{if true}}".repeat(100_000)}${"{{end}}".repeat(100_000)}`, "max expression depth exceeded"],
    ["else ifs", `{{if false}}${"{{else if false}}".repeat(100_000)}{{end}}`, "max expression depth exceeded"],
  ])("%s", (_, text, message) => {
    expect(() => renderTemplate(text, {})).toThrow(message);
  });

  test("data that hold themselves print and end", () => {
    const data: Record<string, unknown> = {};
    data.self = data;
    expect(renderTemplate("{{.}}", data)).toContain("...");
  });

  test("a megabyte of text passes unchanged", () => {
    const text = "a{ b} \n".repeat(150_000);
    expect(renderTemplate(text, {})).toBe(text);
  });

  test("a megabyte in one string constant", () => {
    expect(renderTemplate(`{{len "${"x".repeat(1_000_000)}"}}`, {})).toBe("1000000");
  });
});

describe("any input gives a text or a TemplateError", () => {
  const words = [
    ...'{{|}}|{{- | -}}|.|.a|.b.c|$|$x|$x :=|$x =|, $y|if|else|else if|end|range|with|define "t"|block "t" .|template "t"|break'.split(
      "|",
    ),
    ...'continue|nil|true|1|-2.5|\'a\'|"s"|`r`|(|)|len|index|slice|eq|lt|and|or|not|print|printf "%v"|html|call| |/*|*/|\n|é'.split(
      "|",
    ),
    "|",
  ];
  const piece = fc.constantFrom(...words);
  const data = fc.jsonValue({ maxDepth: 3 });

  test("random words of the language", () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 25 }), data, (pieces, value) => {
        expectAnswerOrTemplateError(pieces.join(" "), value);
      }),
      { numRuns: 1500 },
    );
  });

  test("random actions", () => {
    fc.assert(
      fc.property(fc.array(fc.array(piece, { maxLength: 6 }), { maxLength: 6 }), data, (actions, value) => {
        expectAnswerOrTemplateError(actions.map((action) => `{{${action.join(" ")}}}`).join("x"), {
          a: value,
          b: value,
        });
      }),
      { numRuns: 1500 },
    );
  });

  test("random text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 60 }), (text) => {
        expectAnswerOrTemplateError(text, {});
        expectAnswerOrTemplateError(`{{${text}}}`, {});
      }),
    );
  });

  test("text without braces is its own output", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const plain = text.replaceAll("{", "");
        expect(renderTemplate(plain, {})).toBe(plain);
      }),
    );
  });

  test("a printed string is the string", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(renderTemplate("{{.text}}", { text })).toBe(text);
      }),
    );
  });

  test("random formats", () => {
    const format = fc.stringMatching(/^([%+\-# 0-9.*[\]vTdsqxXeEfFgGtcUbopw!z]{0,12})$/);
    const value = fc.oneof(data, fc.double(), fc.maxSafeInteger());
    fc.assert(
      fc.property(format, fc.array(value, { maxLength: 4 }), (text, values) => {
        expect(typeof sprintf(text, values)).toBe("string");
      }),
      { numRuns: 1000 },
    );
  });
});
