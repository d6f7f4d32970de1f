import type { YqNode } from "../node.ts";
import { resolveTag } from "../tags.ts";

/** Where a scalar stands, which decides how it may be written. */
export interface ScalarPlace {
  /** Inside of brackets. */
  readonly flow: boolean;
  /** As the key of a map. */
  readonly key: boolean;
}

/** The tag to write before a node, or "". */
export function writtenTag(node: YqNode): string {
  if (node.kind === "alias") return "";
  if (node.tagged) return node.tag;
  if (!node.tag.startsWith("!!")) return node.tag;
  if (node.kind !== "scalar") return node.tag === `!!${node.kind}` ? "" : node.tag;
  if (["!!str", "!!int", "!!float", "!!merge"].includes(node.tag)) return "";
  return resolveTag(node.value) === node.tag ? "" : node.tag;
}

function isPlainText(value: string, place: ScalarPlace): boolean {
  if (value === "" || /^\s|\s$|[\n\r\t]|: |:$| #/.test(value)) return false;
  if (/^[#,[\]{}&*!|>'"%@`]/.test(value) || /^[-?:](?:\s|$)/.test(value) || /^(?:---|\.\.\.)(?:\s|$)/.test(value))
    return false;
  if (place.flow ? /[,[\]{}?:]/.test(value) : place.key && /^[?:]/.test(value)) return false;
  return !hasSpecial(value);
}

/** Whether a text has characters that only double quotes can hold. */
function hasSpecial(value: string): boolean {
  return /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]/u.test(value);
}

const escapes: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  '"': '\\"',
  "\0": "\\0",
  "\x07": "\\a",
  "\b": "\\b",
  "\t": "\\t",
  "\n": "\\n",
  "\v": "\\v",
  "\f": "\\f",
  "\r": "\\r",
  "\x1b": "\\e",
  "\x85": "\\N",
  "\u2028": "\\L",
  "\u2029": "\\P",
};

function doubleQuoted(value: string): string {
  const body = value.replace(/[\\"\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]/gu, (char) => {
    const code = char.codePointAt(0)!;
    const hex = code.toString(16).toUpperCase();
    return escapes[char] ?? (code < 256 ? `\\x${hex.padStart(2, "0")}` : `\\u${hex.padStart(4, "0")}`);
  });
  return `"${body}"`;
}

function singleQuoted(value: string): string | undefined {
  return /[\n\r\t]/.test(value) || hasSpecial(value) ? undefined : `'${value.replaceAll("'", "''")}'`;
}

/** A scalar on one line. */
export function inlineScalar(node: YqNode, place: ScalarPlace): string {
  const { value, style, raw } = node;
  if (raw !== undefined && raw.value === value && raw.style === style && (style === "double" || style === "single"))
    return raw.text;
  if (style === "double" || (place.flow && (style === "literal" || style === "folded"))) return doubleQuoted(value);
  if (style === "single") return singleQuoted(value) ?? doubleQuoted(value);
  if (node.tag === "!!str" && !node.tagged && resolveTag(value) !== "!!str") return doubleQuoted(value);
  if (value === "" && style === "" && (node.tag === "!!null" || writtenTag(node) !== "") && !place.key)
    return place.flow && writtenTag(node) === "" ? "null" : "";
  if (isPlainText(value, place)) return value;
  return singleQuoted(value) ?? doubleQuoted(value);
}

export interface BlockText {
  readonly symbol: "|" | ">";
  /** Whether the indentation has to be named, because the first line starts with white space. */
  readonly needsIndicator: boolean;
  readonly chomp: "" | "-" | "+";
  /** Without indentation. */
  readonly lines: readonly string[];
}

/** A scalar as block text; undefined when it is written on one line. */
export function blockScalar(node: YqNode, place: ScalarPlace): BlockText | undefined {
  const { value, style, raw } = node;
  const wanted =
    style === "literal" || style === "folded" || (style === "" && node.tag === "!!str" && value.includes("\n"));
  if (!wanted || place.flow || place.key || value === "" || hasSpecial(value) || value.includes("\r")) return undefined;
  const symbol = style === "folded" ? ">" : "|";
  const isUntouched = style === "folded" && raw !== undefined && raw.value === value && raw.style === style;
  const body = value.replace(/\n+$/, "");
  const ending = value.length - body.length;
  if (body === "") return { symbol: "|", needsIndicator: false, chomp: "+", lines: Array<string>(ending).fill("") };
  const chomp = ending === 0 ? "-" : ending === 1 ? "" : "+";
  const lines = isUntouched
    ? raw.text.replace(/\n+$/, "").split("\n")
    : style === "folded"
      ? folded(body)
      : body.split("\n");
  for (let i = 1; i < ending; i++) lines.push("");
  const first = lines[0] ?? "";
  return { symbol, needsIndicator: first === "" || /^\s/.test(first), chomp, lines };
}

/** The lines of a folded scalar: n line breaks between two texts are written as n blank lines, elsewhere as n - 1. */
function folded(body: string): string[] {
  const source = body.split("\n");
  const result: string[] = [];
  const isText = (line: string): boolean => !/^\s/.test(line);
  let previous = -1;
  source.forEach((line, i) => {
    if (line === "") return;
    const breaks = i - previous;
    const blanks = previous >= 0 && isText(line) && isText(source[previous]!) ? breaks : breaks - 1;
    for (let n = 0; n < blanks; n++) result.push("");
    result.push(line);
    previous = i;
  });
  return result;
}
