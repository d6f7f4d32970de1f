import type { FlagDefs } from "./flags.ts";
import type { DocPage } from "./man.ts";
import { listedFlags } from "./man.ts";

function flagBlock(flags: FlagDefs): string {
  const rows = listedFlags(flags).map(([name, flag]) => {
    const short = flag.alias === undefined ? "    " : `-${flag.alias}, `;
    return { left: `  ${short}--${name}${flag.type === "boolean" ? "" : ` ${flag.type}`}`, text: flag.description };
  });
  const width = Math.max(0, ...rows.map((row) => row.left.length)) + 3;
  return `\`\`\`\n${rows.map((row) => row.left.padEnd(width) + row.text).join("\n")}\n\`\`\`\n\n`;
}

/** A page of a documentation site: front matter, then what the command's help tells. */
export function markdownPage(page: DocPage): string {
  const title = page.path.join(" ");
  return [
    `---\ntitle: ${title}\nweight: 3\n---\n\n`,
    page.long === page.short ? `${page.short}\n\n` : `${page.short}\n\n### Synopsis\n\n${page.long}\n\n`,
    page.usage === undefined ? "" : `\`\`\`\n${page.usage}\n\`\`\`\n\n`,
    page.examples === undefined ? "" : `### Examples\n\n\`\`\`\n${page.examples}\n\`\`\`\n\n`,
    listedFlags(page.flags).length === 0 ? "" : `### Options\n\n${flagBlock(page.flags)}`,
    listedFlags(page.inheritedFlags).length === 0
      ? ""
      : `### Options inherited from parent commands\n\n${flagBlock(page.inheritedFlags)}`,
    page.related.length === 0
      ? ""
      : `### SEE ALSO\n\n${page.related.map(({ path, short }) => `* [${path.join(" ")}](../${path.join("_")}/)\t - ${short}`).join("\n")}\n`,
  ].join("");
}
