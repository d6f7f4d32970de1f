import { XMLParser, XMLValidator } from "fast-xml-parser";
import { errorText, UserError } from "../../errors.ts";
import { appendPair, lookup, nothing, pairs, scalar, sequence, setContent, text, YqNode } from "../node.ts";
import { defaultXmlNames, type XmlNames } from "./xml-names.ts";

/** What the parser makes of a document in its order-keeping form: one key that names the part, and its attributes. */
type Part = Readonly<Record<string, readonly Part[] | string | Readonly<Record<string, string | true>>>>;

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: "",
  attributesGroupName: false,
  textNodeName: "#text",
  commentPropName: "#comment",
  cdataPropName: "#cdata",
  allowBooleanAttributes: true,
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  processEntities: false,
  maxNestedTags: 1000,
});

/** Instructions and directives, with the two places where what looks like one is none. */
const asides =
  /<!--[\s\S]*?-->|<!\[CDATA\[[\s\S]*?\]\]>|<\?([^\s?]+)\s*([\s\S]*?)\?>|<!([A-Za-z](?:"[^"]*"|'[^']*'|\[[\s\S]*?\]\s*(?=>)|[^>"'[])*)>/g;

/** Everything is below this element while it is parsed, so that a document may have several roots. */
const wrapper = "limactl-xml-document";

interface Aside {
  readonly key: string;
  readonly value: string;
}

/**
 * An XML document as a map: elements of one name are a sequence, all values are strings.
 * @throws UserError for a document that is not well formed
 */
export function readXml(source: string, names: XmlNames = defaultXmlNames): YqNode {
  const kept: Aside[] = [];
  // The parser drops directives and takes instructions apart; both are to come back to the letter.
  const plain = source
    .replace(/^\uFEFF/, "")
    .replace(asides, (all: string, target?: string, words?: string, directive?: string) => {
      if (target !== undefined) kept.push({ key: names.procInstPrefix + target, value: words ?? "" });
      else if (directive !== undefined) kept.push({ key: names.directiveName, value: directive });
      else return all;
      return `<?aside${kept.length - 1}?>`;
    });
  const wrapped = `<${wrapper}>${plain}</${wrapper}>`;
  const valid = XMLValidator.validate(wrapped, { allowBooleanAttributes: true });
  if (valid !== true) throw new UserError(`bad XML: line ${valid.err.line}: ${valid.err.msg}`);
  const [root] = parsed(wrapped);
  const parts = (root?.[wrapper] ?? []) as readonly Part[];
  for (const part of parts)
    if (textOf(part)?.trim())
      throw new UserError(`invalid XML: Encountered chardata [${textOf(part)?.trim()}] outside of XML node`);
  return new Reader(names, kept).node(parts, {});
}

function parsed(source: string): readonly Part[] {
  try {
    return parser.parse(source) as readonly Part[];
  } catch (error) {
    throw new UserError(`bad XML: ${errorText(error)}`, { cause: error });
  }
}

function textOf(part: Part): string | undefined {
  if (typeof part["#text"] === "string") return decoded(part["#text"]);
  if (Array.isArray(part["#cdata"])) return String((part["#cdata"] as readonly Part[])[0]?.["#text"] ?? "");
  return undefined;
}

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** Text with its references replaced; those that only a DTD explains stay. */
function decoded(value: string): string {
  return value.replace(
    /&(?:#x([0-9a-fA-F]{1,6})|#(\d{1,7})|(\w+));/g,
    (all, hex?: string, decimal?: string, name = "") => {
      const code = hex !== undefined ? Number.parseInt(hex, 16) : decimal !== undefined ? Number(decimal) : undefined;
      if (code !== undefined) return code <= 0x10ffff ? String.fromCodePoint(code) : all;
      return Object.hasOwn(entities, name) ? entities[name]! : all;
    },
  );
}

function commentLines(value: string): string[] {
  return value
    .trim()
    .split("\n")
    .map((line) => `# ${line.trim()}`);
}

class Reader {
  constructor(
    private readonly names: XmlNames,
    private readonly kept: readonly Aside[],
  ) {}

  node(parts: readonly Part[], attributes: Readonly<Record<string, string | true>>): YqNode {
    const map = new YqNode("map", "!!map");
    for (const [name, value] of Object.entries(attributes)) {
      const local = this.attributeName(name);
      this.add(map, this.names.attributePrefix + local, text(value === true ? local : decoded(value)));
    }
    const texts: string[] = [];
    let pending: string[] = [];
    let line: string[] = [];
    for (const part of parts) {
      const words = textOf(part);
      if (words !== undefined) {
        if (words.trim() !== "") texts.push(words.trim());
        continue;
      }
      const comment = part["#comment"];
      if (Array.isArray(comment)) {
        const lines = commentLines(String((comment as readonly Part[])[0]?.["#text"] ?? ""));
        if (texts.length > 0 && map.content.length === 0) line = [...line, ...lines];
        else pending = [...pending, ...lines];
        continue;
      }
      const [key, value] = this.entry(part);
      if (key === undefined || value === undefined) continue;
      const held = this.add(map, key, value);
      held.head = [...pending, ...held.head];
      pending = [];
    }
    return this.finished(map, texts, pending, line);
  }

  /** An element without attributes and children is its text. */
  private finished(map: YqNode, texts: readonly string[], pending: string[], line: readonly string[]): YqNode {
    if (map.content.length === 0) {
      const [only] = texts;
      const value =
        texts.length > 1 ? sequence(texts.map(text)) : only === undefined ? scalar("!!null", "") : text(only);
      value.head = pending;
      value.line = line.join(" ").replaceAll(" # ", " ");
      return value;
    }
    if (texts.length > 0) {
      const key = text(this.names.contentName);
      key.head = [...line];
      const value = texts.length > 1 ? sequence(texts.map(text)) : text(texts[0]!);
      const rest = [...map.content];
      setContent(map, [key, value, ...rest]);
    }
    const lastKey = map.content.at(-2);
    if (lastKey !== undefined) lastKey.foot = pending;
    return map;
  }

  private entry(part: Part): readonly [string | undefined, YqNode | undefined] {
    const attributes = (part[":@"] ?? {}) as Readonly<Record<string, string | true>>;
    const tag = Object.keys(part).find((key) => key !== ":@");
    if (tag === undefined) return [undefined, undefined];
    if (!tag.startsWith("?")) return [this.local(tag), this.node(part[tag] as readonly Part[], attributes)];
    const aside = this.kept[Number(tag.slice("?aside".length))];
    if (aside === undefined) return [undefined, nothing()];
    const isDirective = aside.key === this.names.directiveName;
    if (isDirective ? this.names.skipDirectives : this.names.skipProcInst) return [undefined, undefined];
    return [aside.key, text(aside.value)];
  }

  private local(tag: string): string {
    return this.names.keepNamespace ? tag : tag.replace(/^[^:]*:/, "");
  }

  private attributeName(name: string): string {
    return this.names.keepNamespace ? name : name.replace(/^[^:]*:/, "");
  }

  /** Adds an entry; a second one of the same name makes a sequence of both. @returns what comments stand on */
  private add(map: YqNode, name: string, value: YqNode): YqNode {
    const there = lookup(map, name);
    if (there === undefined) {
      const key = text(name);
      // A text's comments stand above its key.
      key.head = value.head;
      value.head = [];
      appendPair(map, key, value);
      return key;
    }
    if (this.sequences.has(there)) {
      setContent(there, [...there.content, value]);
      return value;
    }
    const list = new YqNode("seq", "!!seq");
    setContent(list, [there, value]);
    this.sequences.add(list);
    const entries = [...pairs(map)].flatMap(([key, item]) => [key, item === there ? list : item]);
    setContent(map, entries);
    return value;
  }

  /** Sequences made of repeated elements, not of one element's several texts. */
  private readonly sequences = new WeakSet<YqNode>();
}
