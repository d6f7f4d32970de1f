import { expect, test } from "bun:test";
import fc from "fast-check";
import { bytesOfText, textOfBytes } from "../../src/lib/byte-text.ts";

/** Bytes among which whole, broken and forbidden sequences of UTF-8 are frequent. */
const pieces = fc.array(
  fc.oneof(
    fc.string({ unit: "grapheme" }).map((text) => new TextEncoder().encode(text)),
    fc.uint8Array({ maxLength: 3 }),
    fc.constantFrom(
      [0xc0, 0x80],
      [0xed, 0xb2, 0x80],
      [0xe0, 0x80, 0x80],
      [0xf4, 0x90, 0x80, 0x80],
      [0xf0, 0x9f, 0x98],
      [0xef, 0xbb, 0xbf],
    ),
  ),
);

test("any bytes come back as they were, and are text as far as they are UTF-8", () => {
  fc.assert(
    fc.property(pieces, (parts) => {
      const bytes = Uint8Array.from(parts.flatMap((part) => [...part]));
      const text = textOfBytes(bytes);
      expect(Buffer.from(bytesOfText(text)).toString("hex")).toBe(Buffer.from(bytes).toString("hex"));
      const ours = text.replaceAll(/[\udc80-\udcff]/gu, "\ufffd").replaceAll(/\ufffd+/g, "\ufffd");
      expect(ours).toBe(new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes).replaceAll(/\ufffd+/g, "\ufffd"));
    }),
  );
});

test("a byte that is no UTF-8 is a lone surrogate of its value", () => {
  expect(textOfBytes(Uint8Array.of(0x61, 0xff, 0xc3, 0xa4))).toBe("a\udcff\u00e4");
});
