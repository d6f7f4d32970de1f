import { setTimeout as sleep } from "node:timers/promises";
import { errorText } from "../lib/errors.ts";
import { childEnv, describeExit } from "../lib/exec.ts";
import type { Host } from "../lib/host.ts";
import { LineTail } from "../lib/line-tail.ts";
import type { Logger } from "../lib/log.ts";
import { keepAlive, sshArguments, withoutMaster } from "../store/ssh-plan.ts";
import type { Health, Service } from "./service.ts";
import type { SshAccess } from "./ssh-access.ts";

/** Where the guest's programs find the host's ssh-agent. */
const link = "/run/host-services/ssh-auth.sock";
const directory = link.slice(0, link.lastIndexOf("/"));

/** What the guest's script says once the path leads to the agent. */
const linkedLine = "lima-agent-linked";

const script = `#!/bin/bash
set -eu -o pipefail
: "\${SSH_AUTH_SOCK:?no agent is forwarded: is SSH_AUTH_SOCK set on the host, and does an ssh-agent answer there?}"
sudo mkdir -p -m 700 "${directory}"
sudo ln -sfn "$SSH_AUTH_SOCK" "${link}"
sudo chown "$(id -u)" "${directory}"
sudo chown -h "$(id -u)" "${link}"
echo ${linkedLine}
exec cat >/dev/null
`;

export interface AgentLinkOptions {
  readonly host: Pick<Host, "env">;
  readonly logger: Logger;
  readonly access: Promise<SshAccess>;
  /** How long one attempt may take. @default 60000 */
  readonly limitMs?: number;
  /** Pauses between attempts at a connection that was lost, the first and the longest. @default [1000, 30000] */
  readonly retryMs?: readonly [number, number];
}

/**
 * The host's ssh-agent at a well-known path of the guest, by a connection of its own: the one that shells share may be
 * ended by anyone, and begun anew by a shell that has no agent.
 */
export class AgentLink implements Service {
  readonly name = "ssh-agent";
  /** A start that fails is told of by whoever started it. */
  private state: Health = { kind: "well" };
  private readonly over = new AbortController();
  private keeping: Promise<void> = Promise.resolve();

  constructor(private readonly options: AgentLinkOptions) {}

  /** @throws Error why the agent cannot be forwarded */
  async start(): Promise<void> {
    const { ended } = await this.connect();
    this.keeping = this.keep(ended);
  }

  async stop(): Promise<void> {
    this.over.abort();
    await this.keeping;
  }

  health(): Health {
    return this.state;
  }

  /** Makes it again whenever it has ended. */
  private async keep(first: Promise<unknown>): Promise<void> {
    const { logger, retryMs: [shortest, longest] = [1000, 30_000] } = this.options;
    const { signal } = this.over;
    let pauseMs = shortest;
    for (let connection: Promise<unknown> | undefined = first; !signal.aborted; ) {
      if (connection !== undefined) {
        pauseMs = shortest;
        await connection;
        if (!signal.aborted) this.fail("the connection to the guest was cut");
      }
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
      pauseMs = Math.min(2 * pauseMs, longest);
      connection = undefined;
      if (signal.aborted) return;
      try {
        connection = (await this.connect()).ended;
        logger.debug(`${link} leads to the ssh-agent again`);
      } catch (error) {
        this.fail(errorText(error));
      }
    }
  }

  private fail(reason: string): void {
    this.state = { kind: "failed", reason };
    this.options.logger.debug(`ssh-agent: ${reason}`);
  }

  /** Resolves when the guest's path leads to the agent, with what settles when it does no more. */
  private async connect(): Promise<{ readonly ended: Promise<unknown> }> {
    const { host, access, limitMs = 60_000 } = this.options;
    const { program, options, endpoint } = await access;
    const args = [...sshArguments([...withoutMaster(options), ...keepAlive]), "-p", String(endpoint.port)];
    const child = Bun.spawn([...program.command, ...args, endpoint.address, "--", "/bin/bash -s"], {
      env: childEnv(host.env),
      stdin: "pipe",
      stdout: "pipe",
      stderr: "pipe",
    });
    const end = () => child.kill("SIGTERM");
    child.stdin.write(script);
    child.stdin.flush();
    const linked = Promise.withResolvers<"linked" | "late">();
    const timer = setTimeout(() => linked.resolve("late"), limitMs);
    this.over.signal.addEventListener("abort", end, { once: true });
    new LineTail(child.stdout, (line) => line === linkedLine && linked.resolve("linked"));
    const said = new LineTail(child.stderr, () => undefined);
    void child.exited.then(() => this.over.signal.removeEventListener("abort", end));
    const outcome = await Promise.race([linked.promise, child.exited]);
    clearTimeout(timer);
    if (outcome === "linked") {
      this.state = { kind: "well" };
      return { ended: child.exited };
    }
    end();
    await Promise.race([said.done, sleep(200)]);
    const signal = child.signalCode === null ? null : String(child.signalCode);
    const how = outcome === "late" ? "it took too long" : describeExit({ code: child.exitCode, signal });
    const words = said.lines.filter((line) => !line.startsWith("Warning: Permanently added"));
    throw new Error([`failed to forward the ssh-agent to ${link}: ${how}`, ...words].join(": "));
  }
}
