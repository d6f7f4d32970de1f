/** Whether a text matches a pattern in which `*` stands for any text and `?` for one character; without them, equality. */
export function matchesWildcard(value: string, pattern: string): boolean {
  if (!pattern.includes("*") && !pattern.includes("?")) return value === pattern;
  const text = [...value];
  const glob = [...pattern];
  let at = 0;
  let star = -1;
  let resume = 0;
  for (let i = 0; i < text.length; ) {
    if (at < glob.length && glob[at] === "*") {
      star = at++;
      resume = i;
    } else if (at < glob.length && (glob[at] === "?" || glob[at] === text[i])) {
      at++;
      i++;
    } else if (star >= 0) {
      at = star + 1;
      i = ++resume;
    } else return false;
  }
  while (glob[at] === "*") at++;
  return at === glob.length;
}
