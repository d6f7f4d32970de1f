import { describe, expect, test } from "bun:test";
import { TemplateError } from "../../../src/lib/gotemplate/error.ts";
import { executeTemplate } from "../../../src/lib/gotemplate/execute.ts";
import { parseTemplate } from "../../../src/lib/gotemplate/parse.ts";
import { renderTemplate } from "../../../src/lib/gotemplate/render.ts";
import { NilPointer, withGoType } from "../../../src/lib/gotemplate/value.ts";

const instance = {
  Name: "docker",
  Dir: "/home/u/.lima/docker",
  SSHConfigFile: "/home/u/.lima/docker/ssh.config",
  Status: "Running",
  Config: withGoType("limatype.LimaYAML", { VMOpts: { vz: { rosetta: { enabled: true } } } }),
};
const listed = { name: "format", structName: "store.FormatData" };

describe("list formats", () => {
  test.each([
    ["{{ .Status }}", "Running"],
    ["unix://{{.Dir}}/sock/docker.sock", "unix:///home/u/.lima/docker/sock/docker.sock"],
    ["{{.SSHConfigFile}}", "/home/u/.lima/docker/ssh.config"],
    ["{{if .Config.VMOpts.vz.rosetta.enabled}}rosetta{{end}}", "rosetta"],
    ["{{if .Config.VMOpts.krunkit.rosetta.enabled}}rosetta{{end}}", ""],
  ])("%s", (text, expected) => {
    expect(renderTemplate(text, instance, listed)).toBe(expected);
  });

  test("an unknown field of an instance is an error that names it", () => {
    expect(() => renderTemplate("{{.Nope}}", instance, listed)).toThrow(
      "can't evaluate field Nope in type store.FormatData",
    );
  });

  test("an unknown field of a struct inside is an error, too", () => {
    expect(() => renderTemplate("{{.Config.Nope}}", instance, listed)).toThrow(
      "can't evaluate field Nope in type limatype.LimaYAML",
    );
  });

  test("a parsed template renders many instances", () => {
    const template = parseTemplate("{{.Name}};", "format");
    const names = ["a", "b"].map((Name) => executeTemplate(template, { Name }, { structName: "store.FormatData" }));
    expect(names.join("")).toBe("a;b;");
  });

  test("the data that is given stays as it was", () => {
    const data = Object.freeze({ list: Object.freeze([1, 2]) });
    expect(renderTemplate("{{$x := .list}}{{range $x}}{{.}}{{end}}", data, { structName: "S" })).toBe("12");
    expect(renderTemplate("{{.nope}}", data)).toBe("<no value>");
  });
});

describe("lima.yaml templates", () => {
  const guest = { Name: "default", User: "lima", Home: "/home/lima.guest", UID: "501", Param: { url: "", x: "1" } };
  test.each([
    ["{{.Home}}/.config", "/home/lima.guest/.config"],
    ["{{.Param.x}}", "1"],
    ["{{.Param.nope}}", "<no value>"],
    ["{{.Nope.deeper}}", "<no value>"],
    ['{{if eq .Param.nope "1"}}y{{else}}n{{end}}', "n"],
    ["{{if and .Param.url .Param.token}}worker{{else}}server{{end}}", "server"],
    ["{{- if .Param.x}}\nx\n{{- end}}", "\nx"],
  ])("%s", (text, expected) => {
    expect(renderTemplate(text, guest)).toBe(expected);
  });

  test("a field below an explicit null is an error", () => {
    expect(() => renderTemplate("{{.a.b}}", { a: null })).toThrow("nil pointer evaluating interface {}.b");
  });

  test("names of JavaScript's own are no fields", () => {
    expect(renderTemplate("{{.constructor}}{{.__proto__}}{{.toString}}", {})).toBe("<no value>".repeat(3));
    expect(renderTemplate('{{index . "hasOwnProperty"}}', {})).toBe("<no value>");
    expect(() => renderTemplate("{{.constructor}}", {}, { structName: "S" })).toThrow("can't evaluate field");
    expect(() => renderTemplate("{{constructor}}", {})).toThrow('function "constructor" not defined');
  });
});

describe("extension functions", () => {
  test("one with declared parameters has its arguments counted", () => {
    const functions = { twice: (text: string) => text + text };
    expect(renderTemplate('{{twice "ab"}}', {}, { functions })).toBe("abab");
    expect(() => renderTemplate("{{twice}}", {}, { functions })).toThrow(
      "wrong number of args for twice: want 1 got 0",
    );
  });

  test("one with a rest parameter takes any number", () => {
    const functions = { count: (...args: readonly unknown[]) => args.length };
    expect(renderTemplate("{{count}}{{count 1 2}}{{3 | count 1 2}}", {}, { functions })).toBe("023");
  });

  test("nil and floats arrive as plain values", () => {
    const seen: unknown[] = [];
    const functions = { see: (...args: readonly unknown[]) => String(seen.push(...args)) };
    const data = { struct: withGoType("T", { unset: undefined }) };
    renderTemplate("{{see .missing nil 1.0 2 .struct.unset}}", data, { functions });
    expect(seen).toEqual([null, null, 1, 2, null]);
  });

  test("they replace builtin ones and the words break and continue", () => {
    const functions = { len: () => "mine", break: () => "broke" };
    expect(renderTemplate("{{len}} {{break}}", {}, { functions })).toBe("mine broke");
  });
});

describe("types", () => {
  test.each([
    ["{{.p}}", "<nil>"],
    ['{{printf "%v %d" .p .p}}', "<nil> 0"],
    ["{{if .p}}y{{else}}n{{end}}", "n"],
  ])("a nil pointer: %s", (text, expected) => {
    expect(renderTemplate(text, { p: new NilPointer("*limatype.User") })).toBe(expected);
  });

  test("a field of a nil pointer is an error that names its type", () => {
    expect(() => renderTemplate("{{.p.Name}}", { p: new NilPointer("*limatype.User") })).toThrow(
      "nil pointer evaluating *limatype.User.Name",
    );
  });

  test("a typed map gives its zero for a missing key to index", () => {
    expect(renderTemplate('[{{index .m "x"}}]', { m: withGoType("map[string]string", {}) })).toBe("[]");
  });

  test("a big integer keeps all its digits", () => {
    expect(renderTemplate('{{.n}} {{printf "%x" .n}} {{eq .n 9223372036854775807}}', { n: 2n ** 63n - 1n })).toBe(
      "9223372036854775807 7fffffffffffffff true",
    );
  });

  test("map keys sort by their UTF-8 bytes", () => {
    expect(renderTemplate("{{range $k, $v := .}}{{$k}}{{end}}", { "\u{1f600}": 1, "\uff5e": 1, b: 1, B: 1 })).toBe(
      "Bb\uff5e\u{1f600}",
    );
  });

  test("every error is a TemplateError", () => {
    expect(() => renderTemplate("{{", {})).toThrow(TemplateError);
    expect(() => renderTemplate("{{.a}}", { a: null }, { missingKey: "error" })).not.toThrow();
    expect(() => renderTemplate("{{index .a 1}}", {})).toThrow(TemplateError);
  });
});
