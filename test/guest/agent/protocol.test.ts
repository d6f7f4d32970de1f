import { expect, test } from "bun:test";
import fc from "fast-check";
import {
  encodeFrame,
  encodeHello,
  type Frame,
  FrameReader,
  helloBytes,
  maximumPayloadBytes,
  ProtocolError,
} from "../../../src/guest/protocol.ts";

const nonce = Uint8Array.from({ length: 16 }, (_, n) => n);
const frame = fc.record({
  kind: fc.constantFrom(
    "call",
    "reply",
    "event",
    "data",
    "end",
    "window",
    "ping",
    "pong",
    "bytes",
    "shut",
  ) as fc.Arbitrary<Frame["kind"]>,
  channel: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  payload: fc.uint8Array({ maxLength: 300 }),
});

/** Frames of kind `bytes` may come in parts: those of a channel that follow one another are one. */
function joined(frames: readonly Frame[]): readonly Frame[] {
  const result: Frame[] = [];
  for (const { kind, channel, payload } of frames) {
    const last = result.at(-1);
    const bytes = Uint8Array.from(payload);
    if (kind === "bytes" && bytes.length === 0) continue;
    if (kind !== "bytes" || last?.kind !== "bytes" || last.channel !== channel) {
      result.push({ kind, channel, payload: bytes });
    } else result[result.length - 1] = { ...last, payload: new Uint8Array([...last.payload, ...bytes]) };
  }
  return result;
}

test("frames come back however the bytes are cut, whatever came before the hello", () => {
  fc.assert(
    fc.property(
      fc.array(frame, { maxLength: 8 }),
      fc.uint8Array({ maxLength: 60 }),
      fc.infiniteStream(fc.integer({ min: 1, max: 40 })),
      (frames, noise, cuts) => {
        const stale = encodeHello(new Uint8Array(16).fill(9));
        const all = Buffer.concat([
          noise,
          stale,
          noise,
          encodeHello(nonce),
          ...frames.map((each) => encodeFrame(each)),
        ]);
        const reader = new FrameReader(nonce);
        const found: Frame[] = [];
        for (let at = 0; at < all.length; ) {
          const length = cuts.next().value ?? 1;
          found.push(...reader.push(Uint8Array.from(all.subarray(at, at + length)), () => {}));
          at += length;
        }
        expect(joined(found)).toEqual(joined(frames));
        expect(reader.midFrame).toBe(false);
      },
    ),
  );
});

test("any bytes are frames or a protocol error, never anything else", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const reader = new FrameReader();
      reader.push(encodeHello(nonce), () => {});
      try {
        reader.push(bytes, () => {});
      } catch (error) {
        expect(error).toBeInstanceOf(ProtocolError);
      }
    }),
  );
});

test("another version is refused", () => {
  const hello = encodeHello(nonce);
  hello[helloBytes - 17] = 250;
  expect(() => new FrameReader().push(hello, () => {})).toThrow("protocol version 250");
});

test("a payload may be as long as the limit, and no longer", () => {
  const of = (length: number) => encodeFrame({ kind: "data", channel: 1, payload: new Uint8Array(length) });
  expect(() => of(maximumPayloadBytes + 1)).toThrow("too long");
  const reader = new FrameReader();
  reader.push(encodeHello(nonce), () => {});
  expect(reader.push(of(maximumPayloadBytes), () => {})[0]?.payload).toHaveLength(maximumPayloadBytes);
});
