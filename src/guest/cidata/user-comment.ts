/** A full name without what a passwd line or a terminal could trip over: control characters and odd spaces. */
export function printableComment(comment: string): string {
  return comment.replace(/[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu, "");
}
