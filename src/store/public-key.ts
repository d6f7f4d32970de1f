/**
 * True for one line `ALGORITHM BASE64 [COMMENT]` whose data begin with the same algorithm's name, as RFC 4253, 6.6 has it
 * (a length of four bytes, then the name).
 */
export function isPublicKey(text: string): boolean {
  if (/[\r\n]/.test(text)) return false;
  const [algorithm, data] = text.split(/\s+/);
  if (algorithm === undefined || data === undefined) return false;
  const bytes = Buffer.from(data, "base64");
  if (bytes.length < 4) return false;
  const length = bytes.readUInt32BE(0);
  return bytes.length >= 4 + length && bytes.toString("utf8", 4, 4 + length) === algorithm;
}
