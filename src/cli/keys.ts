/** A key as a terminal in raw mode sends it. */
export type Key =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "up" | "down" | "tab" | "enter" | "backspace" | "interrupt" | "end" | "other" };

const named: Readonly<Record<string, Exclude<Key["kind"], "text">>> = {
  "\u001b[A": "up",
  "\u001bOA": "up",
  "\u0010": "up",
  "\u001b[Z": "up",
  "\u001b[B": "down",
  "\u001bOB": "down",
  "\u000e": "down",
  "\t": "tab",
  "\r": "enter",
  "\n": "enter",
  "\u007f": "backspace",
  "\b": "backspace",
  "\u0003": "interrupt",
  "\u0004": "end",
};

/** Takes a chunk of terminal input apart into keys. */
export function parseKeys(chunk: string): readonly Key[] {
  const pieces = chunk.match(/\u001b\[[0-9;]*[A-Za-z~]|\u001bO[A-Za-z]|[^\u0000-\u001f\u007f]|[\s\S]/gu) ?? [];
  return pieces.map((piece) => {
    const kind = Object.hasOwn(named, piece) ? named[piece] : undefined;
    if (kind !== undefined) return { kind };
    return /^[^\u0000-\u001f\u007f]+$/u.test(piece) ? { kind: "text", text: piece } : { kind: "other" };
  });
}
