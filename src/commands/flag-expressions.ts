import type { CommandContext } from "../cli/command.ts";
import { type EditFlags, type EditTarget, planEdits } from "../config/edit-flags.ts";
import { UserError } from "../lib/errors.ts";
import { quote } from "../lib/quote.ts";
import { createFlags } from "./edit-flags.ts";

/** The context of a command that has some or all of the options of `create`. */
export type EditContext = Pick<CommandContext, "host" | "logger" | "flags" | "changed">;

/** What the options are applied to. */
interface FlagTarget extends Pick<EditTarget, "params" | "exists"> {
  /** Name of the existing instance that the text is of, for messages. @default none */
  readonly of?: string;
}

/**
 * Applies the edit options that were given to a template's text; without any the text stays as it is, byte for byte.
 * @throws UserError for a wrong option, and for an expression that cannot be evaluated
 */
export async function applyFlags(context: EditContext, text: string, target: FlagTarget): Promise<string> {
  const { expressions, warnings } = planEdits(givenFlags(context), { host: context.host, ...target });
  for (const { message, fields } of warnings) context.logger.warn(message, fields);
  if (expressions.length === 0) return text;
  const { evaluateYaml } = await import("../lib/yq/evaluate.ts");
  const expression = expressions.join(" | ");
  try {
    return evaluateYaml(expression, text);
  } catch (error) {
    if (target.of === undefined || !(error instanceof UserError)) throw error;
    throw new UserError(
      `failed to apply yq expression ${quote(expression)} to instance ${quote(target.of)}: ${error.message}`,
      { cause: error },
    );
  }
}

/** True when any edit option was given. */
export function hasEdits(context: EditContext): boolean {
  return Object.keys(givenFlags(context)).length > 0;
}

/** The names under `param` of a template's text; none when it cannot be read, which loading it will tell. */
export function paramNames(text: string): ReadonlySet<string> {
  const param = rootValue(text, "param");
  return new Set(typeof param === "object" && param !== null ? Object.keys(param) : []);
}

/** Whether a template's text names a guest that is not Linux. */
export function isForeignGuest(text: string): boolean {
  const os = rootValue(text, "os") ?? "";
  return os !== "" && os !== "default" && os !== "Linux";
}

function rootValue(text: string, key: string): unknown {
  try {
    const root: unknown = Bun.YAML.parse(text);
    return typeof root === "object" && root !== null ? (root as Record<string, unknown>)[key] : undefined;
  } catch {
    return undefined;
  }
}

/** Options of `create` that edit the template. */
const editNames = Object.keys(createFlags).filter((name) => !["name", "list-templates", "list-drivers"].includes(name));

function givenFlags({ flags, changed }: EditContext): EditFlags {
  const given = editNames.filter((name) => name in flags && changed(name));
  return Object.fromEntries(given.map((name) => [name, flags[name]]));
}
