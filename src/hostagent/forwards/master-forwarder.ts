import { rmSync, statSync } from "node:fs";
import { errorText } from "../../lib/errors.ts";
import { childEnv, exec } from "../../lib/exec.ts";
import type { Host } from "../../lib/host.ts";
import type { Logger } from "../../lib/log.ts";
import { masterArguments } from "../../store/ssh-plan.ts";
import { addressText, bindingOf } from "../forward-plan.ts";
import type { SshAccess } from "../ssh-access.ts";
import type { Forwarder, ForwardRequest, OpenForward } from "./forwarder.ts";
import { forwardText, masterForwardArguments } from "./master-plan.ts";
import { StreamForward } from "./stream-forward.ts";
import { failedToListen, reasonOf } from "./teller.ts";

export interface MasterForwarderOptions {
  readonly host: Pick<Host, "os" | "env">;
  readonly logger: Logger;
  /** How OpenSSH reaches the guest, once that is known. */
  readonly access: Promise<SshAccess>;
  /** The control socket, `ssh.sock`. */
  readonly socketPath: string;
  /** Serves what the control master cannot: low ports of macOS. */
  readonly otherwise: Forwarder;
  /** Pause between looks at the control master. @default 2000 */
  readonly lookMs?: number;
}

/** How long one call of ssh may take: it may have to connect first. */
const callLimitMs = 30_000;

