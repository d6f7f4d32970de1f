import { usageLine } from "../cli/arity.ts";
import type { CommandEntry } from "../cli/command.ts";
import { globalFlags, helpFlag, versionFlag } from "../cli/global-flags.ts";
import type { DocPage } from "../cli/man.ts";

interface Place {
  readonly path: readonly string[];
  readonly short: string;
}

function isDocumented(entry: CommandEntry): boolean {
  return entry.hidden !== true && (entry.target.kind === "command" || entry.target.kind === "group");
}

function below(path: readonly string[], entries: readonly CommandEntry[]): readonly Place[] {
  return entries.filter(isDocumented).map((entry) => ({ path: [...path, entry.name], short: entry.short }));
}

/** Pages for the program and all its visible commands, parents first. */
export async function docPages(commands: readonly CommandEntry[]): Promise<readonly DocPage[]> {
  const short = "Lima: Linux virtual machines";
  const root: DocPage = {
    path: ["limactl"],
    short,
    long: "limactl creates, runs and removes Linux virtual machines with file sharing and port forwarding.",
    usage: undefined,
    examples: undefined,
    flags: { ...globalFlags, ...helpFlag("limactl"), ...versionFlag },
    inheritedFlags: {},
    related: below(["limactl"], commands),
  };
  return [root, ...(await pagesBelow({ path: ["limactl"], short }, commands))];
}

async function pagesBelow(parent: Place, commands: readonly CommandEntry[]): Promise<readonly DocPage[]> {
  const pages: DocPage[] = [];
  for (const entry of commands.filter(isDocumented)) {
    const path = [...parent.path, entry.name];
    const common = { path, short: entry.short, inheritedFlags: globalFlags };
    const help = helpFlag(entry.name);
    if (entry.target.kind === "command") {
      const { meta, positionals, args } = await entry.target.load();
      pages.push({
        ...common,
        long: meta.long ?? meta.description,
        usage: usageLine(path.join(" "), positionals),
        examples: meta.examples,
        flags: { ...args, ...help },
        related: [parent],
      });
    } else if (entry.target.kind === "group") {
      const { commands: inner, long, examples } = entry.target;
      const related = [parent, ...below(path, inner)];
      pages.push({ ...common, long: long ?? entry.short, usage: undefined, examples, flags: help, related });
      pages.push(...(await pagesBelow({ path, short: entry.short }, inner)));
    }
  }
  return pages;
}
