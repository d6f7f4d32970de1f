import { isoIdentifiers } from "./names.ts";

/** A file on its way into an image: its path and how many bytes it has. */
export interface IsoEntry {
  /** Relative, with slashes. */
  readonly path: string;
  readonly mode: number;
  readonly size: number;
}

/** A file with the name it has in its directory. */
export interface FileNode<E extends IsoEntry> {
  readonly kind: "file";
  /** UTF-8, for Rock Ridge; undefined where that is not used. */
  readonly name: Uint8Array | undefined;
  /** Identifier, with version: of ISO 9660 level 1, or Joliet's. */
  readonly identifier: string;
  readonly entry: E;
}

/** A directory; its children are in the order of their identifiers, as ECMA-119 9.3 asks. */
export interface DirectoryNode<E extends IsoEntry> {
  readonly kind: "directory";
  /** UTF-8, for Rock Ridge, empty for the root; undefined where that is not used. */
  readonly name: Uint8Array | undefined;
  readonly identifier: string;
  /** Whether its records have Rock Ridge entries. */
  readonly rockRidge: boolean;
  /** 0 for the root. */
  readonly depth: number;
  readonly children: readonly (FileNode<E> | DirectoryNode<E>)[];
}

/** ECMA-119 6.8.2.1 allows eight levels, the root among them. */
const maximumDepth = 7;
/** What is left in a directory record of 254 bytes beside the fixed parts and the other Rock Ridge entries. */
const maximumNameBytes = 120;

const utf8 = new TextEncoder();

type Level<E> = Map<string, E | Level<E>>;

/** Arranges files as a tree of directories.
 * @param rockRidge whether their records have Rock Ridge entries
 * @throws Error for a path that is absolute, has an empty or dotted part, is there twice, or is too deep or too long
 */
export function buildTree<E extends IsoEntry>(entries: readonly E[], rockRidge: boolean): DirectoryNode<E> {
  const root: Level<E> = new Map();
  for (const entry of entries) {
    const parts = checkedParts(entry.path);
    const name = parts.pop() ?? "";
    let level = root;
    for (const part of parts) {
      const next = level.get(part) ?? new Map();
      if (!(next instanceof Map)) throw new Error(`iso9660: a file and a directory have the path of ${entry.path}`);
      level.set(part, next);
      level = next;
    }
    if (level.has(name)) throw new Error(`iso9660: the path ${entry.path} is there twice`);
    level.set(name, entry);
  }
  return directory("", "\0", 0, root, rockRidge);
}

function checkedParts(path: string): string[] {
  const parts = path.split("/");
  for (const part of parts) {
    const bad = part === "" || part === "." || part === ".." || part.includes("\0");
    if (bad) throw new Error(`iso9660: the path ${JSON.stringify(path)} is not plain and relative`);
    if (utf8.encode(part).length > maximumNameBytes) {
      throw new Error(`iso9660: a name in ${path} has more than ${maximumNameBytes} bytes`);
    }
  }
  if (parts.length - 1 > maximumDepth)
    throw new Error(`iso9660: ${path} is more than ${maximumDepth} directories deep`);
  return parts;
}

function directory<E extends IsoEntry>(
  name: string,
  identifier: string,
  depth: number,
  level: Level<E>,
  rockRidge: boolean,
): DirectoryNode<E> {
  const names = [...level].map(([childName, child]) => ({ name: childName, directory: child instanceof Map }));
  const identifiers = isoIdentifiers(names);
  const children = [...level].map(([childName, child]) => {
    const childIdentifier = identifiers.get(childName) ?? "";
    return child instanceof Map
      ? directory(childName, childIdentifier, depth + 1, child, rockRidge)
      : ({ kind: "file", name: utf8.encode(childName), identifier: childIdentifier, entry: child } as const);
  });
  children.sort((a, b) => (a.identifier < b.identifier ? -1 : 1));
  return { kind: "directory", name: utf8.encode(name), identifier, rockRidge, depth, children };
}

/** Every directory, level by level, parents in order: the order of the path tables (ECMA-119 6.9.1). */
export function directoriesByLevel<E extends IsoEntry>(root: DirectoryNode<E>): readonly DirectoryNode<E>[] {
  const all: DirectoryNode<E>[] = [root];
  for (let at = 0; at < all.length; at += 1) {
    for (const child of all[at]?.children ?? []) if (child.kind === "directory") all.push(child);
  }
  return all;
}
