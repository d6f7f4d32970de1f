import type { CommandContext } from "../cli/command.ts";
import { type EditFlags, type EditTarget, planEdits } from "../config/edit-flags.ts";
import { createFlags } from "./edit-flags.ts";

/** The context of a command that has some or all of the options of `create`. */
export type EditContext = Pick<CommandContext, "host" | "logger" | "flags" | "changed">;

/**
 * Applies the edit options that were given to a template's text; without any the text stays as it is, byte for byte.
 * @param params names of the template's `param`; @param exists whether the instance exists already
 */
export async function applyFlags(
  context: EditContext,
  text: string,
  target: Pick<EditTarget, "params" | "exists">,
): Promise<string> {
  const { expressions, warnings } = planEdits(givenFlags(context), { host: context.host, ...target });
  for (const { message, fields } of warnings) context.logger.warn(message, fields);
  if (expressions.length === 0) return text;
  const { evaluateYaml } = await import("../lib/yq/evaluate.ts");
  return evaluateYaml(expressions.join(" | "), text);
}

/** The names under `param` of a template's text; none when it cannot be read, which loading it will tell. */
export function paramNames(text: string): ReadonlySet<string> {
  try {
    const root: unknown = Bun.YAML.parse(text);
    const param = typeof root === "object" && root !== null && "param" in root ? root.param : undefined;
    return new Set(typeof param === "object" && param !== null ? Object.keys(param) : []);
  } catch {
    return new Set();
  }
}

function givenFlags({ flags, changed }: EditContext): EditFlags {
  const given = Object.keys(createFlags).filter((name) => name in flags && changed(name));
  return Object.fromEntries(given.map((name) => [name, flags[name]]));
}
