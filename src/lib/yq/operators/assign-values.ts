import { copy, setContent, type YqNode } from "../node.ts";
import { effectiveTag } from "../tags.ts";

export interface UpdateOptions {
  /** Whether a custom tag is overwritten too. */
  readonly clobberTags: boolean;
  /** Whether the target keeps its own anchor. */
  readonly keepAnchor: boolean;
}

/**
 * Makes a node, in place, the same value as another. Its style stays while the type does; comments are replaced only by
 * comments; a custom tag stays.
 */
export function updateFrom(target: YqNode, source: YqNode, options: UpdateOptions): void {
  if (target === source) return;
  const content = source.content.map(copy);
  const { kind, value, aliasTarget, style, tagged, tag } = source;
  const emptyCollection = target.kind !== "scalar" && target.content.length === 0;
  const typeChanges = target.kind !== kind || effectiveTag(target) !== effectiveTag(source);
  if (emptyCollection || typeChanges) target.style = style;
  if (target.style === "") target.style = style;
  if (options.clobberTags || target.tag === "" || target.tag.startsWith("!!")) {
    if (tag !== target.tag) target.tagged = tagged && tag.startsWith("!!") ? tagged : false;
    target.tag = tag;
  }
  target.kind = kind;
  target.value = value;
  target.aliasTarget = aliasTarget;
  target.raw =
    source.raw ?? (target.raw?.value === value && target.raw.style === target.style ? target.raw : undefined);
  setContent(target, content);
  if (!options.keepAnchor) target.anchor = source.anchor;
  if (source.head.some((line) => line !== "")) target.head = source.head;
  if (source.foot.some((line) => line !== "")) target.foot = source.foot;
  if (source.line !== "") target.line = source.line;
}
