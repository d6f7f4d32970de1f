import { describe, expect, test } from "bun:test";
import type { TemplateOptions } from "../../../src/lib/gotemplate/options.ts";
import { renderTemplate } from "../../../src/lib/gotemplate/render.ts";
import { withGoType } from "../../../src/lib/gotemplate/value.ts";
import answers from "./go-answers.json";

// The answers in go-answers.json are those of Go's own text/template (Go 1.26): output, or null and the error.

const instance = {
  Name: "default",
  Status: "Running",
  CPUs: 4,
  Memory: 4294967296,
  Param: withGoType("map[string]string", { b: "2", a: "1" }),
  Errors: ["e1", "e 2"],
  Config: withGoType("*main.Conf", { VMType: "qemu", CPUs: 4, Opts: { vz: { rosetta: { enabled: true } } } }),
  Disks: [withGoType("main.Disk", { Name: "d1", Format: true }), withGoType("main.Disk", { Name: "d2", Format: null })],
  Ratio: 1.5,
  None: null,
};

const data: Readonly<Record<string, unknown>> = { map: answers.data, five: 5, struct: instance };

const functions = {
  up: (text: string) => text.toUpperCase(),
  two: (a: unknown, b: unknown) => renderTemplate("{{print .a .b}}", { a, b }),
  bad: () => {
    throw new Error("bad thing");
  },
};

function answer(template: string, value: unknown, options: TemplateOptions): readonly (string | null)[] {
  try {
    return [template, renderTemplate(template, value, options)];
  } catch (error) {
    return [template, null, (error as Error).message];
  }
}

for (const [name, group] of Object.entries(answers.groups)) {
  describe(`like Go: ${name}`, () => {
    const options: TemplateOptions = {
      name: "t",
      functions,
      missingKey: group.missingKey as "default" | "zero" | "error",
      ...(group.data === "struct" ? { structName: "main.Inst" } : {}),
    };
    test.each(group.cases.map((row) => [row[0] ?? "", row] as const))("%s", (template, row) => {
      expect(answer(template, data[group.data], options)).toEqual([...row]);
    });
  });
}
