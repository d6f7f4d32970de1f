import { join } from "node:path";
import { bootScripts } from "../assets/boot-scripts.ts";
import type { CommandContext } from "../cli/command.ts";
import { checkInstanceName } from "../config/identifier.ts";
import { embedTemplate } from "../config/templates/embed.ts";
import { readTemplate, type Template, templateName } from "../config/templates/read.ts";
import { removedTemplateHint } from "../config/templates/removed.ts";
import type { TemplateContext } from "../config/templates/source.ts";
import { createInstance } from "../instance/create.ts";
import { checkEdited } from "../instance/edit.ts";
import type { Request } from "../instance/existing.ts";
import type { Instance } from "../instance/record.ts";
import { errorText, UserError } from "../lib/errors.ts";
import { quote } from "../lib/quote.ts";
import { existsWithoutFollowing, instanceDirectory } from "../store/directories.ts";
import { instanceFiles } from "../store/instance-files.ts";
import { defaultBase } from "./default-base.ts";
import type { createFlags } from "./edit-flags.ts";
import { editorHeader } from "./editor-header.ts";
import { applyFlags, isForeignGuest, paramNames } from "./flag-expressions.ts";
import { instanceContext } from "./instance-context.ts";
import { openTemplates, telling } from "./templates.ts";

/** The context of a command that has all options of `create`. */
export type CreateContext = CommandContext<typeof createFlags>;

/** An instance that is about to be made. */
interface Draft {
  readonly name: string;
  /** The embedded template before any option is applied to it. */
  readonly text: string;
  /** The text comes from an editor. @default false */
  readonly typed?: boolean;
}

export interface MakeOptions {
  /** Look for an instance of that name as soon as the name is known, before the person is asked anything. @default false */
  readonly refuseExisting?: boolean;
}

/**
 * Makes the instance that a command line asks for, with a look by the person at the terminal if there is one.
 * @returns undefined when the person decided against it
 */
export async function makeInstance(
  context: CreateContext,
  request: Request,
  options: MakeOptions = {},
): Promise<Instance | undefined> {
  const tty = mayAsk(context, request);
  const draft = await readDraft(context, request, options);
  const final = tty ? await review(context, draft) : await unattended(context, draft);
  if (final === undefined) return undefined;
  const surroundings = instanceContext(context);
  // What a person made is saved for them where it is not valid; the creation itself would only refuse it.
  if (tty) await checkEdited(surroundings, final.name, final.text, { typed: final.typed === true });
  return createInstance(surroundings, final.name, final.text, bootScripts);
}

/** Whether prompts are allowed for this request. */
function mayAsk(context: CreateContext, request: Request): boolean {
  if (request.kind !== "locator" || request.locator !== "-") return context.tty;
  if (request.name === "") {
    throw new UserError("must pass instance name with --name when reading template from stdin");
  }
  if (context.tty && context.ttyChanged) throw new UserError("cannot use --tty=true when reading template from stdin");
  return false;
}

async function readDraft(context: CreateContext, request: Request, { refuseExisting }: MakeOptions): Promise<Draft> {
  const templates = await openTemplates(context);
  if (request.kind === "name") {
    if (request.given && request.name !== "default") {
      context.logger.info(
        `Creating an instance ${quote(request.name)} from template:default (Not from template:${request.name})`,
      );
      context.logger.warn(
        `This form is deprecated. Use \`limactl create --name=${request.name} template:default\` instead`,
      );
    }
    return {
      name: request.name,
      text: await embedded(context, await readTemplate("template:default", templates), templates),
    };
  }
  const hint = removedTemplateHint(request.locator);
  if (hint !== undefined) context.logger.warn(hint);
  const template = await telling(context, templates, () => readTemplate(request.locator, templates));
  if (template.text === "") {
    throw new UserError(`don't know how to interpret ${quote(request.locator)} as a template locator`);
  }
  const name = request.name === "" ? templateName(template, templates) : request.name;
  checkInstanceName(name);
  const limaYaml = join(instanceDirectory(instanceContext(context).limaHome, name), instanceFiles.limaYaml);
  if (refuseExisting === true && existsWithoutFollowing(limaYaml)) {
    throw new UserError(`instance ${quote(name)} already exists`);
  }
  return { name, text: await embedded(context, template, templates) };
}

async function embedded(context: CreateContext, template: Template, templates: TemplateContext): Promise<string> {
  const options = { defaultBase: defaultBase(context) };
  const text = await telling(context, templates, () => embedTemplate(template, templates, options));
  if (isForeignGuest(text)) context.logger.warn("Support for non-Linux guests is experimental");
  return text;
}

async function unattended(context: CreateContext, draft: Draft): Promise<Draft> {
  context.logger.info("Terminal is not available, proceeding without opening an editor");
  return { ...draft, text: await withFlags(context, draft.text) };
}

function withFlags(context: CreateContext, text: string): Promise<string> {
  return applyFlags(context, text, { params: paramNames(text), exists: false });
}

const choices = {
  proceed: "Proceed with the current configuration",
  edit: "Open an editor to review or modify the current configuration",
  other: "Choose another template (docker, podman, archlinux, fedora, ...)",
  exit: "Exit",
} as const;

/** The menu: the person proceeds, edits, takes another template, or leaves. */
async function review(context: CreateContext, first: Draft): Promise<Draft | undefined> {
  const { PromptInterrupt, select } = await import("../cli/prompt.ts");
  let draft = first;
  for (;;) {
    const text = await withFlags(context, draft.text).catch((error: unknown) => {
      context.logger.warn("Failed to evaluate yq expression", { error: errorText(error) });
      throw error;
    });
    let choice: string;
    try {
      choice = await select(`Creating an instance ${quote(draft.name)}`, Object.values(choices));
      if (choice === choices.other) {
        draft = { ...draft, text: await otherTemplate(context) };
        continue;
      }
    } catch (error) {
      if (error instanceof PromptInterrupt) throw new UserError("Interrupted by user", { cause: error });
      context.logger.warn("Failed to open TUI", { error: errorText(error) });
      choice = choices.proceed;
    }
    if (choice === choices.proceed) return { ...draft, text };
    if (choice === choices.exit) {
      context.logger.info("Choosing to exit");
      return undefined;
    }
    return await edited(context, { ...draft, text });
  }
}

async function otherTemplate(context: CreateContext): Promise<string> {
  const { select } = await import("../cli/prompt.ts");
  const { isHiddenTemplate, listTemplates } = await import("../config/templates/store.ts");
  const templates = await openTemplates(context);
  const names = (await listTemplates(templates.source))
    .map(({ name }) => name)
    .filter((name) => !isHiddenTemplate(name));
  const name = await select("Choose a template", names);
  return embedded(context, await readTemplate(`template:${name}`, templates), templates);
}

async function edited(context: CreateContext, draft: Draft): Promise<Draft | undefined> {
  const { openEditor } = await import("../cli/editor.ts");
  const subject = `Lima instance ${JSON.stringify(draft.name)}`;
  const header = editorHeader(subject, instanceContext(context).limaHome);
  const text = await openEditor(draft.text, header, context.host);
  if (text === undefined) {
    context.logger.info("Aborting, as requested by saving the file with empty content");
    return undefined;
  }
  const templates = await openTemplates(context);
  const again = await embedded(context, { locator: "-", resolved: "-", text }, templates);
  return { ...draft, text: again, typed: true };
}
