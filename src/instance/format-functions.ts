import { CallError } from "../lib/gotemplate/error.ts";
import type { TemplateFunction } from "../lib/gotemplate/options.ts";
import { evaluateJson } from "../lib/yq/evaluate.ts";
import { jsonForm } from "./template-view.ts";

/** Functions of `list --format` templates beside the language's own. */
export const formatFunctions: Readonly<Record<string, TemplateFunction>> = {
  json: (value: unknown) => JSON.stringify(jsonForm(value) ?? null),
  yaml: (value: unknown) => `---\n${evaluateJson("", jsonForm(value) ?? null, { format: "yaml" }).replace(/\n$/, "")}`,
  indent: (...words: readonly unknown[]) => indent(words),
  missing: (...words: readonly unknown[]) => missing(words),
};

function indent(words: readonly unknown[]): string {
  const { option, text } = takeWords(words);
  if (option !== undefined && !Number.isInteger(option)) {
    throw new CallError("optional first argument must be an integer");
  }
  const margin = " ".repeat(option === undefined ? 2 : Number(option));
  return text
    .split("\n")
    .map((line) => (line === "" ? line : margin + line))
    .join("\n");
}

function missing(words: readonly unknown[]): string {
  const { option, text } = takeWords(words);
  if (option !== undefined && typeof option !== "string") {
    throw new CallError("optional first argument must be a string");
  }
  return text === "" ? (option ?? "<missing>") : text;
}

function takeWords(words: readonly unknown[]): { readonly option: unknown; readonly text: string } {
  if (words.length === 0) throw new CallError("function takes at least one string argument");
  if (words.length > 2) throw new CallError("function takes at most 2 arguments");
  const text = words.at(-1);
  if (typeof text !== "string") throw new CallError("last argument must be a string");
  return { option: words.length === 2 ? words[0] : undefined, text };
}