/** Has OpenSSH's control master listen, which carries the bytes by itself; a new control master is told of all of them anew. */
export class MasterForwarder implements Forwarder {
  readonly name = "ssh control master";
  private readonly held = new Set<MasterForward>();
  /** Those that the control master is still to be told of, and what was said of why it has not them yet. */
  private readonly lacking = new Map<MasterForward, string>();
  private readonly looking: NodeJS.Timeout;
  /** The control master of a host agent that died. */
  private readonly inherited: string;
  private master = "";
  private work: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: MasterForwarderOptions) {
    this.inherited = this.masterNow();
    this.looking = setInterval(() => this.look(), options.lookMs ?? 2000);
    this.looking.unref();
  }

  async open(request: ForwardRequest): Promise<OpenForward> {
    const { host, otherwise } = this.options;
    const { address } = request;
    if (address.kind === "port" && bindingOf(address, host.os).loopbackOnly) return await otherwise.open(request);
    const forward = new MasterForward(request, this);
    await this.inTurn(async () => {
      await this.makeRoom(forward);
      await this.begin(forward.text);
      this.compare();
      this.held.add(forward);
    });
    return forward;
  }

  /** Ends the watch over the control master. */
  stop(): void {
    clearInterval(this.looking);
  }

  /** Cancels a forward for good. */
  async cancel(forward: MasterForward): Promise<void> {
    if (!this.held.delete(forward) || this.lacking.delete(forward)) return;
    await this.inTurn(() => this.tell("cancel", forward.text)).catch((error) =>
      this.options.logger.debug(String(error)),
    );
  }

  /** Puts a forward in the place of what it was. */
  async replace(text: string, forward: MasterForward): Promise<void> {
    await this.inTurn(async () => {
      if (!this.held.has(forward) || this.lacking.has(forward)) return;
      await this.tell("cancel", text);
      await this.tell("forward", forward.text);
    }).catch((error) => this.options.logger.debug(String(error)));
  }

  /** One call of ssh after the other. */
  private inTurn<T>(task: () => Promise<T>): Promise<T> {
    const result = this.work.then(task);
    this.work = result.catch(() => undefined);
    return result;
  }

  private look(): void {
    if (!this.isBehind()) return;
    void this.inTurn(async () => {
      if (!this.isBehind()) return;
      if (this.masterNow() !== this.master) {
        await this.connect();
        this.compare();
      }
      for (const [forward, said] of this.lacking) await this.again(forward, said);
    }).catch((error) => this.options.logger.debug(errorText(error)));
  }

  /** A control master that is another one than before knows nothing of those that are held. */
  private compare(): void {
    const now = this.masterNow();
    if (now === this.master) return;
    this.master = now;
    if (this.held.size === 0) return;
    for (const forward of this.held) this.lacking.set(forward, "");
    this.options.logger.info("The ssh control master began anew and gets its forwards again");
  }

  /** Whether the control master does not know all that are held. */
  private isBehind(): boolean {
    return this.held.size > 0 && (this.lacking.size > 0 || this.masterNow() !== this.master);
  }

  /** Tells a new control master of one that another had. @param said why that failed before */
  private async again(forward: MasterForward, said: string): Promise<void> {
    const { host, logger } = this.options;
    try {
      await probe(forward.request, host);
      await this.tell("forward", forward.text);
      this.lacking.delete(forward);
      if (said !== "") logger.info(`${addressText(forward.request.address)} is forwarded again`);
    } catch (error) {
      const { address } = forward.request;
      const reason = reasonOf("tcp", address, error);
      if (said === "") logger.warn(failedToListen("tcp", address), { error: reason });
      if (this.lacking.has(forward)) this.lacking.set(forward, reason);
    }
  }

  /**
   * Not before what was given up until now is free again. What an inherited control master still has under the same words is
   * given up by it, and its connections go on.
   */
  private async makeRoom({ request, text }: MasterForward): Promise<void> {
    const { host } = this.options;
    try {
      await probe(request, host);
    } catch (error) {
      const isInherited = this.inherited !== "" && this.masterNow() === this.inherited;
      if (!isInherited || [...this.held].some((forward) => forward.text === text)) throw error;
      await this.tell("cancel", text).catch(() => Promise.reject(error));
      await probe(request, host);
    }
  }

  /** What tells one control master from the next; empty while there is none. */
  private masterNow(): string {
    const found = statSync(this.options.socketPath, { throwIfNoEntry: false });
    return found === undefined ? "" : `${found.ino} ${found.ctimeMs}`;
  }

  /** Has the control master listen. Only when it cannot is a command sent through it, which takes a process of the guest. */
  private async begin(text: string): Promise<void> {
    if (
      this.masterNow() !== "" &&
      (await this.tell("forward", text).then(
        () => true,
        () => false,
      ))
    )
      return;
    await this.connect();
    await this.tell("forward", text);
  }

  /** Makes the shared connection where there is none. */
  private async connect(): Promise<void> {
    const { program, options, endpoint } = await this.options.access;
    const child = Bun.spawn([...program.command, ...masterArguments(options, endpoint)], {
      env: childEnv(this.options.host.env),
      stdin: "ignore",
      stdout: "ignore",
      stderr: "ignore",
      timeout: callLimitMs,
    });
    if ((await child.exited) !== 0) throw new Error("ssh cannot connect to the guest");
  }

  private async tell(verb: "forward" | "cancel", text: string): Promise<void> {
    // A control master that is gone has taken its forwards along.
    if (verb === "cancel" && this.masterNow() === "") return;
    const { program, options, endpoint } = await this.options.access;
    const command = [...program.command, ...masterForwardArguments(verb, options, endpoint, text)];
    const { code, stderr } = await exec(command, { env: this.options.host.env, timeoutMs: callLimitMs });
    if (code !== 0) throw new Error(`failed to run ${verb} ${text}: ${stderr.trim().replace(/\r?\n/g, "; ")}`);
  }
}

class MasterForward implements OpenForward {
  /** The value of `-L`. */
  text: string;

  constructor(
    readonly request: ForwardRequest,
    private readonly owner: MasterForwarder,
  ) {
    this.text = forwardText(request.address, request.target());
  }

  async close(): Promise<void> {
    await this.owner.cancel(this);
    const { address } = this.request;
    if (address.kind === "socket") rmSync(address.path, { force: true });
  }

  end(): void {
    void this.close();
  }

  retarget(): void {
    const before = this.text;
    this.text = forwardText(this.request.address, this.request.target());
    if (this.text !== before) void this.owner.replace(before, this);
  }
}

/** ssh does not say why it cannot listen, so this program tries first; what is dead in the way of a socket goes. */
async function probe(request: ForwardRequest, { os: hostOs }: Pick<Host, "os">): Promise<void> {
  const connect = () => Promise.reject(new Error("not open yet"));
  const forward = await StreamForward.listen({ ...request, hostOs, connect, onRefused: () => undefined });
  forward.end();
  await forward.close();
}
