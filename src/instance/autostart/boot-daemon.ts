import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { errorText, UserError } from "../../lib/errors.ts";
import { writeFileAtomic } from "../../lib/files.ts";
import type { InstanceContext } from "../context.ts";
import type { ManagerStep } from "./entry.ts";
import { type BootDaemon, bootDaemon } from "./launchd-plan.ts";
import { autostartFacts, runShown } from "./manager.ts";

/** Installs the launch daemon that starts an instance at boot (macOS); sudo may ask for a password. */
export async function installBootDaemon(context: InstanceContext, name: string, user: string): Promise<void> {
  const daemon = bootDaemon(autostartFacts(context, name), user);
  const directory = mkdtempSync(join(tmpdir(), "lima-daemon-"));
  try {
    const source = join(directory, "daemon.plist");
    writeFileAtomic(source, daemon.content);
    await runSteps(context, daemon.install(source), daemon.file);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
  context.logger.info(`LaunchDaemon installed for instance "${name}" (runs as "${user}" at boot)`);
  context.logger.info(`Plist: ${daemon.file}`);
}

/** Removes the launch daemon of an instance. @returns false when there is none */
export async function uninstallBootDaemon(context: InstanceContext, name: string): Promise<boolean> {
  const daemon: BootDaemon = bootDaemon(autostartFacts(context, name), context.host.user.name);
  if (!existsSync(daemon.file)) return false;
  await runSteps(context, daemon.uninstall, daemon.file);
  context.logger.info(`LaunchDaemon uninstalled for instance "${name}"`);
  return true;
}

const failures: Readonly<Record<string, (file: string) => string>> = {
  install: (file) => `failed to install plist to ${file}`,
  enable: () => "failed to enable LaunchDaemon",
  bootstrap: () => "failed to bootstrap LaunchDaemon",
  rm: (file) => `failed to remove ${file}`,
};

async function runSteps({ host, logger }: InstanceContext, steps: readonly ManagerStep[], file: string): Promise<void> {
  for (const { command, mayFail } of steps) {
    logger.info(`running: sudo [${command.slice(1).join(" ")}]`);
    try {
      await runShown(host, command);
    } catch (error) {
      if (mayFail === true) continue;
      const verb = command[1] === "launchctl" ? command[2] : command[1];
      throw new UserError(`${failures[verb ?? ""]?.(file) ?? "failed"}: ${errorText(error)}`, { cause: error });
    }
  }
}
