import { existsSync } from "node:fs";
import { join } from "node:path";
import type { CommandContext } from "../cli/command.ts";
import { configDirectory, limaHome } from "../store/directories.ts";

/** `_config/base.yaml`, where the user has one. */
export function defaultBase({ host }: Pick<CommandContext, "host">): string | undefined {
  const path = join(configDirectory(limaHome(host)), "base.yaml");
  return existsSync(path) ? path : undefined;
}
