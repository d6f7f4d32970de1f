import { UserError } from "../../errors.ts";
import { attach, missing } from "../attach.ts";
import { dereference, lookup, pairs, text, YqNode } from "../node.ts";

export interface PropsOptions {
  /** Between key and value. @default " = " */
  readonly separator?: string;
  /** Indexes as `[0]` instead of `.0`. @default false */
  readonly arrayBrackets?: boolean;
  /** Values without quotes. @default true */
  readonly unwrapScalars?: boolean;
}

function commentText(lines: readonly string[]): readonly string[] {
  return lines.filter((line) => line !== "");
}

/** A node as Java properties: one line for each scalar, named by its path; empty collections are left out. */
export function printProps(node: YqNode, options: PropsOptions = {}): string {
  const { separator = " = ", arrayBrackets = false, unwrapScalars = true } = options;
  let result = "";
  const leaf = (path: string, at: YqNode, above: readonly string[], own: readonly string[]): void => {
    const lines = [...own, ...commentText(at.head)];
    const last = lines.pop();
    // The comment at the end of the value's line goes on the value's last one above it.
    const tail = last === undefined ? at.line : at.line === "" ? last : `${last} ${at.line.replace(/^#\s*/, "")}`;
    const all = [...above, ...lines, ...(tail === "" ? [] : [tail])];
    if (all.length > 0) result += `${result === "" ? "" : "\n"}${all.join("\n")}\n`;
    const needsQuotes = !unwrapScalars && at.value.includes(" ");
    const value = needsQuotes ? JSON.stringify(at.value) : escaped(at.value);
    result += `${path.replace(/[ :=]/g, "\\$&")}${separator}${value}\n`;
  };
  const visit = (given: YqNode, path: string, above: readonly string[], own: readonly string[]): void => {
    const at = dereference(given);
    const join = (step: string): string => (path === "" ? step : `${path}.${step}`);
    if (at.kind === "seq")
      at.content.forEach((item, i) => {
        visit(item, arrayBrackets ? `${path}[${i}]` : join(String(i)), i === 0 ? [...above, ...own] : [], []);
      });
    else if (at.kind === "map") {
      let carried = [...above, ...own, ...(typeof at.key === "number" ? [] : commentText(at.head))];
      for (const [key, item] of pairs(at)) {
        visit(item, join(key.value), carried, commentText(key.head));
        carried = [];
      }
    } else leaf(path, at, above, own);
  };
  const at = dereference(node);
  if (at.kind === "scalar") return `${at.value}\n`;
  visit(at, "", [], []);
  return result;
}

/** A value as properties hold it: on one line, and with a backslash before the spaces it starts with. */
function escaped(value: string): string {
  const special: Readonly<Record<string, string>> = {
    "\\": "\\\\",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\f": "\\f",
  };
  return value.replace(/[\\\n\r\t\f]/g, (char) => special[char] ?? char).replace(/^ /, "\\ ");
}

function unescaped(value: string): string {
  return value.replace(/\\(u[0-9a-fA-F]{4}|[\s\S])/g, (_, code: string) => {
    if (code.length > 1) return String.fromCharCode(Number.parseInt(code.slice(1), 16));
    return { n: "\n", t: "\t", r: "\r", f: "\f" }[code] ?? code;
  });
}

/** Java properties as a tree: `a.b.0 = x` is `{a: {b: [x]}}`. All values are strings; comments go with the value below them. */
export function readProps(source: string): YqNode {
  const root = new YqNode("map", "!!map");
  let comments: string[] = [];
  const lines = source.split(/\r\n|\n|\r/);
  for (let i = 0; i < lines.length; i++) {
    let line = lines[i]!.trimStart();
    if (line === "") continue;
    if (line.startsWith("#") || line.startsWith("!")) {
      comments.push(`#${line.slice(1)}`);
      continue;
    }
    while (/(?:^|[^\\])(?:\\\\)*\\$/.test(line) && i + 1 < lines.length)
      line = line.slice(0, -1) + lines[++i]!.trimStart();
    const match = /^((?:\\[\s\S]|[^\\\s=:])*)(?:\s*[=:]\s*|\s+|$)([\s\S]*)$/.exec(line);
    if (match === null) throw new UserError(`properties: cannot read the line ${JSON.stringify(line)}`);
    put(root, unescaped(match[1]!), unescaped(match[2]!), comments);
    comments = [];
  }
  return root;
}

function put(root: YqNode, name: string, value: string, comments: readonly string[]): void {
  let at = root;
  for (const step of name.split(/[.[]/).map((part) => part.replace(/\]$/, ""))) {
    const isIndex = /^\d+$/.test(step) && at.kind !== "map";
    const there = isIndex ? at.content[Number(step)] : at.kind === "map" ? lookup(at, step) : undefined;
    if (at.kind === "scalar" && at.tag !== "!!null") throw new UserError(`properties: ${name} is below a value`);
    at = there ?? missing(at, isIndex ? Number(step) : text(step));
  }
  const held = attach(at);
  held.kind = "scalar";
  held.tag = "!!str";
  held.value = value;
  const owner = typeof held.key === "object" ? held.key : held;
  owner.head = [...comments];
}
