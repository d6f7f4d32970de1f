/**
 * YAML text for any value. Written by hand and not by a serializer because guests without cloud-init read these files
 * line by line, so that their very layout is an interface.
 */

/** What YAML 1.1 lets stand unescaped (production c-printable), less line breaks and the byte order mark. */
const unprintable = /[^\t\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]/u;
const escaped = new RegExp(`["\\\\\\t]|${unprintable.source}`, "gu");

/**
 * What is safe without quotes: words that no reader takes for a number, a date, a boolean or null, and addresses of IPv4
 * and IPv6, but for one that ends as a key does, and one that YAML 1.1 reads as a number with the base 60.
 */
const plainWord =
  /^(?:(?!(?:true|false|yes|no|on|off|null|y|n|e[-+]?\d+)$)[A-Za-z/][A-Za-z0-9_/.+-]*|\d+\.\d+\.\d+\.\d+|(?=.*(?:::|[a-f]))[0-9a-f]*:[0-9a-f:.]*[0-9a-f])$/i;

/** A double-quoted scalar on one line. */
export function quoted(text: string): string {
  const body = text.toWellFormed().replace(escaped, (char) => {
    if (char === '"' || char === "\\") return `\\${char}`;
    const code = char.codePointAt(0) ?? 0;
    return code > 0xff ? `\\u${code.toString(16).padStart(4, "0")}` : `\\x${code.toString(16).padStart(2, "0")}`;
  });
  return `"${body}"`;
}

/** A plain scalar where that is safe, else a double-quoted one. */
export function word(text: string): string {
  return plainWord.test(text) ? text : quoted(text);
}

/**
 * A text of several lines: `|` and the lines, each indented by `indent` spaces; double-quoted where a block scalar
 * cannot hold it. The caller writes it after `- ` or `key: `.
 */
export function block(text: string, indent: number): string {
  const lines = text.split("\n");
  const trailing = /\n*$/.exec(text)?.[0].length ?? 0;
  const odd = lines.some((line) => unprintable.test(line)) || !text.isWellFormed();
  if (odd || text.trim() === "" || /^\s/.test(text)) return quoted(text);
  if (trailing > 0) lines.length -= 1;
  const chomping = trailing === 0 ? "-" : trailing === 1 ? "" : "+";
  return [`|${chomping}`, ...lines.map((line) => (line === "" ? "" : " ".repeat(indent) + line))].join("\n");
}
