import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { errorText } from "../lib/errors.ts";
import { childEnv, describeExit, exec } from "../lib/exec.ts";
import type { Host } from "../lib/host.ts";
import type { Logger } from "../lib/log.ts";
import { isServed } from "../store/ssh-master.ts";
import { exitMasterArguments, masterArguments, type SshEndpoint, type SshOption } from "../store/ssh-plan.ts";
import type { SshProgram } from "../store/ssh-program.ts";
import type { Health, Service } from "./service.ts";

export interface ControlMasterOptions {
  readonly host: Pick<Host, "env">;
  readonly logger: Logger;
  readonly program: SshProgram;
  readonly options: readonly SshOption[];
  readonly endpoint: SshEndpoint;
  /** The control socket, `ssh.sock`. */
  readonly socketPath: string;
  /** Pause between looks at whether the socket is still served. @default 5000 */
  readonly lookMs?: number;
  readonly signal: AbortSignal;
}

/** How long a control master may take to be gone once it has said that it ends. */
const endLimitMs = 1500;

/** OpenSSH's shared connection, by which `limactl shell` is quick. It lives in a process of its own and ends with this one. */
export class ControlMaster implements Service {
  readonly name = "ssh control master";
  private state: Health = { kind: "failed", reason: "not started" };
  private readonly over = new AbortController();
  private keeping: Promise<void> = Promise.resolve();

  constructor(private readonly options: ControlMasterOptions) {}

  /** Resolves when a command went through the shared connection; tries again while it cannot. */
  async start(): Promise<void> {
    await this.make(this.options.signal);
    this.keeping = this.keep(AbortSignal.any([this.options.signal, this.over.signal]));
  }

  async stop(): Promise<void> {
    this.over.abort();
    await this.keeping;
    const { program, options, endpoint, socketPath, host, logger } = this.options;
    if (!existsSync(socketPath)) return;
    const result = await exec([...program.command, ...exitMasterArguments(options, endpoint)], {
      env: host.env,
      timeoutMs: 3000,
    });
    if (result.code === 0) await untilGone(socketPath);
    else if (existsSync(socketPath)) {
      logger.warn(`failed to exit the ssh control master: ${describeExit(result)}: ${result.stderr.trim()}`);
    }
  }

  health(): Health {
    return this.state;
  }

  private async make(signal: AbortSignal): Promise<void> {
    const { logger } = this.options;
    for (let pauseMs = 100; ; pauseMs = Math.min(pauseMs * 2, 2000)) {
      const failure = await this.connect(signal);
      if (failure === undefined) break;
      signal.throwIfAborted();
      this.state = { kind: "failed", reason: failure };
      logger.debug(`ssh control master: ${failure}`);
      await sleep(pauseMs, undefined, { signal });
    }
    this.state = { kind: "well" };
  }

  /** Makes it again whenever it has ended, until the signal is aborted. */
  private async keep(signal: AbortSignal): Promise<void> {
    const { logger, socketPath, lookMs = 5000 } = this.options;
    try {
      for (;;) {
        await sleep(lookMs, undefined, { signal });
        if (await isServed(socketPath)) continue;
        this.state = { kind: "failed", reason: "the shared connection was cut" };
        logger.warn("The ssh connection that `limactl shell` shares was cut; making it again");
        await this.make(signal);
        logger.info("The ssh connection that `limactl shell` shares is there again");
      }
    } catch (error) {
      if (!signal.aborted) logger.warn(`ssh control master: ${errorText(error)}`);
    }
  }

  /**
   * Runs `true` through the shared connection, making it when there is none. The master stays behind in the background and
   * may hold stderr open (OpenSSH before 8.5), so the process's end counts, not the stream's.
   */
  private async connect(signal: AbortSignal): Promise<string | undefined> {
    const { program, options, endpoint, host } = this.options;
    let child: Bun.Subprocess<"ignore", "ignore", "pipe">;
    try {
      child = Bun.spawn([...program.command, ...masterArguments(options, endpoint)], {
        env: childEnv(host.env),
        stdin: "ignore",
        stdout: "ignore",
        stderr: "pipe",
        signal,
      });
    } catch (error) {
      // out of processes for a moment, or ssh is just being replaced by its package's upgrade
      return errorText(error);
    }
    const said = new Response(child.stderr).text().catch(() => "");
    const code = await child.exited;
    if (code === 0) return undefined;
    const text = await Promise.race([said, sleep(200, "")]);
    // ssh ends its lines as a terminal wants them
    return `ssh ended with ${code}: ${text.trim().replace(/\r?\n/g, "; ")}`;
  }
}

/** A control master says that it will end, and only then takes its socket away and ends. */
async function untilGone(socketPath: string): Promise<void> {
  const deadline = performance.now() + endLimitMs;
  while (existsSync(socketPath) && performance.now() < deadline) await sleep(5);
}
