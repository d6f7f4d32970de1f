import { readFileSync, statSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { errorText, UserError } from "../lib/errors.ts";
import { exec } from "../lib/exec.ts";
import { writeFileAtomic } from "../lib/files.ts";
import type { Host } from "../lib/host.ts";
import type { Logger } from "../lib/log.ts";
import { quote } from "../lib/quote.ts";
import { shellSplit } from "../lib/shell-split.ts";
import { knownCacheDirectory } from "./directories.ts";
import { type OpenSshVersion, parseSshVersion, processorHasAes } from "./ssh-version.ts";

/** The ssh client of this host and what it can do. */
export interface SshProgram {
  /** Absolute path of the executable, then arguments that `$SSH` puts before all others. */
  readonly command: readonly string[];
  /** Major, minor, patch; all 0 when it does not tell. */
  readonly version: OpenSshVersion;
  /** It knows the option GSSAPIAuthentication. */
  readonly gssapi: boolean;
  /** The processor has instructions for AES. */
  readonly aes: boolean;
}

/**
 * Finds the ssh client (`$SSH`, else `ssh` in PATH) and what it can do. Asking it takes a process, so the answer is kept
 * on disk under the executable's path, size and time.
 * @throws UserError when there is no ssh
 */
export async function findSshProgram(host: Host, logger: Logger): Promise<SshProgram> {
  const command = sshCommand(host, logger);
  const aes = hasAes(host);
  const cache = knownCacheDirectory(host);
  const cacheFile = cache === undefined ? undefined : join(cache, "ssh-program.json");
  const { size, mtimeMs } = statSync(command[0]);
  const key = JSON.stringify([command, size, mtimeMs]);
  const known = cacheFile === undefined ? undefined : await readKnown(cacheFile, key);
  if (known !== undefined) return { ...known, command, aes };
  const probe = [...command, "-o", "GSSAPIAuthentication=no", "-V"];
  const { stdout, stderr, code } = await exec(probe, { env: host.env });
  if (code !== 0) logger.warn(`failed to run [${probe.join(" ")}]: stderr=${quote(stderr)}`);
  const asked = parseSshVersion(code === 0, `${stderr}${stdout}`);
  if (cacheFile !== undefined) {
    await mkdir(dirname(cacheFile), { recursive: true, mode: 0o700 });
    writeFileAtomic(cacheFile, `${JSON.stringify({ key, ...asked })}\n`, 0o600);
  }
  return { ...asked, command, aes };
}

/**
 * The ssh by which a host agent works: that of PATH. What `$SSH` puts in its place is for people, and may need their
 * terminal; what it can do decides the options all the same.
 */
export function ownSshProgram(program: SshProgram, host: Pick<Host, "env" | "cwd">): SshProgram {
  const path = Bun.which("ssh", { PATH: host.env.PATH ?? "", cwd: host.cwd });
  return path === null ? program : { ...program, command: [path] };
}

type Command = readonly [string, ...string[]];

function sshCommand(host: Host, logger: Logger): Command {
  const [name, ...args] = host.env.SSH === undefined || host.env.SSH === "" ? ["ssh"] : words(host.env.SSH, logger);
  const path = Bun.which(name ?? "ssh", { PATH: host.env.PATH ?? "", cwd: host.cwd });
  if (path === null) {
    throw new UserError(
      `exec: "${name}": executable file not found in $PATH (hint: install the OpenSSH client, e.g. \`apt-get install openssh-client\`)`,
    );
  }
  return [path, ...args];
}

function words(text: string, logger: Logger): readonly string[] {
  try {
    return shellSplit(text);
  } catch (error) {
    logger.warn("Failed to split SSH variable into shell tokens. Falling back to 'ssh' command", {
      error: errorText(error),
    });
    return ["ssh"];
  }
}

async function readKnown(file: string, key: string): Promise<Pick<SshProgram, "version" | "gssapi"> | undefined> {
  try {
    const value = JSON.parse(await readFile(file, "utf8")) as { key?: unknown; version?: unknown; gssapi?: unknown };
    const { version, gssapi } = value;
    if (value.key !== key || typeof gssapi !== "boolean" || !isVersion(version)) return undefined;
    return { version, gssapi };
  } catch {
    return undefined;
  }
}

function isVersion(value: unknown): value is OpenSshVersion {
  return Array.isArray(value) && value.length === 3 && value.every((part) => typeof part === "number");
}

function hasAes(host: Host): boolean {
  if (host.os === "darwin" && host.arch === "aarch64") return true;
  if (host.os !== "linux") return host.arch === "x86_64";
  try {
    return processorHasAes(host.arch, readFileSync("/proc/cpuinfo", "utf8"));
  } catch {
    return false;
  }
}
