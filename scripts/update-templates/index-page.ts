/** The names that a directory's index page links to, without a slash at the end; links to elsewhere are left out. */
export function linkedNames(html: string): readonly string[] {
  const names = [...html.matchAll(/href\s*=\s*["']([^"']+)["']/gi)].map(([, href = ""]) =>
    decodeName(href.replace(/^\.\//, "").replace(/\/$/, "")),
  );
  return [...new Set(names)].filter((name) => name !== "" && !/[/?#:]|^\.\.?$/.test(name));
}

function decodeName(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

/** Orders build names (`release-20260705.1`, `10.2-20260526.0`) by the numbers in them; negative when `a` is older. */
export function compareBuilds(a: string, b: string): number {
  const [left, right] = [numbersIn(a), numbersIn(b)];
  for (let i = 0; i < Math.max(left.length, right.length); i += 1) {
    const difference = (left[i] ?? -1) - (right[i] ?? -1);
    if (difference !== 0) return difference;
  }
  return 0;
}

function numbersIn(text: string): readonly number[] {
  return (text.match(/\d+/g) ?? []).map(Number);
}
