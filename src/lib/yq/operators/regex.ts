import { UserError } from "../../errors.ts";
import type { Context, Evaluation, OperatorTable } from "../context.ts";
import { bool, copy, dereference, int, mapping, nothing, placeAt, sequence, text, type YqNode } from "../node.ts";
import type { Expression } from "../syntax/ast.ts";
import { effectiveTag } from "../tags.ts";
import { listedArguments } from "./arguments.ts";

const posixClasses: Readonly<Record<string, string>> = {
  alnum: "0-9A-Za-z",
  alpha: "A-Za-z",
  digit: "0-9",
  lower: "a-z",
  upper: "A-Z",
  space: "\\t\\n\\v\\f\\r ",
  blank: "\\t ",
  punct: "!-\\/:-@\\[-`{-~",
  xdigit: "0-9A-Fa-f",
  word: "\\w",
};

/** A Go (RE2) regular expression as one of this runtime. @throws UserError when it is none */
function goRegExp(source: string): RegExp {
  let flags = "dg";
  let body = source;
  const leading = /^\(\?([ims]+)\)/.exec(body);
  if (leading !== null) {
    body = body.slice(leading[0].length);
    for (const flag of leading[1]!) flags += flag;
  }
  body = body
    .replaceAll("(?P<", "(?<")
    .replace(/\[:(\w+):\]/g, (whole, name: string) => posixClasses[name] ?? whole)
    .replace(/\\([Az])/g, (_, edge: string) => (edge === "A" ? "(?<![\\s\\S])" : "(?![\\s\\S])"))
    .replace(/\\p([A-Z])(?!\{)/g, "\\p{$1}");
  try {
    return new RegExp(body, `${flags}u`);
  } catch {
    try {
      return new RegExp(body, flags);
    } catch {
      throw new UserError(`error parsing regexp: ${source}`);
    }
  }
}

interface Match {
  readonly string: string;
  readonly offset: number;
  readonly groups: readonly {
    readonly name: string | undefined;
    readonly string: string | undefined;
    readonly offset: number;
  }[];
}

function matches(pattern: RegExp, value: string, global: boolean): readonly Match[] {
  const found: Match[] = [];
  const names = groupNames(pattern.source);
  for (const match of value.matchAll(pattern)) {
    const at = (match as RegExpExecArray & { indices?: readonly ([number, number] | undefined)[] }).indices;
    found.push({
      string: match[0],
      offset: points(value.slice(0, match.index)),
      groups: match.slice(1).map((group, i) => ({
        name: names[i],
        string: group,
        offset: at?.[i + 1] === undefined ? -1 : points(value.slice(0, at[i + 1]![0])),
      })),
    });
    if (!global) break;
  }
  return found;
}

function points(value: string): number {
  return [...value].length;
}

/** The names of the capture groups, in order; undefined for unnamed ones. */
function groupNames(source: string): readonly (string | undefined)[] {
  const names: (string | undefined)[] = [];
  let inClass = false;
  for (let i = 0; i < source.length; i++) {
    const char = source[i];
    if (char === "\\") i++;
    else if (inClass) inClass = char !== "]";
    else if (char === "[") inClass = true;
    else if (char === "(") {
      const named = /^\(\?<([A-Za-z_]\w*)>/.exec(source.slice(i));
      if (named !== null) names.push(named[1]);
      else if (source[i + 1] !== "?") names.push(undefined);
    }
  }
  return names;
}

function matchNode(match: Match): YqNode {
  const captures = match.groups.map((group) =>
    mapping([
      [text("string"), group.string === undefined ? nothing() : text(group.string)],
      [text("offset"), int(group.offset)],
      [text("length"), int(group.string === undefined ? 0 : points(group.string))],
      ...(group.name === undefined ? [] : [[text("name"), text(group.name)] as const]),
    ]),
  );
  return mapping([
    [text("string"), text(match.string)],
    [text("offset"), int(match.offset)],
    [text("length"), int(points(match.string))],
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
  readonly pattern: RegExp;
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

function substituted(value: string, pattern: RegExp, template: string): string {
  let last = 0;
  let result = "";
  const found = matches(pattern, value, true);
  let i = 0;
  for (const match of value.matchAll(pattern)) {
    result += value.slice(last, match.index) + expand(template, found[i++]!);
    last = match.index + match[0].length;
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
        mapping(
          groups
            .filter(({ name }) => name !== undefined)
            .map(({ name, string }) => [text(name!), string === undefined ? nothing() : text(string)]),
        ),
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
