const lengths: Readonly<Record<string, number>> = { sha256: 64, sha384: 96, sha512: 128 };

/** What is wrong with a digest of the form `ALGO:HEX`, or undefined when it is fine. */
export function digestProblem(digest: string): string | undefined {
  const match = /^([A-Za-z0-9+._-]+):([0-9a-zA-Z=_-]+)$/.exec(digest);
  if (match?.[1] === undefined || match[2] === undefined) return "invalid checksum digest format";
  const length = Object.hasOwn(lengths, match[1]) ? lengths[match[1]] : undefined;
  if (length === undefined) return "unsupported digest algorithm";
  if (match[2].length !== length) return "invalid checksum digest length";
  return /^[0-9a-f]+$/.test(match[2]) ? undefined : "invalid checksum digest format";
}
