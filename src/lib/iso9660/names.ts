/**
 * Primary identifiers of the names in one directory: ISO 9660 level 1 (ECMA-119 7.5, 7.6, 10.1), unique. Readers of
 * Rock Ridge never see them. A name that collides gets a number at the end of its first part.
 */
export function isoIdentifiers(
  names: readonly { readonly name: string; readonly directory: boolean }[],
): ReadonlyMap<string, string> {
  const used = new Set<string>();
  const identifiers = new Map<string, string>();
  const sorted = [...names].sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const { name, directory } of sorted) {
    const dot = directory ? -1 : name.indexOf(".");
    const stem = dCharacters(dot < 0 ? name : name.slice(0, dot), 8) || "_";
    const extension = dot < 0 ? "" : dCharacters(name.slice(dot + 1), 3);
    let identifier = join(stem, extension, directory);
    for (let n = 0; used.has(identifier); n += 1) {
      const suffix = String(n);
      identifier = join(stem.slice(0, 8 - suffix.length) + suffix, extension, directory);
    }
    used.add(identifier);
    identifiers.set(name, identifier);
  }
  return identifiers;
}

function join(stem: string, extension: string, directory: boolean): string {
  return directory ? stem : `${stem}.${extension};1`;
}

function dCharacters(text: string, length: number): string {
  return text
    .toUpperCase()
    .replace(/[^A-Z0-9_]/g, "_")
    .slice(0, length);
}
