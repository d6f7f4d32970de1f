const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Length of the UTF-8 sequence that begins at `at`, 0 where none does (RFC 3629, section 4). */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return 1;
  const length = first >= 0xc2 && first < 0xe0 ? 2 : first >= 0xe0 && first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  if (length === 0 || first < 0xc2) return 0;
  const second = bytes[at + 1] ?? 0;
  const lowest = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const highest = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (second < lowest || second > highest) return 0;
  for (let i = at + 2; i < at + length; i += 1) if (((bytes[i] ?? 0) & 0xc0) !== 0x80) return 0;
  return length;
}

/**
 * Any bytes as text: UTF-8, in which a byte that belongs to no character is a lone surrogate, U+DC00 and its value (as
 * Python's `surrogateescape`). No UTF-8 text has those, so `bytesOfText` gives the same bytes back.
 */
export function textOfBytes(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch {
    let text = "";
    let start = 0;
    for (let at = 0; at < bytes.length; ) {
      const length = sequenceLength(bytes, at);
      if (length === 0) {
        text += utf8.decode(bytes.subarray(start, at)) + String.fromCharCode(0xdc00 + (bytes[at] ?? 0));
        start = at + 1;
      }
      at += length || 1;
    }
    return text + utf8.decode(bytes.subarray(start));
  }
}

/** The bytes of a text that `textOfBytes` made, or of any other as UTF-8. */
export function bytesOfText(text: string): Uint8Array {
  const encoder = new TextEncoder();
  if (text.isWellFormed()) return encoder.encode(text);
  return Buffer.concat(
    text
      .split(/([\udc80-\udcff])/u)
      .map((part, index) => (index % 2 === 0 ? encoder.encode(part) : Uint8Array.of(part.charCodeAt(0) - 0xdc00))),
  );
}
