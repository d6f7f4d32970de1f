import { rmSync } from "node:fs";
import { type CommandContext, defineCommand } from "../cli/command.ts";
import { referredLocations } from "../config/referred.ts";
import { listTemplates } from "../config/templates/store.ts";
import { pruneDownloads } from "../image/prune.ts";
import { InstanceNotFound, inspectInstance } from "../instance/inspect.ts";
import { UserError } from "../lib/errors.ts";
import { quote } from "../lib/quote.ts";
import { cacheDirectory, instanceNames } from "../store/directories.ts";
import { instanceContext } from "./instance-context.ts";

export const command = defineCommand({
  meta: { name: "prune", description: "Remove what was downloaded and is not needed any more" },
  positionals: { usage: "", max: 0, complete: "nothing" },
  args: {
    "keep-referred": { type: "boolean", description: "Keep what an instance or a template refers to" },
  },
  async run(context) {
    const cache = cacheDirectory(context.host);
    if (context.flags["keep-referred"]) {
      const referred = [...(await ofInstances(context)), ...(await ofTemplates(context))];
      pruneDownloads(cache, referred, context.logger);
      return;
    }
    context.logger.info(`Pruning ${quote(cache)}`);
    rmSync(cache, { recursive: true, force: true });
  },
});

/** @throws UserError for an instance that is being made or deleted, of which nothing is known */
async function ofInstances(context: CommandContext): Promise<readonly string[]> {
  const surroundings = instanceContext(context);
  const found: string[] = [];
  for (const name of instanceNames(surroundings.limaHome)) {
    try {
      const { config, errors } = await inspectInstance(surroundings, name, { peek: true });
      if (errors.length > 0) {
        context.logger.warn(`skipping instance ${quote(name)} because it has errors: [${errors.join(" ")}]`);
      }
      if (config !== undefined) found.push(...referredLocations(config));
    } catch (error) {
      if (!(error instanceof InstanceNotFound)) throw error;
      throw new UserError(`cannot safely prune while instance ${quote(name)} is being used: ${error.message}`, {
        cause: error,
      });
    }
  }
  return found;
}

/** A template that cannot be read keeps nothing; that costs a download, not more. */
async function ofTemplates(context: CommandContext): Promise<readonly string[]> {
  const { filledTemplate } = await import("./filled-template.ts");
  const { openTemplates } = await import("./templates.ts");
  const found: string[] = [];
  for (const { name } of await listTemplates((await openTemplates(context)).source)) {
    try {
      const { config } = await filledTemplate(context, `template:${name}`);
      found.push(...referredLocations(config));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      context.logger.debug(`skipping template ${quote(name)} because it has errors: ${error.message}`);
    }
  }
  return found;
}
