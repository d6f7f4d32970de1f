const units = "kmgtpe";

/**
 * Parses a human size (`4GiB`, `512`, `1.5 g`) into bytes. Every suffix is a power of 1024; one space may come before it.
 * @throws Error `invalid size: 'X'` or `invalid suffix: 'x'`
 */
export function parseSize(text: string): number {
  const match = /^([0-9]+(?:\.[0-9]*)?|\.[0-9]+) ?([a-zA-Z]*)$/.exec(text);
  if (match?.[1] === undefined) throw new Error(`invalid size: '${text}'`);
  const suffix = (match[2] ?? "").toLowerCase();
  const parts = /^(?:([kmgtp])(?:i?b)?|b)?$/.exec(suffix);
  if (parts === null) throw new Error(`invalid suffix: '${suffix}'`);
  const power = parts[1] === undefined ? 0 : units.indexOf(parts[1]) + 1;
  return Math.trunc(Number(match[1]) * 1024 ** power);
}

/** Bytes as people read them: four significant digits, powers of 1024 (`4GiB`, `1.5GiB`, `0B`). */
export function formatSize(bytes: number): string {
  const names = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < names.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${Number(value.toPrecision(4))}${names[unit]}`;
}
