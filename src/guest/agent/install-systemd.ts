import { UserError } from "../../lib/errors.ts";
import { execOutput } from "../../lib/exec.ts";
import { readTextIfExists, writeFileAtomic } from "../../lib/files.ts";
import type { InstallOptions } from "./arguments.ts";
import { systemctlCalls, systemdUnit } from "./systemd-plan.ts";

const unitFile = "/etc/systemd/system/lima-guestagent.service";

/**
 * Makes this program a unit of systemd and starts it.
 * @param program its absolute path
 * @throws UserError when systemctl fails, or not run by root
 */
export async function installSystemd(program: string, options: InstallOptions): Promise<void> {
  if (process.getuid?.() !== 0) throw new UserError("must run as the root user");
  const unit = systemdUnit(program, options);
  const unitChanged = (await readTextIfExists(unitFile)) !== unit;
  if (unitChanged) writeFileAtomic(unitFile, unit, 0o644);
  for (const words of systemctlCalls(unitChanged, options.programChanged)) await execOutput(["systemctl", ...words]);
}
