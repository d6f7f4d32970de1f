import { isMap, isScalar, isSeq, type Node, Scalar, YAMLMap } from "yaml";
import { inheritComments } from "./merge-trees.ts";
import { pairOf, setValue, textOf, valueAt } from "./tree.ts";

/** How entries of one list find and complete each other. */
interface Rule {
  readonly list: string;
  key(entry: YAMLMap): string | undefined;
  donate(from: YAMLMap, to: YAMLMap): void;
}

/** Sets the field at a path (`sshfs.cache`) of `to` from `from`, where `to` has none. */
function give(from: YAMLMap, to: YAMLMap, path: readonly string[]): void {
  const [name, ...rest] = path;
  if (name === undefined) return;
  const value = valueAt(from, name);
  if (value === undefined) return;
  const own = valueAt(to, name);
  if (rest.length === 0) {
    if (own !== undefined) return;
    setValue(to, name, value.clone() as Node);
    handOverHead(from, to, name);
    return;
  }
  if (!isMap(value) || valueAt(value, rest[0] ?? "") === undefined) return;
  let inner = own;
  if (inner === undefined) {
    inner = new YAMLMap();
    if (value.commentBefore) inner.commentBefore = value.commentBefore;
    setValue(to, name, inner);
    handOverHead(from, to, name);
  }
  if (isMap(inner)) give(value, inner, rest);
}

/** Gives a key the comment above its like, where it has none. */
function handOverHead(from: YAMLMap, to: YAMLMap, name: string): void {
  const [source, target] = [pairOf(from, name)?.key, pairOf(to, name)?.key];
  if (isScalar(source) && isScalar(target)) inheritComments(target, source);
}

const mountFields = [
  "writable",
  "sshfs.cache",
  "sshfs.followSymlinks",
  "sshfs.sftpDriver",
  "9p.securityModel",
  "9p.protocolVersion",
  "9p.msize",
  "9p.cache",
  "virtiofs.queueSize",
];

const rules: readonly Rule[] = [
  {
    list: "additionalDisks",
    key: (entry) => textOf(valueAt(entry, "name")),
    donate(from, to) {
      // The arguments go as a whole: they are not added to those that are there.
      for (const name of ["format", "fsType", "fsArgs"]) give(from, to, [name]);
    },
  },
  {
    list: "mounts",
    key: (entry) => textOf(valueAt(entry, "mountPoint")) ?? textOf(valueAt(entry, "location")),
    donate(from, to) {
      if (textOf(valueAt(from, "mountPoint")) !== "*") give(from, to, ["mountPoint"]);
      for (const path of mountFields) give(from, to, path.split("."));
    },
  },
  {
    list: "networks",
    key: (entry) => textOf(valueAt(entry, "interface")) || undefined,
    donate(from, to) {
      const connected = valueAt(to, "lima") !== undefined || valueAt(to, "socket") !== undefined;
      for (const name of connected ? [] : ["lima", "socket"]) give(from, to, [name]);
      for (const name of ["macAddress", "vzNAT", "metric"]) give(from, to, [name]);
    },
  },
];

/** An entry as a mapping; a disk's plain name stands for one. */
function asMap(item: unknown): YAMLMap | undefined {
  if (isMap(item)) return item;
  const text = textOf(item);
  if (text === undefined) return undefined;
  const map = new YAMLMap();
  map.add({ key: new Scalar("name"), value: item as Scalar });
  return map;
}

interface Entry {
  item: unknown;
  readonly map: YAMLMap | undefined;
}

function donate(rule: Rule, from: YAMLMap, to: Entry): void {
  if (to.map === undefined) return;
  const before = to.map.items.length;
  rule.donate(from, to.map);
  // A plain name stays one as long as there is nothing to add.
  if (!isScalar(to.item) || to.map.items.length === before) return;
  if (to.item.commentBefore) to.map.commentBefore = to.item.commentBefore;
  to.item.commentBefore = null;
  to.item = to.map;
}

function combine(items: readonly unknown[], rule: Rule): readonly unknown[] {
  const kept: Entry[] = [];
  const firsts = new Map<string, Entry>();
  for (const item of items) {
    const map = rule.list === "additionalDisks" ? asMap(item) : isMap(item) ? item : undefined;
    const key = map === undefined ? undefined : rule.key(map);
    const first = key === undefined ? undefined : firsts.get(key);
    if (map !== undefined && key === "*") for (const entry of kept) donate(rule, map, entry);
    else if (map !== undefined && first?.map !== undefined) {
      donate(rule, map, first);
      inheritComments(first.map, map);
    } else {
      const entry: Entry = { item, map };
      kept.push(entry);
      if (key !== undefined) firsts.set(key, entry);
    }
  }
  return kept.map((each) => each.item);
}

/**
 * Lets entries of one key complete the first of them, and entries with the key `*` every one before them.
 * @returns whether the tree was changed
 */
export function combineLists(root: YAMLMap): boolean {
  let changed = false;
  for (const rule of rules) {
    const list = valueAt(root, rule.list);
    if (!isSeq(list)) continue;
    const items = combine(list.items, rule);
    if (items.length === list.items.length) continue;
    list.items = [...items];
    changed = true;
  }
  return changed;
}
