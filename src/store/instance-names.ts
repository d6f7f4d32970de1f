/** Whether a directory of a Lima home is an instance by its name; the others are settings, caches and unfinished work. */
export function isInstanceName(name: string): boolean {
  return !name.startsWith(".") && !name.startsWith("_");
}

/** Sorts names by their bytes, in place. */
export function inByteOrder(names: string[]): string[] {
  // The order of UTF-16 is that of the bytes but for surrogates; comparing bytes costs half a millisecond a hundred.
  return names.some((name) => /[^\0-\ud7ff]/.test(name))
    ? names.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    : names.sort();
}
