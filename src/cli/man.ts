import { formatDuration } from "./duration.ts";
import type { FlagDef, FlagDefs } from "./flags.ts";

/** What a page of documentation tells of one command; the same for manual pages and Markdown. */
export interface DocPage {
  /** Names from the program downwards: `["limactl", "disk", "create"]`. */
  readonly path: readonly string[];
  readonly short: string;
  readonly long: string;
  /** The line after the name; undefined for a command that only holds others. */
  readonly usage: string | undefined;
  readonly examples: string | undefined;
  readonly flags: FlagDefs;
  readonly inheritedFlags: FlagDefs;
  /** Pages above and below, by their paths. */
  readonly related: readonly { readonly path: readonly string[]; readonly short: string }[];
}

/** Text for roff: backslashes and leading dots and quotes lose their meaning, hyphens stay hyphens. */
function roff(text: string): string {
  return text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replace(/^([.'])/gm, "\\&$1");
}

/** Visible options sorted by name. */
export function listedFlags(flags: FlagDefs): readonly (readonly [string, FlagDef])[] {
  return Object.entries(flags)
    .filter(([, flag]) => flag.hidden !== true)
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

/** What stands after an option's name in documentation: `=VALUE` with its default, nothing for a boolean. */
function flagDefault(flag: FlagDef): string {
  if (flag.type === "boolean") return `[=${flag.default ?? false}]`;
  if (flag.type === "string") return `=${JSON.stringify(flag.default ?? "")}`;
  if (flag.type === "duration") return `=${formatDuration(flag.default ?? 0)}`;
  if (typeof flag.default === "object") return `=[${Object.values(flag.default).join(",")}]`;
  return flag.type === "int" || flag.type === "uint16" || flag.type === "float32" ? `=${flag.default ?? 0}` : "=[]";
}

function flagItems(flags: FlagDefs): string {
  return listedFlags(flags)
    .map(([name, flag]) => {
      const short = flag.alias === undefined ? "" : `\\fB\\-${flag.alias}\\fP, `;
      return `.TP\n${short}\\fB\\-\\-${roff(name)}\\fP${roff(flagDefault(flag))}\n${roff(flag.description)}\n`;
    })
    .join("");
}

/** Verbatim lines. */
function block(text: string): string {
  return `.PP\n.RS\n.nf\n${roff(text)}\n.fi\n.RE\n`;
}

/**
 * A manual page of section 1.
 * @param date month and year as the page's foot shows them, e.g. `Jan 2026`
 */
export function manPage(page: DocPage, date: string): string {
  const name = page.path.join("-");
  const usage = page.usage ?? `${page.path.join(" ")} [command]`;
  const sections = [
    `.TH "${name.toUpperCase()}" "1" "${date}" "limabun" "Lima manual"\n`,
    // No hyphenation and no justification: names of commands and options stay whole.
    ".nh\n.ad l\n",
    `.SH NAME\n${roff(name)} \\- ${roff(page.short)}\n`,
    `.SH SYNOPSIS\n\\fB${roff(usage)}\\fP\n`,
    `.SH DESCRIPTION\n${roff(page.long)}\n`,
    page.examples === undefined ? "" : `.SH EXAMPLES\n${block(page.examples)}`,
    listedFlags(page.flags).length === 0 ? "" : `.SH OPTIONS\n${flagItems(page.flags)}`,
    listedFlags(page.inheritedFlags).length === 0
      ? ""
      : `.SH OPTIONS INHERITED FROM PARENT COMMANDS\n${flagItems(page.inheritedFlags)}`,
    page.related.length === 0
      ? ""
      : `.SH SEE ALSO\n${page.related.map(({ path }) => `\\fB${roff(path.join("-"))}\\fP(1)`).join(",\n")}\n`,
  ];
  return sections.join("");
}
