import { readFileSync, realpathSync } from "node:fs";
import { resolve } from "node:path";
import { type CommandContext, defineCommand } from "../cli/command.ts";
import { identifierProblem } from "../config/identifier.ts";
import { checkEdited } from "../instance/edit.ts";
import { InstanceNotFound, inspectInstance } from "../instance/inspect.ts";
import { loadTemplateText } from "../instance/load.ts";
import type { Instance } from "../instance/record.ts";
import { errorCode, UserError } from "../lib/errors.ts";
import { writeFileAtomic } from "../lib/files.ts";
import { quote } from "../lib/quote.ts";
import { editFlags } from "./edit-flags.ts";
import { replaceStored, storedText } from "./edit-stored.ts";
import { editorHeader } from "./editor-header.ts";
import { applyFlags, hasEdits, paramNames } from "./flag-expressions.ts";
import { defaultInstance, instanceContext } from "./instance-context.ts";
import { mayStart, startFlag, startNow } from "./start-now.ts";
import { openTemplates, telling } from "./templates.ts";

const args = { ...editFlags, ...startFlag } as const;

type EditCommandContext = CommandContext<typeof args>;

export const command = defineCommand({
  meta: { name: "edit", description: "Edit an instance or a template file" },
  positionals: { usage: "INSTANCE|FILE.yaml", max: 1, complete: "instances" },
  args,
  async run(context) {
    const [target = defaultInstance] = context.positionals;
    if (identifierProblem(target) !== undefined || /\.ya?ml$/i.test(target)) {
      await editFile(context, target);
      return;
    }
    const instance = await findStopped(context, target);
    const text = await edited(context, storedText(instance), `Lima instance "${target}"`, instance.name);
    if (text === undefined) return;
    await replaceStored(context, instance, text, { typed: !hasEdits(context) });
    context.logger.info(`Instance ${quote(target)} configuration edited`);
    if (await mayStart(context)) await startNow(context, target);
  },
});

async function findStopped(context: EditCommandContext, name: string): Promise<Instance> {
  let instance: Instance;
  try {
    instance = await inspectInstance(instanceContext(context), name);
  } catch (error) {
    throw error instanceof InstanceNotFound ? new UserError(`instance ${quote(name)} not found`) : error;
  }
  if (instance.hostAgent !== undefined) throw new UserError("cannot edit a running instance");
  return instance;
}

async function editFile(context: EditCommandContext, file: string): Promise<void> {
  const path = resolve(context.host.cwd, file);
  const text = await edited(context, readFile(path, file), `the file ${JSON.stringify(file)}`);
  if (text === undefined) return;
  const surroundings = instanceContext(context);
  const templates = await openTemplates(context);
  const { embedWithPlaces } = await import("../config/templates/embed.ts");
  const warnings = await checkEdited(surroundings, file, text, {
    typed: !hasEdits(context),
    load: async (options) => {
      const template = { locator: path, resolved: path, text };
      const whole = await telling(context, templates, () => embedWithPlaces(template, templates));
      return loadTemplateText(surroundings, file, whole.text, { ...options, places: whole.places });
    },
  });
  for (const { message, fields } of warnings) context.logger.warn(message, fields);
  // A link to the template stays one.
  writeFileAtomic(realpathSync(path), text);
}

function readFile(path: string, shown: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (errorCode(error) !== "ENOENT") throw error;
    throw new UserError(`open ${shown}: no such file or directory`, { cause: error });
  }
}

/**
 * The text after the options, or after the person's editor where none are given.
 * @returns undefined when nothing is to be done, which is told
 */
async function edited(
  context: EditCommandContext,
  before: string,
  subject: string,
  instanceName?: string,
): Promise<string | undefined> {
  const of = instanceName === undefined ? {} : { of: instanceName };
  const after = hasEdits(context)
    ? await applyFlags(context, before, { params: paramNames(before), exists: true, ...of })
    : await typed(context, before, subject);
  if (after === undefined || after.trim() === "") {
    context.logger.info("Aborting, as requested by saving the file with empty content");
    return undefined;
  }
  if (after !== before) return after;
  context.logger.info("Aborting, no changes made to the instance");
  return undefined;
}

/** What the person makes of the text; undefined without one. */
async function typed(context: EditCommandContext, text: string, subject: string): Promise<string | undefined> {
  if (!context.tty) return undefined;
  const { openEditor } = await import("../cli/editor.ts");
  return openEditor(text, editorHeader(subject, instanceContext(context).limaHome), context.host);
}
