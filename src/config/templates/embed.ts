import { type Document, isMap, isScalar, isSeq, type Node, Pair, Scalar, visit, type YAMLMap, YAMLSeq } from "yaml";
import { textOfBytes } from "../../lib/byte-text.ts";
import { UserError } from "../../lib/errors.ts";
import { quote } from "../../lib/quote.ts";
import { expandHostPath } from "../host-path.ts";
import type { Place } from "../place.ts";
import { combineLists } from "./combine-lists.ts";
import { schemeOf } from "./locator.ts";
import { mergeTrees, removeKeyWithComment } from "./merge-trees.ts";
import { readTemplate, type Template } from "./read.ts";
import { absoluteLocator, baseDirectoryOf } from "./relative.ts";
import { binaryReason, scriptNode } from "./script-text.ts";
import { maxTemplateBytes, type TemplateContext } from "./source.ts";
import { pairOf, parseTree, printTree, removeKey, rootOf, textOf, valueAt, withoutAliases } from "./tree.ts";
import { writtenPlaces } from "./written-places.ts";

/** Most templates that one embedding may read. */
const maxBases = 1000;

export interface EmbedOptions {
  /** Also embed what is named by `template:` locators. @default true */
  readonly embedAll?: boolean;
  /** Absolute path of a template that is the first base: `_config/base.yaml` where it exists. @default none */
  readonly defaultBase?: string | undefined;
}

interface State extends Required<Pick<EmbedOptions, "embedAll">> {
  readonly context: TemplateContext;
  /** Locators of every template that is part of the result. */
  readonly seen: Set<string>;
  /** The template that a node was read from. */
  readonly sources: WeakMap<Node, Template>;
}

/** A template that is whole. */
export interface Embedded {
  readonly text: string;
  /** Where its parts were written, by field path. Undefined when the text is the template's own. */
  readonly places?: () => ReadonlyMap<string, Place>;
}

/** A template being embedded. `changed` is false as long as its text is the tree's. */
interface Tree {
  readonly template: Template;
  readonly document: Document;
  readonly root: YAMLMap;
  changed: boolean;
  /** The text when it is known to be that of the tree. */
  text: string;
}

function grow(template: Template): Tree {
  const what = template.locator;
  const document = parseTree(template.text, what);
  // Aliases reach over the whole document, and parts of a base move to another one.
  if (template.isBase === true) withoutAliases(document, what);
  return { template, document, root: rootOf(document, what), changed: false, text: template.text };
}

/** True where a collection is written between brackets, or one around it is. */
function isFlow(...around: readonly unknown[]): boolean {
  return around.some((node) => (isMap(node) || isSeq(node)) && node.flow === true);
}

/** Entries of `base`, the node that holds each locator, and whether that stands between brackets. */
function basesOf(root: YAMLMap): readonly { readonly node: Scalar; readonly digest: string; readonly flow: boolean }[] {
  const base = valueAt(root, "base");
  const items: readonly unknown[] = isSeq(base) ? base.items : base === undefined ? [] : [base];
  return items.flatMap((item) => {
    const node = isMap(item) ? valueAt(item, "url") : item;
    if (!isScalar(node)) return [];
    const digest = isMap(item) ? (textOf(valueAt(item, "digest")) ?? "") : "";
    return [{ node, digest, flow: isFlow(root, base, item) }];
  });
}

/** Entries of `provision` and `probes` that name a file, and the node that holds its locator. */
function scriptFilesOf(root: YAMLMap) {
  return (["provision", "probes"] as const).flatMap((list) => {
    const entries = valueAt(root, list);
    if (!isSeq(entries)) return [];
    return entries.items.flatMap((entry) => {
      const file = valueAt(entry, "file");
      const node = isMap(file) ? valueAt(file, "url") : file;
      return isMap(entry) && isScalar(node) ? [{ list, entry, node, flow: isFlow(root, entries, entry, file) }] : [];
    });
  });
}

function makeLocatorsAbsolute(tree: Tree, { host }: TemplateContext): void {
  const { template, root } = tree;
  let base: string | undefined;
  for (const { node, flow } of [...basesOf(root), ...scriptFilesOf(root)]) {
    // What `github:` stands for is a place of its own, with its branch.
    base ??= baseDirectoryOf(schemeOf(template.locator) === "github" ? template.resolved : template.locator, host);
    const given = textOf(node) ?? "";
    const locator = absoluteLocator(given, base, host);
    if (locator === given) continue;
    node.value = locator;
    // Between brackets yq quotes what has a colon.
    node.type = flow && locator.includes(":") ? "QUOTE_SINGLE" : "PLAIN";
    tree.changed = true;
  }
}

function insertFirstBase(root: YAMLMap, locator: string): void {
  const pair = pairOf(root, "base");
  const list = new YAMLSeq();
  list.items = [new Scalar(locator)];
  if (pair === undefined) root.items.unshift(new Pair(new Scalar("base"), list));
  else {
    if (isSeq(pair.value)) list.items.push(...pair.value.items);
    else if (textOf(pair.value) !== undefined) list.items.push(pair.value);
    pair.value = list;
  }
}

function removeFirstBase(root: YAMLMap): void {
  const base = valueAt(root, "base");
  if (isSeq(base) && base.items.length > 1) {
    base.items.shift();
    return;
  }
  removeKeyWithComment(root, "base");
}

