import { UserError } from "../../errors.ts";
import type { Context, Evaluation, Operator, OperatorTable } from "../context.ts";
import { bool, dereference, isNull, placeAt, scalar, text, type YqNode } from "../node.ts";
import { effectiveTag, resolveTag } from "../tags.ts";
import { firstText, forEach, onlyArgument } from "./arguments.ts";
import { splitText } from "./split.ts";
import { nicePath, stringOf } from "./texts.ts";

/** Another text in the style and with the tag of a string node, but without its comments. */
function withText(node: YqNode, value: string): YqNode {
  const result = scalar(node.tag, value);
  result.style = node.style;
  placeAt(result, node);
  return result;
}

function requireString(given: YqNode, what: string): YqNode {
  const node = dereference(given);
  if (node.kind !== "scalar" || effectiveTag(node) !== "!!str")
    throw new UserError(`cannot ${what} ${node.tag}, can only operate on strings.`);
  return node;
}

function changed(name: string, what: string, change: (value: string) => string): Operator {
  return forEach(name, (given) => {
    const node = requireString(given, what);
    return withText(node, change(node.value));
  });
}

/** Case as Go changes it: character by character, one for one (`ß` has no single capital). */
function upperCase(value: string): string {
  return [...value].map((char) => single(char, char.toUpperCase())).join("");
}

function lowerCase(value: string): string {
  return [...value].map((char) => single(char, char.toLowerCase())).join("");
}

function single(char: string, changed: string): string {
  return [...changed].length === 1 ? changed : char;
}

function withArgument(name: string, make: (value: string, argument: string) => string | boolean): Operator {
  return (run: Evaluation, args, context: Context) =>
    context.nodes.map((given) => {
      const argument = run.readOn(onlyArgument(name, args), given, context)[0]?.value ?? "";
      const node = requireString(given, `use ${name} on`);
      const result = make(node.value, argument);
      return typeof result === "boolean" ? bool(result) : withText(node, result);
    });
}

/** Null and collections add nothing to a joined text. */
function joined(given: YqNode): string {
  const item = dereference(given);
  return item.kind !== "scalar" || isNull(item) ? "" : item.value;
}

function join(given: YqNode, separator: string): YqNode {
  const node = dereference(given);
  if (node.kind !== "seq") throw new UserError(`cannot join with ${node.tag}, can only join arrays of scalars`);
  return text(node.content.map(joined).join(separator));
}

function toNumber(given: YqNode): YqNode {
  const node = dereference(given);
  if (node.kind !== "scalar")
    throw new UserError(
      `cannot convert node value [${stringOf(node)}] at path ${nicePath(given)} of tag ${node.tag} to number`,
    );
  const tag = effectiveTag(node);
  if (tag === "!!int" || tag === "!!float") return node;
  const found = resolveTag(node.value);
  if (found !== "!!int" && found !== "!!float")
    throw new UserError(
      `cannot convert node value [${node.value}] at path ${nicePath(given)} of tag ${node.tag} to number`,
    );
  return scalar(found, node.value);
}

function toText(given: YqNode): YqNode {
  const node = dereference(given);
  if (node.kind === "scalar") return text(node.value);
  const result = text(stringOf(node));
  result.style = "double";
  return result;
}

/** Case, trimming, joining and splitting of texts, and conversions between texts and numbers. */
export const stringOperators: OperatorTable = {
  upcase: changed("upcase", "change case with", upperCase),
  downcase: changed("downcase", "change case with", lowerCase),
  trim: changed("trim", "trim", (value) => value.trim()),
  ltrim: changed("ltrim", "trim", (value) => value.trimStart()),
  rtrim: changed("rtrim", "trim", (value) => value.trimEnd()),
  ltrimstr: withArgument("ltrimstr", (value, prefix) =>
    value.startsWith(prefix) ? value.slice(prefix.length) : value,
  ),
  rtrimstr: withArgument("rtrimstr", (value, suffix) =>
    suffix !== "" && value.endsWith(suffix) ? value.slice(0, -suffix.length) : value,
  ),
  startswith: withArgument("startswith", (value, prefix) => value.startsWith(prefix)),
  endswith: withArgument("endswith", (value, suffix) => value.endsWith(suffix)),
  join: (run, args, context) => {
    const separator = firstText(run, onlyArgument("join", args), context) ?? "";
    return context.nodes.map((node) => join(node, separator));
  },
  split: (run, args, context) => {
    const separator = firstText(run, onlyArgument("split", args), context) ?? "";
    return context.nodes.flatMap((given) => {
      const node = dereference(given);
      if (isNull(node)) return [];
      if (node.kind !== "scalar" || effectiveTag(node) !== "!!str")
        throw new UserError(`cannot split ${node.tag}, can only split strings`);
      return [splitText(node.value, separator)];
    });
  },
  to_string: forEach("to_string", toText),
  to_number: forEach("to_number", toNumber),
};
