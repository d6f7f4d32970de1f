/** A picture as rows from the top, three bytes (red, green, blue) a pixel. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

const headerLimit = 200;

/** Reads a portable pixmap of the binary kind with one byte a colour, as QEMU's `screendump` writes it. @throws Error */
export function readPpm(bytes: Uint8Array): Picture {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, headerLimit)).toString("latin1");
  const header = /^P6\s(?:#[^\n]*\n)*\s*(\d+)\s+(\d+)\s+255\s/.exec(head);
  if (header === null) throw new Error("not a binary pixmap of one byte a colour");
  const [width, height] = [Number(header[1]), Number(header[2])];
  const pixels = bytes.subarray(header[0].length, header[0].length + 3 * width * height);
  if (pixels.length < 3 * width * height || width === 0 || height === 0) throw new Error("the pixmap is cut off");
  return { width, height, pixels };
}
