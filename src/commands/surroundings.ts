import { statfsSync } from "node:fs";
import { dirname } from "node:path";
import { UserError } from "../lib/errors.ts";
import type { Host } from "../lib/host.ts";
import type { Logger } from "../lib/log.ts";
import { limaHome } from "../store/directories.ts";

export interface Surroundings {
  readonly host: Host;
  readonly logger: Logger;
  /** Name of the top-level command. */
  readonly topName: string;
  /** The command is one for people and the effective user is root. */
  readonly isRoot: boolean;
}

/** `f_type` of NFS on Linux. */
const nfsMagic = 0x6969;

/** Checks what every command needs of the host. @throws UserError for what makes running pointless */
export function checkSurroundings({ host, logger, topName, isRoot }: Surroundings): void {
  if (host.os === "darwin" && !["completion", "generate-doc", "validate"].includes(topName) && isTranslated()) {
    throw new UserError("limactl is running under rosetta, please reinstall lima with native arch");
  }
  const home = limaHome(host);
  if (host.os === "linux" && isOnNfs(home)) logger.warn("LIMA_HOME should not be on an NFS mount");
  if (isRoot) {
    logger.warn(
      "Running as root: QEMU and everything the guest reaches through mounts and forwards have full rights on this host; prefer an ordinary user (LIMA_REFUSE_ROOT=1 refuses)",
    );
  }
}

/** True for an x86_64 program that macOS translates on Apple's processors. */
function isTranslated(): boolean {
  if (process.arch !== "x64") return false;
  const result = Bun.spawnSync(["/usr/sbin/sysctl", "-n", "sysctl.proc_translated"], { stderr: "ignore" });
  return result.stdout.toString().trim() === "1";
}

/** Judges a path by its nearest parent that exists. */
function isOnNfs(path: string): boolean {
  for (let place = path; ; place = dirname(place)) {
    try {
      return statfsSync(place).type === nfsMagic;
    } catch {
      if (place === dirname(place)) return false;
    }
  }
}
