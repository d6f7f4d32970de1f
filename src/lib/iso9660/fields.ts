/** Number and date fields of ECMA-119, written at a place in a buffer. */

/** 16 bits, first little-endian then big-endian (ECMA-119 7.2.3). */
export function putBoth16(view: DataView, at: number, value: number): void {
  view.setUint16(at, value, true);
  view.setUint16(at + 2, value, false);
}

/** 32 bits, first little-endian then big-endian (ECMA-119 7.3.3). */
export function putBoth32(view: DataView, at: number, value: number): void {
  view.setUint32(at, value, true);
  view.setUint32(at + 4, value, false);
}

/** Seven bytes: a date as directory records and Rock Ridge's TF have it, in UTC (ECMA-119 9.1.5). */
export function recordDate(time: Date): Uint8Array {
  return Uint8Array.of(
    time.getUTCFullYear() - 1900,
    time.getUTCMonth() + 1,
    time.getUTCDate(),
    time.getUTCHours(),
    time.getUTCMinutes(),
    time.getUTCSeconds(),
    0,
  );
}

/** Seventeen bytes: digits to the hundredth of a second and the zone, in UTC (ECMA-119 8.4.26.1). */
export function volumeDate(time: Date): string {
  const digits = time.toISOString().replace(/\D/g, "");
  return `${digits.slice(0, 16)}\0`;
}

/** Bytes of `text`, cut or padded with spaces to `length`. */
export function padded(text: string, length: number): Uint8Array {
  const bytes = new Uint8Array(length).fill(0x20);
  bytes.set(new TextEncoder().encode(text).subarray(0, length));
  return bytes;
}

/** The UTF-16 of a text, big-endian, a character a byte: what Joliet calls UCS-2. */
export function ucs2(text: string): string {
  return Array.from({ length: 2 * text.length }, (_, at) => {
    const unit = text.charCodeAt(at >> 1);
    return String.fromCharCode(at % 2 === 0 ? unit >> 8 : unit & 0xff);
  }).join("");
}

/** Writes a string of characters below 256. */
export function putLatin1(bytes: Uint8Array, at: number, text: string): void {
  for (let i = 0; i < text.length; i += 1) bytes[at + i] = text.charCodeAt(i);
}
