const algorithms: Readonly<Record<number, string>> = { 64: "sha256", 128: "sha512" };

/**
 * The digest of a file, as lima.yaml writes it, from a list of checksums: lines of `HEX  FILE` or `HEX *FILE`
 * (coreutils), of `SHA256 (FILE) = HEX` (BSD), or nothing but the HEX of this file.
 */
export function digestIn(checksums: string, file: string): string | undefined {
  for (const line of checksums.split(/\r?\n/)) {
    const bsd = /^SHA(?:256|512) \((.+)\) = ([0-9a-f]+)$/i.exec(line.trim());
    const coreutils = /^([0-9a-f]{64,128})(?:\s+\*?(\S+))?$/i.exec(line.trim());
    const name = bsd?.[1] ?? coreutils?.[2] ?? file;
    const hex = (bsd?.[2] ?? coreutils?.[1] ?? "").toLowerCase();
    const algorithm = algorithms[hex.length];
    if (algorithm !== undefined && name.replace(/^.*\//, "") === file) return `${algorithm}:${hex}`;
  }
  return undefined;
}
