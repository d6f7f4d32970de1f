import { identifierProblem } from "../config/identifier.ts";
import { UserError } from "../lib/errors.ts";
import { quote } from "../lib/quote.ts";
import type { InstanceContext } from "./context.ts";
import { InstanceNotFound, inspectInstance } from "./inspect.ts";
import type { Instance } from "./record.ts";

/** The instance of this name, or undefined when there is none. @throws UserError when its configuration cannot be loaded */
export async function findInstance(context: InstanceContext, name: string): Promise<Instance | undefined> {
  let instance: Instance;
  try {
    instance = await inspectInstance(context, name);
  } catch (error) {
    if (error instanceof InstanceNotFound) return undefined;
    throw error;
  }
  if (instance.config !== undefined) return instance;
  context.logger.error(`Instance "${name}" has configuration errors`);
  throw new UserError(
    instance.errors.length === 0
      ? `instance "${name}" has no configuration`
      : `instance "${name}" has configuration errors: ${instance.errors.join("; ")}`,
  );
}

/** What the argument of `create` and `start` asks for. */
export type Request =
  | { readonly kind: "name"; readonly name: string; readonly given: boolean }
  | { readonly kind: "locator"; readonly locator: string; readonly name: string };

/**
 * Reads the argument and `--name`: a valid instance name is a name, anything else the locator of a template.
 * @throws UserError when the two contradict each other
 */
export function readRequest(argument: string, nameFlag: string): Request {
  if (argument !== "" && (identifierProblem(argument) !== undefined || /\.ya?ml$/i.test(argument))) {
    return { kind: "locator", locator: argument, name: nameFlag };
  }
  if (argument !== "" && nameFlag !== "" && argument !== nameFlag) {
    throw new UserError(
      `instance name ${quote(argument)} and CLI flag --name=${quote(nameFlag)} cannot be specified together`,
    );
  }
  const name = argument || nameFlag || "default";
  return { kind: "name", name, given: argument !== "" };
}
