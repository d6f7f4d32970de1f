import { UserError } from "../../errors.ts";
import { dereference, pairs, type YqNode } from "../node.ts";
import { defaultXmlNames, type XmlNames } from "./xml-names.ts";

/** A node as XML: keys are elements, sequences are repeated elements, some names stand for attributes and text. */
export function printXml(given: YqNode, indent = 2, names: XmlNames = defaultXmlNames): string {
  const root = dereference(given);
  const writer = new Writer(indent, names);
  if (root.kind === "scalar") return escapeText(root.value);
  if (root.kind !== "map")
    throw new UserError(`cannot encode ${root.tag} to XML, only maps and scalars can be encoded`);
  return `${writer.document(root)}\n`;
}

function escapeText(value: string): string {
  const entities: Readonly<Record<string, string>> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&#34;",
    "'": "&#39;",
    "\t": "&#x9;",
    "\r": "&#xD;",
  };
  return value.replace(/[&<>"'\t\r]/g, (char) => entities[char]!);
}

function escapeAttribute(value: string): string {
  return escapeText(value).replaceAll("\n", "&#xA;");
}

const name = /^[\p{L}_:][\p{L}\p{N}_:.-]*$/u;

function checked(given: string): string {
  if (!name.test(given))
    throw new UserError(`${JSON.stringify(given)} cannot be the name of an XML element or attribute`);
  return given;
}

class Writer {
  private text = "";
  private depth = 0;
  /** Whether the innermost open element has no child yet: then its end stays on its line. */
  private isFresh = false;
  private isFirst = true;

  constructor(
    private readonly indent: number,
    private readonly names: XmlNames,
  ) {}

  document(root: YqNode): string {
    const { procInstPrefix, directiveName } = this.names;
    const declaration = `${procInstPrefix}xml`;
    for (const [key, value] of pairs(root))
      if (key.value === declaration) this.text += `${this.procInst(key, value)}\n`;
    if (this.comment(root.head, root.line)) this.text += "\n";
    for (const [key, value] of pairs(root)) {
      if (key.value === declaration) continue;
      if (this.comment(key.head, key.line)) this.text += "\n";
      if (key.value.startsWith(procInstPrefix)) this.text += `${this.procInst(key, value)}\n`;
      else if (key.value === directiveName) this.text += `<!${scalarOf(key, value)}>\n`;
      else this.element(key.value, value);
      this.comment(key.foot);
    }
    this.comment(root.foot);
    return this.text;
  }

  private element(tag: string, given: YqNode): void {
    const node = dereference(given);
    if (node.kind === "seq") {
      this.comment(node.head, node.line);
      for (const item of node.content) this.element(tag, item);
      this.comment(node.foot);
      return;
    }
    this.newLine();
    this.depth++;
    this.isFresh = true;
    this.text += `<${checked(tag)}`;
    if (node.kind === "map") this.attributes(node);
    this.text += ">";
    if (node.kind === "map") this.children(node);
    else {
      this.comment(node.head);
      this.text += escapeText(node.value);
      this.comment([], node.line);
    }
    this.depth--;
    if (!this.isFresh) this.newLine();
    this.isFresh = false;
    this.text += `</${tag}>`;
    this.comment(node.foot);
  }

  private attributes(node: YqNode): void {
    for (const [key, value] of pairs(node)) {
      if (!this.isAttribute(key.value)) continue;
      const at = dereference(value);
      if (at.kind !== "scalar") throw new UserError(`cannot use ${at.tag} as attribute, only scalars are supported`);
      this.text += ` ${checked(key.value.slice(this.names.attributePrefix.length))}="${escapeAttribute(at.value)}"`;
    }
  }

  private children(node: YqNode): void {
    const { contentName, directiveName, procInstPrefix } = this.names;
    this.comment(node.head, node.line);
    for (const [key, value] of pairs(node)) {
      this.comment(key.head, key.line);
      if (key.value.startsWith(procInstPrefix)) this.text += this.procInst(key, value);
      else if (key.value === directiveName) this.text += `<!${scalarOf(key, value)}>`;
      else if (key.value === contentName) this.content(value);
      else if (!this.isAttribute(key.value)) this.element(key.value, value);
      this.comment(key.foot);
    }
  }

  private content(given: YqNode): void {
    const node = dereference(given);
    this.comment(node.head, node.line);
    const parts = node.kind === "seq" ? node.content : [node];
    this.text += parts.map((part) => escapeText(scalarOf(node, part))).join(" ");
    this.comment(node.foot);
  }

  private isAttribute(key: string): boolean {
    const { attributePrefix, contentName, directiveName, procInstPrefix } = this.names;
    if (attributePrefix === "" || !key.startsWith(attributePrefix)) return false;
    return key !== contentName && key !== directiveName && !key.startsWith(procInstPrefix);
  }

  private procInst(key: YqNode, value: YqNode): string {
    const target = checked(key.value.slice(this.names.procInstPrefix.length));
    return `<?${target} ${scalarOf(key, value)}?>`;
  }

  private comment(lines: readonly string[], line = ""): boolean {
    const texts = [...lines, line].filter((each) => each !== "").flatMap((each) => each.split("\n"));
    const words = texts.map((each) => each.replace(/^#/, "")).join("\n");
    if (words.trim() === "") return false;
    // Two hyphens end a comment.
    const safe = words.replaceAll("--", "- -");
    const inner = safe.includes("\n") ? `\n${safe.replace(/^ +/gm, "").trim()}\n` : ` ${safe.trim()} `;
    this.text += `<!--${inner}-->`;
    return true;
  }

  private newLine(): void {
    if (this.indent > 0) {
      if (!this.isFirst) this.text += `\n${" ".repeat(this.indent * this.depth)}`;
      this.isFirst = false;
    }
  }
}

function scalarOf(key: YqNode, given: YqNode): string {
  const node = dereference(given);
  if (node.kind !== "scalar") throw new UserError(`${key.value || "XML text"} must be a scalar, it is a ${node.tag}`);
  return node.value;
}
