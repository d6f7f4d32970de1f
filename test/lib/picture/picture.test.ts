import { expect, test } from "bun:test";
import { inflateSync } from "node:zlib";
import fc from "fast-check";
import { encodeBmp } from "../../../src/lib/picture/bmp.ts";
import { encodePng } from "../../../src/lib/picture/png.ts";
import { readPpm } from "../../../src/lib/picture/ppm.ts";

const picture = { width: 2, height: 2, pixels: Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255, 1, 2, 3) };
const ppm = (header: string, pixels: Uint8Array) => Buffer.concat([Buffer.from(header), pixels]);

test("a pixmap is read, with and without comments", () => {
  expect(readPpm(ppm("P6\n2 2\n255\n", picture.pixels))).toEqual(picture);
  expect(readPpm(ppm("P6\n# by a program\n2 2\n255\n", picture.pixels))).toEqual(picture);
});

test("what is no pixmap is an error", () => {
  expect(() => readPpm(ppm("P6\n2 2\n255\n", picture.pixels.subarray(1)))).toThrow("cut off");
  expect(() => readPpm(ppm("P6\n0 2\n255\n", picture.pixels))).toThrow("cut off");
  expect(() => readPpm(ppm("P5\n2 2\n255\n", picture.pixels))).toThrow("not a binary pixmap");
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      try {
        readPpm(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
      }
    }),
  );
});

test("a PNG has its size, its rows and right checksums", () => {
  const bytes = Buffer.from(encodePng(picture));
  expect(bytes.subarray(0, 8).toString("latin1")).toBe("\x89PNG\r\n\x1a\n");
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    const named = bytes.subarray(at + 4, at + 8 + length);
    expect(bytes.readUInt32BE(at + 8 + length)).toBe(Bun.hash.crc32(named));
    chunks.set(named.toString("latin1", 0, 4), named.subarray(4));
    at += 12 + length;
  }
  expect([...chunks.keys()]).toEqual(["IHDR", "IDAT", "IEND"]);
  expect([...(chunks.get("IHDR") ?? [])]).toEqual([0, 0, 0, 2, 0, 0, 0, 2, 8, 2, 0, 0, 0]);
  expect([...inflateSync(chunks.get("IDAT") ?? Buffer.alloc(0))]).toEqual([
    ...[0, 255, 0, 0, 0, 255, 0],
    ...[0, 0, 0, 255, 1, 2, 3],
  ]);
});

test("a BMP has its size, and its rows from the bottom in blue, green, red", () => {
  const bytes = Buffer.from(encodeBmp(picture));
  expect(bytes.toString("latin1", 0, 2)).toBe("BM");
  expect(bytes.readUInt32LE(2)).toBe(bytes.length);
  expect([bytes.readInt32LE(18), bytes.readInt32LE(22), bytes.readUInt16LE(28)]).toEqual([2, 2, 24]);
  expect([...bytes.subarray(bytes.readUInt32LE(10))]).toEqual([255, 0, 0, 3, 2, 1, 0, 0, 0, 0, 255, 0, 255, 0, 0, 0]);
});
