import { UserError } from "../../errors.ts";
import { bool, nothing, scalar, setContent, text, YqNode } from "../node.ts";
import { formatFloat } from "../tags.ts";

/** A plain value (what JSON can hold) as a node in block style; undefined members are left out. */
export function jsonNode(value: unknown): YqNode {
  if (value === null || value === undefined) return nothing();
  if (typeof value === "string") return text(value);
  if (typeof value === "boolean") return bool(value);
  if (typeof value === "number") return scalar(Number.isInteger(value) ? "!!int" : "!!float", String(value));
  if (typeof value === "bigint") return scalar("!!int", String(value));
  const node = Array.isArray(value) ? new YqNode("seq", "!!seq") : new YqNode("map", "!!map");
  if (Array.isArray(value)) setContent(node, value.map(jsonNode));
  else
    setContent(
      node,
      Object.entries(value)
        .filter(([, member]) => member !== undefined)
        .flatMap(([key, member]) => [text(key), jsonNode(member)]),
    );
  return node;
}

/** The values of a text of one or several JSON values, numbers as they are written, keys in order. @throws UserError when it is none */
export function readJson(source: string): readonly YqNode[] {
  const reader = new Reader(source.replace(/^\uFEFF/, ""));
  const found: YqNode[] = [];
  while (reader.hasMore()) found.push(reader.value(0));
  return found;
}

const maxDepth = 10_000;

class Reader {
  private at = 0;

  constructor(private readonly source: string) {}

  hasMore(): boolean {
    this.blank();
    return this.at < this.source.length;
  }

  private blank(): void {
    while (/\s/.test(this.source[this.at] ?? "")) this.at++;
  }

  private fail(): never {
    const line = this.source.slice(0, this.at).split("\n").length;
    const found = this.source[this.at] === undefined ? "end of the text" : JSON.stringify(this.source[this.at]);
    throw new UserError(`json: line ${line}: unexpected ${found}`);
  }

  value(depth: number): YqNode {
    if (depth > maxDepth) throw new UserError("json: the document is nested too deeply");
    this.blank();
    const char = this.source[this.at];
    if (char === "{") return this.object(depth);
    if (char === "[") return this.array(depth);
    if (char === '"') return text(this.string());
    const word = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?)/y;
    word.lastIndex = this.at;
    const match = word.exec(this.source);
    if (match === null) return this.fail();
    this.at += match[0].length;
    if (match[0] === "null") return nothing();
    if (match[0] === "true" || match[0] === "false") return bool(match[0] === "true");
    return numberNode(match[0]);
  }

  private string(): string {
    const start = this.at;
    for (this.at++; this.source[this.at] !== '"'; this.at++) {
      if (this.at >= this.source.length) this.fail();
      if (this.source[this.at] === "\\") this.at++;
    }
    this.at++;
    try {
      return JSON.parse(this.source.slice(start, this.at)) as string;
    } catch {
      this.at = start;
      return this.fail();
    }
  }

  private take(char: string): boolean {
    this.blank();
    if (this.source[this.at] !== char) return false;
    this.at++;
    return true;
  }

  private array(depth: number): YqNode {
    const node = new YqNode("seq", "!!seq");
    const items: YqNode[] = [];
    this.at++;
    while (!this.take("]")) {
      if (items.length > 0 && !this.take(",")) this.fail();
      items.push(this.value(depth + 1));
    }
    setContent(node, items);
    return node;
  }

  private object(depth: number): YqNode {
    const node = new YqNode("map", "!!map");
    const content: YqNode[] = [];
    this.at++;
    while (!this.take("}")) {
      if (content.length > 0 && !this.take(",")) this.fail();
      this.blank();
      if (this.source[this.at] !== '"') this.fail();
      content.push(text(this.string()));
      if (!this.take(":")) this.fail();
      content.push(this.value(depth + 1));
    }
    setContent(node, content);
    return node;
  }
}

/** A number of JSON: whole ones are integers however they are written, others are floats with their shortest text. */
function numberNode(written: string): YqNode {
  if (/^-?\d+$/.test(written) && BigInt(written) === BigInt.asIntN(64, BigInt(written)))
    return scalar("!!int", written === "-0" ? "0" : written);
  const value = Number(written);
  if (Number.isSafeInteger(value)) return scalar("!!int", String(value + 0));
  return scalar("!!float", formatFloat(value));
}
