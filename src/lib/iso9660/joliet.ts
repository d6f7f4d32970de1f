import { ucs2 } from "./fields.ts";
import type { DirectoryNode, IsoEntry } from "./tree.ts";

/** Joliet's limit for a name. */
const maximumCharacters = 64;

/**
 * The same directories as Joliet names them: as they are, in UCS-2. Files have no version, as other writers leave it out too.
 * @throws Error for a name that is too long or has a character that Joliet forbids
 */
export function jolietTree<E extends IsoEntry>(node: DirectoryNode<E>): DirectoryNode<E> {
  const children = node.children.map((child) => {
    const name = checked(new TextDecoder().decode(child.name));
    if (child.kind === "directory") return { ...jolietTree(child), identifier: ucs2(name) };
    return { ...child, name: undefined, identifier: ucs2(name) };
  });
  children.sort((a, b) => (a.identifier < b.identifier ? -1 : 1));
  return { ...node, name: undefined, rockRidge: false, children };
}

function checked(name: string): string {
  if (name.length > maximumCharacters)
    throw new Error(`iso9660: the name ${name} has more than ${maximumCharacters} characters`);
  // Joliet specification, "Allowed Character Set".
  if (/[\0-\x1f*/:;?\\]/.test(name)) throw new Error(`iso9660: the name ${JSON.stringify(name)} is not one for Joliet`);
  return name;
}
