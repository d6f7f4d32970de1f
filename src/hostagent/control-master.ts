import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { childEnv, describeExit, exec } from "../lib/exec.ts";
import type { Host } from "../lib/host.ts";
import type { Logger } from "../lib/log.ts";
import { exitMasterArguments, masterArguments, type SshEndpoint, type SshOption } from "../store/ssh-plan.ts";
import type { SshProgram } from "../store/ssh-program.ts";
import type { Health, Service } from "./service.ts";

export interface ControlMasterOptions {
  readonly host: Host;
  readonly logger: Logger;
  readonly program: SshProgram;
  readonly options: readonly SshOption[];
  readonly endpoint: SshEndpoint;
  /** The control socket, `ssh.sock`. */
  readonly socketPath: string;
  readonly signal: AbortSignal;
}

/** OpenSSH's shared connection, by which `limactl shell` is quick. It lives in a process of its own and ends with this one. */
export class ControlMaster implements Service {
  readonly name = "ssh control master";
  private state: Health = { kind: "failed", reason: "not started" };

  constructor(private readonly options: ControlMasterOptions) {}

  /** Resolves when a command went through the shared connection; tries again while it cannot. */
  async start(): Promise<void> {
    const { signal, logger } = this.options;
    for (let pauseMs = 100; ; pauseMs = Math.min(pauseMs * 2, 2000)) {
      const failure = await this.connect();
      if (failure === undefined) break;
      signal.throwIfAborted();
      this.state = { kind: "failed", reason: failure };
      logger.debug(`ssh control master: ${failure}`);
      await sleep(pauseMs, undefined, { signal });
    }
    this.state = { kind: "well" };
  }

  async stop(): Promise<void> {
    const { program, options, endpoint, socketPath, host, logger } = this.options;
    if (!existsSync(socketPath)) return;
    const result = await exec([...program.command, ...exitMasterArguments(options, endpoint)], {
      env: host.env,
      timeoutMs: 3000,
    });
    if (result.code !== 0 && existsSync(socketPath)) {
      logger.warn(`failed to exit the ssh control master: ${describeExit(result)}: ${result.stderr.trim()}`);
    }
  }

  health(): Health {
    return this.state;
  }

  /**
   * Runs `true` through the shared connection, making it when there is none. The master stays behind in the background and
   * may hold stderr open (OpenSSH before 8.5), so the process's end counts, not the stream's.
   */
  private async connect(): Promise<string | undefined> {
    const { program, options, endpoint, host, signal } = this.options;
    const child = Bun.spawn([...program.command, ...masterArguments(options, endpoint)], {
      env: childEnv(host.env),
      stdin: "ignore",
      stdout: "ignore",
      stderr: "pipe",
      signal,
    });
    const said = new Response(child.stderr).text().catch(() => "");
    const code = await child.exited;
    if (code === 0) return undefined;
    const text = await Promise.race([said, sleep(200, "")]);
    return `ssh ended with ${code}: ${text.trim()}`;
  }
}
