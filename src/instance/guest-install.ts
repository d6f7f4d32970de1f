import { ChildExit, UserError } from "../lib/errors.ts";
import { exec } from "../lib/exec.ts";
import { quote } from "../lib/quote.ts";
import { obtainContainerdArchive } from "./containerd-archive.ts";
import type { InstanceContext } from "./context.ts";
import { obtainGuestAgents } from "./guest-agent-file.ts";
import { type GuestPart, guestParts, installLine } from "./guest-install-plan.ts";
import { findRunning } from "./reach.ts";
import { findProgram } from "./rsync.ts";
import { sshAccess } from "./shell.ts";

/**
 * Copies the guest agent, and containerd where lima.yaml wants it, into a running instance and installs them there. What
 * cannot be copied or installed is warned of, and nothing more is tried.
 * @throws UserError when the instance does not run, or there is no guest agent for it; ChildExit when ssh does not reach it
 */
export async function installInGuest(context: InstanceContext, name: string, signal: AbortSignal): Promise<void> {
  const { host, logger } = context;
  const { instance, config } = await findRunning(context, name);
  const { glibc, musl } = await obtainGuestAgents(context, config, signal);
  const agent = glibc ?? musl;
  if (agent === undefined) {
    throw new UserError(
      `guest agent binary could not be found for ${config.os}-${config.arch}: file does not exist ` +
        "(Hint: try installing `lima-additional-guestagents` package)",
    );
  }
  const nerdctlArchive = await obtainContainerdArchive(context, config, { reuseCached: true, signal });
  const { program } = await sshAccess(context, instance.dir, config);
  const settings = ["-F", instance.sshConfigFile];
  const scp = findProgram("scp", host);
  const run = (command: readonly string[]) => exec(command, { env: host.env, signal });
  const inGuest = (line: string) => run([...program.command, ...settings, instance.hostname, "--", line]);

  /** @returns whether it went well */
  const install = async (part: GuestPart): Promise<boolean> => {
    const made = await inGuest("mktemp");
    if (made.code !== 0) throw new ChildExit(made.code ?? 255);
    const copied = made.stdout.trim();
    logger.info(`Copying ${quote(part.file)} to ${name}:${copied}`);
    const copy = await run([scp, "-q", ...settings, part.file, `${instance.hostname}:${copied}`]);
    if (copy.code === 0) logger.info(`Installing ${copied} to ${part.target}`);
    const installed = copy.code === 0 ? await inGuest(installLine(part, copied)) : copy;
    if (installed.code !== 0) logger.warn(`${quote(part.target)} is not installed: ${installed.stderr.trim()}`);
    await inGuest(`rm -f ${copied}`);
    return installed.code === 0;
  };
  for (const part of guestParts({ prefix: config.guestInstallPrefix, agent, nerdctlArchive })) {
    if (!(await install(part))) return;
  }
}
