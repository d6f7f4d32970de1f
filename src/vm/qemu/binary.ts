import { realpathSync } from "node:fs";
import { errorText, UserError } from "../../lib/errors.ts";
import { readTextIfExists } from "../../lib/files.ts";
import type { Arch, Host } from "../../lib/host.ts";
import { missingQemuMessage } from "../../lib/qemu-packages.ts";
import { quote } from "../../lib/quote.ts";
import { shellSplit } from "../../lib/shell-split.ts";
import { qemuArch } from "./acceleration-plan.ts";

/** The emulator of an architecture and what a person wants put before its arguments. */
export interface QemuBinary {
  /** Absolute path. */
  readonly path: string;
  readonly extraArgs: readonly string[];
}

/**
 * Finds `qemu-system-<arch>`, or what `QEMU_SYSTEM_<ARCH>` names instead.
 * @throws UserError that says which package has it
 */
export async function findQemu(arch: Arch, host: Host): Promise<QemuBinary> {
  const name = qemuArch(arch);
  const variable = `QEMU_SYSTEM_${name.toUpperCase()}`;
  const [program = `qemu-system-${name}`, ...extraArgs] = wordsOf(variable, host.env[variable]);
  const path = which(program, host);
  if (path !== undefined) return { path, extraArgs };
  const osRelease = host.os === "linux" ? await readTextIfExists("/etc/os-release") : undefined;
  throw new UserError(missingQemuMessage(program, arch, host.os, osRelease ?? ""));
}

/** A program's absolute path by `PATH`, undefined when there is none. */
export function which(program: string, host: Pick<Host, "env" | "cwd">): string | undefined {
  return Bun.which(program, { PATH: host.env.PATH ?? host.env.Path ?? "", cwd: host.cwd }) ?? undefined;
}

/** The path with links resolved; a directory above QEMU's own is where its data files are. */
export function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function wordsOf(variable: string, text: string | undefined): readonly string[] {
  if (text === undefined) return [];
  try {
    return shellSplit(text);
  } catch (error) {
    throw new UserError(`failed to split environment variable ${quote(variable)}: ${errorText(error)}`, {
      cause: error,
    });
  }
}
