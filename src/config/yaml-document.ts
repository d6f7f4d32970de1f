import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Node,
  parseDocument,
  type YAMLMap,
} from "yaml";
import { UserError } from "../lib/errors.ts";
import { lineStarts, type Place, placeAt } from "./place.ts";

/** Largest document that is read, in UTF-16 units: a template's limit of 4 MiB. */
const maxLength = 4 * 1024 * 1024;

/** A parsed YAML text that has no syntax errors. */
export interface YamlDocument {
  readonly document: Document;
  /** Undefined when the document is empty. */
  readonly contents: Node | undefined;
  /** What an alias stands for. */
  readonly targets: ReadonlyMap<Alias, Node>;
  placeOf(offset: number): Place;
}

/** Longest message of the parser that is passed on. */
const maxMessage = 160;

export interface ParseOptions {
  /** Every scalar is the text that was written, to be printed again as it was, and pairs keep their tokens. @default false */
  readonly verbatim?: boolean;
}

/** The prefix of every error about a YAML text; `what` names it: ``main file `PATH` `` or a locator. */
export function yamlError(what: string, text: string): UserError {
  return new UserError(`failed to unmarshal YAML (${what}): ${text}`);
}

const forgottenBlock = "value is not allowed in this context. map key-value is pre-defined";

/** The parser's findings in words that name the remedy, where the finding's code is telling. */
function explain(code: string, message: string): string {
  switch (code) {
    case "MISSING_CHAR":
    case "MULTILINE_IMPLICIT_KEY":
      if (!message.startsWith("Implicit")) return message;
      return `${forgottenBlock} (a text of several lines needs \`|\` after its key, as in \`script: |\`)`;
    case "BLOCK_AS_IMPLICIT_KEY":
      return "mapping value is not allowed in this context (quote a text that contains `: `, and check the indentation)";
    case "TAB_AS_INDENT":
      return "found character '\\t' that cannot start any token (indent with spaces)";
    case "MULTIPLE_DOCS":
      return "only one YAML document is allowed, but another one starts here";
    default:
      if (message.startsWith("Maximum call stack")) return "nested too deeply";
      // Some of the parser's messages quote a text whole.
      return message.length > maxMessage ? `${message.slice(0, maxMessage)}...` : message;
  }
}

interface Scan {
  readonly targets: ReadonlyMap<Alias, Node>;
  readonly fault?: { readonly offset: number; readonly text: string };
}

/** One walk in document order: duplicate keys, and the node each alias stands for. It ends at the first fault. */
class Walk {
  readonly targets = new Map<Alias, Node>();
  fault: Scan["fault"];
  private readonly anchors = new Map<string, Node>();

  constructor(private readonly placeOf: (offset: number) => Place) {}

  visit(node: unknown): void {
    if (this.fault !== undefined) return;
    if (isAlias(node)) this.alias(node);
    else if (isMap(node) || isSeq(node) || isScalar(node)) {
      if (node.anchor !== undefined) this.anchors.set(node.anchor, node);
      if (isMap(node)) this.map(node);
      else if (isSeq(node)) for (const item of node.items) this.visit(item);
    } else if (isPair(node)) {
      this.visit(node.key);
      this.visit(node.value);
    }
  }

  private alias(node: Alias): void {
    const target = this.anchors.get(node.source);
    if (target !== undefined) this.targets.set(node, target);
    else this.fault = { offset: node.range?.[0] ?? 0, text: `could not find alias "${node.source}"` };
  }

  private map({ items }: YAMLMap): void {
    const seen = new Map<string, number>();
    for (const { key } of items) {
      if (!isScalar(key)) continue;
      const name = String(key.value);
      const offset = key.range?.[0] ?? 0;
      const first = seen.get(name);
      if (first !== undefined) {
        const { line, column } = this.placeOf(first);
        this.fault = { offset, text: `mapping key "${name}" already defined at [${line}:${column}]` };
        return;
      }
      seen.set(name, offset);
    }
    for (const pair of items) this.visit(pair);
  }
}

function scan(document: Document, placeOf: (offset: number) => Place): Scan {
  const walk = new Walk(placeOf);
  walk.visit(document.contents);
  return walk.fault === undefined ? { targets: walk.targets } : { targets: walk.targets, fault: walk.fault };
}

/**
 * Parses one YAML document by Lima's rules: version 1.2, no duplicate keys, no control characters, at most 4 MiB.
 * @throws UserError ``failed to unmarshal YAML (WHAT): [LINE:COLUMN] ...``
 */
export function parseYaml(text: string, what: string, options: ParseOptions = {}): YamlDocument {
  if (text.length > maxLength)
    throw yamlError(what, `the text has ${text.length} characters, more than the limit of ${maxLength}`);
  const starts = lineStarts(text);
  const placeOf = (offset: number): Place => placeAt(starts, Math.min(offset, text.length));
  const failAt = (offset: number, message: string): never => {
    const { line, column } = placeOf(offset);
    throw yamlError(what, `[${line}:${column}] ${message}`);
  };
  const control = text.search(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/);
  if (control >= 0) {
    const code = text.charCodeAt(control).toString(16).toUpperCase().padStart(4, "0");
    failAt(control, `control characters are not allowed (U+${code})`);
  }
  let document: Document;
  try {
    document = parseDocument(text, {
      version: "1.2",
      uniqueKeys: false,
      prettyErrors: false,
      ...(options.verbatim === true ? { schema: "failsafe", keepSourceTokens: true } : { customTags: ["binary"] }),
    });
  } catch (error) {
    throw yamlError(what, error instanceof RangeError ? "nested too deeply" : (error as Error).message);
  }
  const [problem] = document.errors;
  if (problem !== undefined) failAt(problem.pos[0], explain(problem.code, problem.message));
  const { targets, fault } = scan(document, placeOf);
  if (fault !== undefined) failAt(fault.offset, fault.text);
  const contents = document.contents as Node | null;
  return { document, contents: contents ?? undefined, targets, placeOf };
}
