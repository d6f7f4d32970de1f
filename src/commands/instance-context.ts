import type { CommandContext } from "../cli/command.ts";
import type { InstanceContext } from "../instance/context.ts";
import { limaHome } from "../store/directories.ts";

/** The surroundings of an instance's verbs, as a command has them. */
export function instanceContext(context: Pick<CommandContext, "host" | "logger">): InstanceContext {
  return { host: context.host, limaHome: limaHome(context.host), logger: context.logger };
}

/** Name of the instance that commands mean when none is given. */
export const defaultInstance = "default";
