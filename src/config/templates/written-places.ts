import { isMap, isNode, isScalar, isSeq, type Node } from "yaml";
import { lineStarts, type Place, placeAt } from "../place.ts";
import type { Template } from "./read.ts";

/**
 * Where each part of an embedded template was written, by field path (`provision[0].script`), as `decodeConfig` names
 * them. A part that embedding made has no place of its own.
 * @param sourceOf the template that a node was read from
 * @param own the one that was embedded; its places need no file
 */
export function writtenPlaces(
  root: Node,
  sourceOf: (node: Node) => Template | undefined,
  own: Template,
): ReadonlyMap<string, Place> {
  const starts = new Map<Template, readonly number[]>();
  const places = new Map<string, Place>();
  const note = (path: string, node: unknown): void => {
    if (!isNode(node) || !node.range) return;
    const source = sourceOf(node);
    if (source === undefined) return;
    const lines = starts.get(source) ?? lineStarts(source.text);
    starts.set(source, lines);
    const place = placeAt(lines, node.range[0]);
    places.set(path, source === own ? place : { ...place, file: source.locator });
  };
  const walk = (path: string, node: unknown): void => {
    if (isMap(node))
      for (const { key, value } of node.items) {
        if (!isScalar(key)) continue;
        const at = path === "" ? String(key.value) : `${path}.${String(key.value)}`;
        note(at, key);
        walk(at, value);
      }
    else if (isSeq(node))
      for (const [index, item] of node.items.entries()) {
        const at = `${path}[${index}]`;
        note(at, item);
        walk(at, item);
      }
  };
  walk("", root);
  return places;
}
