import { sequence, text, type YqNode } from "../node.ts";

/** The parts of a text between separators, as a sequence. */
export function splitText(value: string, separator: string): YqNode {
  if (value === "") return sequence([]);
  return sequence((separator === "" ? [...value] : value.split(separator)).map(text));
}
