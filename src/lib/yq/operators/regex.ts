import { UserError } from "../../errors.ts";
import type { Context, Evaluation, OperatorTable } from "../context.ts";
import { bool, copy, dereference, int, mapping, nothing, placeAt, sequence, text, type YqNode } from "../node.ts";
import type { Expression } from "../syntax/ast.ts";
import { effectiveTag } from "../tags.ts";
import { listedArguments } from "./arguments.ts";
import { type GoRegExp, goRegExp } from "./go-regexp.ts";

interface Match {
  readonly string: string;
  /** Where it starts in the text. */
  readonly index: number;
  readonly offset: number;
  readonly groups: readonly {
    /** "" for an unnamed group. */
    readonly name: string;
    readonly string: string | undefined;
    readonly offset: number;
  }[];
}

/** The matches in a text, with offsets in bytes. An empty one right after another is none. */
function matches({ pattern, names }: GoRegExp, value: string, global: boolean): readonly Match[] {
  const found: Match[] = [];
  const offset = (index: number): number => Buffer.byteLength(value.slice(0, index));
  let end = -1;
  for (const match of value.matchAll(pattern)) {
    if (match[0] === "" && match.index === end) continue;
    end = match.index + match[0].length;
    const at = (match as RegExpExecArray & { indices?: readonly ([number, number] | undefined)[] }).indices;
    found.push({
      string: match[0],
      index: match.index,
      offset: offset(match.index),
      groups: names.map((name, i) => ({
        name,
        string: match[i + 1],
        offset: at?.[i + 1] === undefined ? -1 : offset(at[i + 1]![0]),
      })),
    });
    if (!global) break;
  }
  return found;
}

function matchNode(match: Match): YqNode {
  const captures = match.groups.map((group) =>
    mapping([
      [text("string"), group.string === undefined ? nothing() : text(group.string)],
      [text("offset"), int(group.offset)],
      [text("length"), int(group.string === undefined ? 0 : Buffer.byteLength(group.string))],
      ...(group.name === "" ? [] : [[text("name"), text(group.name)] as const]),
    ]),
  );
  return mapping([
    [text("string"), text(match.string)],
    [text("offset"), int(match.offset)],
    [text("length"), int(Buffer.byteLength(match.string))],
    [text("captures"), sequence(captures)],
  ]);
}

function subject(given: YqNode, verb: string): YqNode {
  const node = dereference(given);
  if (node.kind !== "scalar" || effectiveTag(node) !== "!!str")
    throw new UserError(
      `cannot ${verb} with ${node.tag}, can only ${verb} strings. Hint: Most often you'll want to use '|=' over '=' for this operation`,
    );
  return node;
}

interface Call {
  readonly pattern: GoRegExp;
  readonly global: boolean;
}

function call(run: Evaluation, name: string, args: readonly Expression[], node: YqNode, context: Context): Call {
  const [source, parameters, ...rest] = listedArguments(args);
  if (source === undefined || rest.length > 0)
    throw new UserError(`\`${name}\` takes a regular expression: ${name}("...")`);
  const pattern = run.readOn(source, node, context)[0]?.value ?? "";
  const letters = parameters === undefined ? "" : (run.readOn(parameters, node, context)[0]?.value ?? "");
  const other = letters.replace(/g/g, "");
  if (other !== "")
    throw new UserError(
      `unrecognised match params '${other}', please see docs at https://mikefarah.gitbook.io/yq/operators/string-operators`,
    );
  return { pattern: goRegExp(pattern), global: letters.includes("g") };
}

/** Go's replacement templates: `$1`, `${1}`, `$name`, `${name}`, `$$`. */
function expand(template: string, match: Match): string {
  return template.replace(/\$(?:\$|(\w+)|\{(\w+)\})/g, (whole, bare?: string, braced?: string) => {
    if (whole === "$$") return "$";
    const name = bare ?? braced ?? "";
    if (/^\d+$/.test(name)) return Number(name) === 0 ? match.string : (match.groups[Number(name) - 1]?.string ?? "");
    return match.groups.find((group) => group.name === name)?.string ?? "";
  });
}

function substituted(value: string, pattern: GoRegExp, template: string): string {
  let last = 0;
  let result = "";
  for (const match of matches(pattern, value, true)) {
    result += value.slice(last, match.index) + expand(template, match);
    last = match.index + match.string.length;
  }
  return result + value.slice(last);
}

/** `test`, `match`, `capture`, `sub` with Go's regular expressions. */
export const regexOperators: OperatorTable = {
  test: (run, args, context) =>
    context.nodes.map((node) => {
      const { pattern } = call(run, "test", args, node, context);
      const result = bool(matches(pattern, subject(node, "match").value, false).length > 0);
      placeAt(result, node);
      return result;
    }),
  match: (run, args, context) =>
    context.nodes.flatMap((node) => {
      const { pattern, global } = call(run, "match", args, node, context);
      return matches(pattern, subject(node, "match").value, global).map(matchNode);
    }),
  capture: (run, args, context) =>
    context.nodes.flatMap((node) => {
      const { pattern, global } = call(run, "capture", args, node, context);
      return matches(pattern, subject(node, "match").value, global).map(({ groups }) =>
        mapping(groups.map(({ name, string }) => [text(name), string === undefined ? nothing() : text(string)])),
      );
    }),
  sub: (run, args, context) => {
    const [source, replacement] = listedArguments(args);
    if (source === undefined || replacement === undefined)
      throw new UserError('`sub` takes a regular expression and a replacement: sub("...", "...")');
    return context.nodes.map((given) => {
      const node = subject(given, "substitute");
      const pattern = goRegExp(run.readOn(source, given, context)[0]?.value ?? "");
      const template = run.runOn(replacement, given, context)[0]?.value ?? "";
      const result = copy(node);
      result.value = substituted(node.value, pattern, template);
      return result;
    });
  },
};
