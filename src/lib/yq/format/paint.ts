/** What a piece of printed text is. */
export type PaintKind = "key" | "string" | "number" | "bool" | "null" | "comment" | "anchor";

/** Puts colour around a piece of text, or leaves it. */
export type Paint = (kind: PaintKind, text: string) => string;

export const plain: Paint = (_kind, text) => text;

const codes: Readonly<Record<PaintKind, string>> = {
  key: "36",
  string: "32",
  number: "95",
  bool: "95",
  null: "90",
  comment: "90",
  anchor: "93",
};

/** The colours of yq on a terminal. */
export const colored: Paint = (kind, text) =>
  text === ""
    ? text
    : text
        .split("\n")
        .map((line) => `\x1b[${codes[kind]}m${line}\x1b[0m`)
        .join("\n");
