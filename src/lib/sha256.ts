/** The SHA-256 of a text, or of several as if they were one. Unlike `node:crypto` it costs a program's start nothing. */
export function sha256(...texts: readonly string[]): Uint8Array {
  const hasher = new Bun.CryptoHasher("sha256");
  for (const text of texts) hasher.update(text);
  return new Uint8Array(hasher.digest());
}

/** The same in hexadecimal digits. */
export function sha256Hex(...texts: readonly string[]): string {
  return sha256(...texts).toHex();
}
