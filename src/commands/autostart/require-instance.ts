import { existsSync } from "node:fs";
import { join } from "node:path";
import { checkInstanceName } from "../../config/identifier.ts";
import type { InstanceContext } from "../../instance/context.ts";
import { UserError } from "../../lib/errors.ts";
import { instanceDirectory } from "../../store/directories.ts";
import { instanceFiles } from "../../store/instance-files.ts";

/** True when the instance exists, whatever its configuration says. @throws UserError for a name that none may have */
export function instanceExists({ limaHome }: InstanceContext, name: string): boolean {
  checkInstanceName(name);
  return existsSync(join(instanceDirectory(limaHome, name), instanceFiles.limaYaml));
}

/** @throws UserError for an instance that does not exist */
export function requireInstance(context: InstanceContext, name: string): string {
  if (!instanceExists(context, name)) throw new UserError(`instance "${name}" not found`);
  return name;
}
