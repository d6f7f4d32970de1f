import type { Picture } from "./ppm.ts";

const headerBytes = 54;
/** 72 dots an inch. */
const dotsPerMeter = 2835;

/** A picture as BMP (BITMAPINFOHEADER, 24 bits a pixel), whose rows go up and are filled to four bytes. */
export function encodeBmp({ width, height, pixels }: Picture): Uint8Array {
  const row = Math.ceil((3 * width) / 4) * 4;
  const bytes = Buffer.alloc(headerBytes + row * height);
  bytes.write("BM", 0, "latin1");
  bytes.writeUInt32LE(bytes.length, 2);
  bytes.writeUInt32LE(headerBytes, 10);
  bytes.writeUInt32LE(40, 14);
  bytes.writeInt32LE(width, 18);
  bytes.writeInt32LE(height, 22);
  bytes.writeUInt16LE(1, 26);
  bytes.writeUInt16LE(24, 28);
  bytes.writeUInt32LE(row * height, 34);
  bytes.writeInt32LE(dotsPerMeter, 38);
  bytes.writeInt32LE(dotsPerMeter, 42);
  for (let y = 0; y < height; y += 1) {
    const at = headerBytes + (height - 1 - y) * row;
    for (let x = 0; x < width; x += 1) {
      const from = 3 * (y * width + x);
      bytes[at + 3 * x] = pixels[from + 2] ?? 0;
      bytes[at + 3 * x + 1] = pixels[from + 1] ?? 0;
      bytes[at + 3 * x + 2] = pixels[from] ?? 0;
    }
  }
  return bytes;
}
