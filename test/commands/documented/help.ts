/** An option's line of a help text, without its description. */
export interface HelpFlag {
  readonly name: string;
  readonly letter: string;
  readonly type: string;
  readonly shown: string;
}

const headings =
  /^(?:Usage|Aliases|Examples|Available Commands|(?:Basic|Advanced|Additional) Commands|Available Plugins \(Experimental\)|(?:Global )?Flags|Flags inherited from `limactl create`|Additional help topics):$/;

/** The paragraphs of a help text by their headings; what stands before the first is under "". */
export function helpSections(text: string): ReadonlyMap<string, readonly string[]> {
  const sections = new Map<string, readonly string[]>();
  for (const paragraph of text.trimEnd().split("\n\n")) {
    const [first = "", ...rest] = paragraph.split("\n");
    if (headings.test(first)) sections.set(first, rest);
    else {
      // A description or examples may have blank lines.
      const last = [...sections.keys()].at(-1) ?? "";
      sections.set(last, [...(sections.get(last) ?? []), first, ...rest]);
    }
  }
  return sections;
}

/** @throws Error for a line that is no option's */
export function helpFlag(line: string): HelpFlag {
  const match =
    /^ {2}(?:-(\w), | {4})--([\w-]+)(?: (string|int|uint16|float32|duration|strings|stringArray|ipSlice))? +(.*)$/.exec(
      line,
    );
  const [, letter = "", name = "", type = "bool", text = ""] = match ?? [];
  if (match === null || text === "") throw new Error(`not the line of an option: ${line}`);
  return { name, letter, type, shown: /\(default ([^)]*)\)$/.exec(text)?.[1] ?? "" };
}