/** One name for one template, however it is written: bases know each other by absolute locators. */
function nameOf(locator: string, { host }: TemplateContext): string {
  if (locator === "-") return locator;
  if (schemeOf(locator) === undefined) return expandHostPath(locator, host);
  return locator.replace(/^template:\/\//, "template:");
}

function checkSize(tree: Tree): void {
  if (new TextEncoder().encode(tree.text).length > maxTemplateBytes)
    throw new UserError(
      `template ${quote(tree.template.locator)} embedding exceeded the size limit (${maxTemplateBytes} bytes)`,
    );
}

/** True when the template says nothing of its own. */
function isOnlyBase({ document, root }: Tree): boolean {
  if (document.commentBefore || document.comment || root.commentBefore || root.comment) return false;
  const key = root.items[0]?.key;
  return (
    root.items.length === 1 && isScalar(key) && key.value === "base" && !key.commentBefore && basesOf(root).length === 1
  );
}

async function embedBases(tree: Tree, state: State): Promise<Tree> {
  let result = tree;
  for (;;) {
    const [first, ...rest] = basesOf(result.root);
    if (first === undefined) return result;
    const locator = textOf(first.node) ?? "";
    if (first.digest !== "")
      throw new UserError(
        `base ${quote(locator)} in ${quote(tree.template.locator)} has specified a digest; digest support is not yet implemented`,
      );
    if (!state.embedAll && schemeOf(locator) === "template") {
      const other = rest.map(({ node }) => textOf(node) ?? "").find((each) => schemeOf(each) !== "template");
      if (other !== undefined)
        throw new UserError(`cannot embed template ${quote(other)} after not embedding ${quote(locator)}`);
      return result;
    }
    const name = nameOf(locator, state.context);
    if (state.seen.has(name))
      throw new UserError(`base template loop detected: template ${quote(locator)} already included`);
    state.seen.add(name);
    if (state.seen.size > maxBases) throw new UserError(`more than ${maxBases} base templates`);
    const base = await embedTree({ ...(await readTemplate(locator, state.context)), isBase: true }, state);
    if (isOnlyBase(result)) {
      result = { ...base, changed: base.changed };
      continue;
    }
    removeFirstBase(result.root);
    mergeTrees(result.document, result.root, base.document, base.root);
    result.changed = true;
    if (base.text.length + result.text.length > maxTemplateBytes) {
      result.text = printTree(result.document.clone());
      checkSize(result);
    } else result.text += base.text;
  }
}

/** The key that a script file's text goes under, or undefined when the entry has a text already. */
function scriptKey(list: "provision" | "probes", entry: YAMLMap): string | undefined {
  const mode = list === "provision" ? textOf(valueAt(entry, "mode")) : undefined;
  if (mode === "data") return valueAt(entry, "content") === undefined ? "content" : undefined;
  if (mode === "yq") return valueAt(entry, "expression") === undefined ? "expression" : undefined;
  return (textOf(valueAt(entry, "script")) ?? "") === "" ? "script" : undefined;
}

async function embedScripts(tree: Tree, state: State): Promise<void> {
  for (const { list, entry, node } of scriptFilesOf(tree.root)) {
    const key = scriptKey(list, entry);
    const locator = textOf(node) ?? "";
    if (key === undefined || (!state.embedAll && schemeOf(locator) === "template")) continue;
    const { text } = await readTemplate(locator, state.context, key === "content" ? textOfBytes : undefined);
    const reason = binaryReason(text);
    if (reason !== undefined) state.context.notes.push(`File ${quote(locator)} is being base64 encoded: ${reason}`);
    removeKey(entry, key);
    const pair = pairOf(entry, "file");
    if (pair === undefined) continue;
    const script = scriptNode(text);
    if (isScalar(pair.value) && pair.value.comment) script.comment = pair.value.comment;
    (pair.key as Scalar).value = key;
    pair.value = script;
    tree.changed = true;
  }
}

async function embedTree(template: Template, state: State, defaultBase?: string): Promise<Tree> {
  const tree = grow(template);
  visit(tree.document, { Node: (_key, node) => void state.sources.set(node, template) });
  makeLocatorsAbsolute(tree, state.context);
  if (defaultBase !== undefined) {
    insertFirstBase(tree.root, defaultBase);
    tree.changed = true;
  }
  await embedScripts(tree, state);
  return embedBases(tree, state);
}

/**
 * Makes a template whole: merges its bases into it, replaces script files by their texts and combines list entries. A
 * template that has nothing of the kind keeps its text byte for byte.
 * @throws UserError for what cannot be read, loops and results of more than 4 MiB
 */
export async function embedTemplate(
  template: Template,
  context: TemplateContext,
  options: EmbedOptions = {},
): Promise<string> {
  return (await embedWithPlaces(template, context, options)).text;
}

/** The same, and where the parts of the result were written. */
export async function embedWithPlaces(
  template: Template,
  context: TemplateContext,
  options: EmbedOptions = {},
): Promise<Embedded> {
  const sources = new WeakMap<Node, Template>();
  const state: State = {
    embedAll: options.embedAll ?? true,
    context,
    seen: new Set([nameOf(template.locator, context)]),
    sources,
  };
  const tree = await embedTree(template, state, options.defaultBase);
  if (combineLists(tree.root)) tree.changed = true;
  let known: ReadonlyMap<string, Place> | undefined;
  const places = () => {
    known ??= writtenPlaces(tree.root, (node) => sources.get(node), template);
    return known;
  };
  if (!tree.changed) return tree.text === template.text ? { text: tree.text } : { text: tree.text, places };
  tree.text = printTree(tree.document);
  checkSize(tree);
  return { text: tree.text, places };
}

/** The template with absolute locators and nothing embedded. */
export function withAbsoluteLocators(template: Template, context: TemplateContext): string {
  const tree = grow(template);
  makeLocatorsAbsolute(tree, context);
  return tree.changed ? printTree(tree.document) : tree.text;
}
