import { lstatSync, mkdirSync, realpathSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import type { CopyToHost } from "../config/types.ts";
import { errorText, UserError } from "../lib/errors.ts";
import { describeExit } from "../lib/exec.ts";
import { writeFileAtomic } from "../lib/files.ts";
import type { Logger } from "../lib/log.ts";
import { quote } from "../lib/quote.ts";
import { judgeReadFailure, readCommand } from "./copy-to-host-plan.ts";
import type { Health, Service } from "./service.ts";
import { SshCut, type SshSession } from "./ssh/session.ts";

export interface CopiedFilesOptions {
  readonly rules: readonly CopyToHost[];
  readonly session: Pick<SshSession, "exec">;
  readonly logger: Logger;
}

/** Files of the guest that lima.yaml wants on the host once the guest is ready, and until it stops. */
export class CopiedFiles implements Service {
  readonly name = "copied files";
  readonly tellsTroubles = true;
  /** What could not be copied, a line each. */
  failures: readonly string[] = [];

  constructor(private readonly options: CopiedFilesOptions) {}

  /** Copies each in its turn; what fails is told by `health`. */
  async start(): Promise<void> {
    const failures: string[] = [];
    for (const rule of this.options.rules) {
      try {
        await this.copy(rule);
      } catch (error) {
        failures.push(`failed to copy ${quote(rule.guest)} of the guest to ${quote(rule.host)}: ${errorText(error)}`);
      }
    }
    this.failures = failures;
  }

  async stop(): Promise<void> {
    for (const { host, deleteOnStop } of this.options.rules) {
      if (!deleteOnStop) continue;
      this.options.logger.info(`Deleting ${quote(host)}`);
      try {
        // a file was copied, so a directory of that name is somebody else's
        rmSync(host, { force: true });
      } catch (error) {
        this.options.logger.warn(`cannot delete ${quote(host)}: ${errorText(error)}`);
      }
    }
  }

  health(): Health {
    const reason = this.failures.join("\n");
    return reason === "" ? { kind: "well" } : { kind: "failed", reason };
  }

  private async copy({ guest, host, skipIfMissing }: CopyToHost): Promise<void> {
    const { logger } = this.options;
    logger.info(`Copying config from ${guest} to ${host}`);
    const content = await this.read(guest, skipIfMissing);
    if (content === undefined) {
      logger.info(`Skip missing ${guest} (no such file or directory)`);
      return;
    }
    mkdirSync(dirname(host), { recursive: true, mode: 0o700 });
    writeFileAtomic(confined(host), content, 0o600);
  }

  /** @returns undefined for a missing file that may be missing */
  private async read(guest: string, skipIfMissing: boolean): Promise<Buffer | undefined> {
    for (let asRoot = false; ; ) {
      const chunks: Buffer[] = [];
      const { session } = this.options;
      let result: Awaited<ReturnType<typeof session.exec>>;
      try {
        result = await session.exec(readCommand(guest, asRoot), { onStdout: (chunk) => chunks.push(chunk) });
      } catch (error) {
        // the next attempt waits for a new connection
        if (error instanceof SshCut) continue;
        throw error;
      }
      if (result.code === 0) return Buffer.concat(chunks);
      const next = judgeReadFailure(result.stderr, asRoot, skipIfMissing);
      if (next === "skip") return undefined;
      if (next === "failed") throw new UserError(`${describeExit(result)}: ${result.stderr.trim()}`);
      asRoot = true;
    }
  }
}

/**
 * The file to write for a destination: that itself, or what a link there leads to, as long as that is in the same directory
 * or below it.
 * @throws UserError for a directory, and for a link that leads away
 */
function confined(path: string): string {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory() === true) throw new UserError(`${quote(path)} is a directory`);
  if (found?.isSymbolicLink() !== true) return path;
  const parent = realpathSync(dirname(path));
  let target: string;
  try {
    target = realpathSync(path);
  } catch (cause) {
    throw new UserError(`${quote(path)} is a symbolic link that leads nowhere`, { cause });
  }
  if (target.startsWith(`${parent}/`)) return target;
  throw new UserError(`${quote(path)} is a symbolic link that leaves its directory`);
}
