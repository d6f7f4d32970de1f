import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type AnyCommand, type CommandEntry, defineCommand } from "../cli/command.ts";
import { type DocPage, manPage } from "../cli/man.ts";
import { markdownPage } from "../cli/markdown.ts";
import { UserError } from "../lib/errors.ts";
import { writeFileAtomic } from "../lib/files.ts";
import { quote } from "../lib/quote.ts";
import { docPages } from "./doc-pages.ts";

const limaPage: DocPage = {
  path: ["lima"],
  short: "Run a command or a shell in an instance",
  long: "lima is short for `limactl shell` with the instance that the variable LIMA_INSTANCE names (default: default). LIMA_SHELL and LIMA_WORKDIR choose the shell and the directory in the guest; LIMACTL names another limactl program.",
  usage: "lima [COMMAND...]",
  examples: undefined,
  flags: {},
  inheritedFlags: {},
  related: [{ path: ["limactl"], short: "" }],
};

/** @param commands the top-level commands, which the pages describe */
export function generateDoc(commands: readonly CommandEntry[]): AnyCommand {
  return defineCommand({
    meta: { name: "generate-doc", description: "Generate the manual pages or the documentation of the commands" },
    positionals: { usage: "DIR", min: 1 },
    args: {
      type: {
        type: "string",
        description: "Kind of documentation (man, docsy)",
        default: "man",
        complete: ["man", "docsy"],
      },
      output: { type: "string", description: "Directory whose name is replaced by --prefix in the pages" },
      prefix: { type: "string", description: "What replaces --output" },
    },
    async run({ flags, host, logger, positionals }) {
      const directory = positionals[0] ?? "";
      const files = await pageFiles(commands, flags.type, host.now);
      mkdirSync(directory, { recursive: true });
      if (flags.type === "man") logger.info(`Generating man ${quote(directory)}`);
      const replacements: (readonly [string, string])[] = [];
      if (flags.output !== "" && flags.prefix !== "") replacements.push([flags.output, flags.prefix]);
      if (host.home !== "") replacements.push([host.home, "~"]);
      for (const [from, to] of replacements) logger.info(`Replacing ${quote(from)} with ${quote(to)}`);
      for (const [name, text] of files) {
        const replaced = replacements.reduce((page, [from, to]) => page.replaceAll(from, to), text);
        writeFileAtomic(join(directory, name), replaced);
      }
    },
  });
}

/** File names and texts. @throws UserError for a kind that does not exist */
async function pageFiles(
  commands: readonly CommandEntry[],
  kind: string,
  now: Date,
): Promise<readonly (readonly [string, string])[]> {
  const pages = await docPages(commands);
  if (kind === "docsy") return pages.map((page) => [`${page.path.join("_")}.md`, markdownPage(page)]);
  if (kind !== "man") throw new UserError(`unknown documentation type ${quote(kind)}, expected \`man\` or \`docsy\``);
  const date = now.toLocaleDateString("en-US", { month: "short", year: "numeric", timeZone: "UTC" });
  return [limaPage, ...pages].map((page) => [`${page.path.join("-")}.1`, manPage(page, date)]);
}
