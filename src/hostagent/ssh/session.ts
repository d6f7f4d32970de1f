import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Client, ClientChannel } from "ssh2";
import type { ExecResult } from "../../lib/exec.ts";
import type { SshEndpoint } from "../../store/ssh-plan.ts";
import type { Health, Service } from "../service.ts";
import { waitForBanner } from "./banner.ts";
import { Slots } from "./slots.ts";
import { type GuestTarget, openTarget } from "./target.ts";

/** The connection ended while a command ran in the guest; the command may have run or not. */
export class SshCut extends Error {
  override readonly name = "SshCut";
}

/** sshd has no channel to give: too many, or it could not start a process. */
class ChannelRefused extends Error {}

export interface SshSessionOptions {
  readonly endpoint: SshEndpoint;
  readonly user: string;
  /** Text of the private key `_config/user`. */
  readonly privateKey: string | Buffer;
  /** Ends the session and everything that runs over it. */
  readonly signal: AbortSignal;
  /** Told what the dialling learns about the guest. */
  readonly onDial?: (step: DialStep) => void;
  /** Told when a connection has ended that was there. */
  readonly onCut?: () => void;
}

/** What one step of dialling showed. */
export type DialStep =
  | { readonly kind: "refused" }
  | { readonly kind: "banner" }
  | { readonly kind: "failed"; readonly reason: string }
  | { readonly kind: "connected" };

export interface GuestExecOptions {
  readonly stdin?: string | Uint8Array;
  readonly signal?: AbortSignal;
  /** Takes standard output as it comes, instead of the result's `stdout`. */
  readonly onStdout?: (chunk: Buffer) => void;
}

/** sshd's MaxSessions: more channels at once are refused by it. */
const channelLimit = 10;

/** Pauses between dials after a greeting that led to no session (no account yet, still booting): 100 ms to 1 s. */
const redialMs = { first: 100, last: 1000 } as const;

/**
 * The control channel to the guest: one ssh connection, dialled when it is first needed and again when it was cut. Host
 * keys are not checked, for the port on the loopback leads to the very machine that was started.
 */
export class SshSession implements Service {
  readonly name = "ssh session";
  private client: Promise<Client> | undefined;
  private state: Health = { kind: "failed", reason: "not connected yet" };
  private readonly listeners: ((client: Client) => void)[] = [];
  private readonly slots = new Slots(channelLimit);

  constructor(private readonly options: SshSessionOptions) {}

  /** Begins to dial; the connection is there when `connected` says so. */
  async start(): Promise<void> {
    this.connection().catch(() => undefined);
    // loaded while the guest boots, not when it greets
    await import("ssh2");
  }

  /** Resolves once the guest has let us in; rejects only when the session's signal is aborted. */
  async connected(): Promise<void> {
    await this.connection();
  }

  /**
   * Runs a command line in the guest's login shell, waiting for a connection and a free channel first.
   * @throws SshCut when the connection ends before the command does
   */
  async exec(command: string, options: GuestExecOptions = {}): Promise<ExecResult> {
    const signal =
      options.signal === undefined ? this.options.signal : AbortSignal.any([options.signal, this.options.signal]);
    using _slot = await this.slots.take(signal);
    const client = await this.connection();
    signal.throwIfAborted();
    const run = await openFreeChannel(client, command, { ...options, signal });
    return await run.result;
  }

  /**
   * Connects from within the guest, once there is a connection to it.
   * @throws Error when nothing listens there
   */
  async reach(target: GuestTarget): Promise<ClientChannel> {
    return await openTarget(await this.connection(), target);
  }

  /** Calls back with this connection, when there is one, and each later one. */
  onConnect(listener: (client: Client) => void): void {
    this.listeners.push(listener);
    if (this.state.kind === "well") void this.client?.then(listener, () => undefined);
  }

  async stop(): Promise<void> {
    const { client } = this;
    this.client = undefined;
    // while it is still dialled, the signal ends it
    if (this.state.kind === "well") (await client)?.destroy();
  }

  health(): Health {
    return this.state;
  }

  private connection(): Promise<Client> {
    if (this.client !== undefined) return this.client;
    const dialled = this.dial();
    this.client = dialled;
    const forget = () => {
      if (this.client === dialled) this.client = undefined;
      this.state = { kind: "failed", reason: "the connection was cut" };
    };
    const redial = () => {
      const ours = this.client === dialled;
      forget();
      if (!ours || this.options.signal.aborted) return;
      this.options.onCut?.();
      // those who wait for events of the guest do not ask for a connection
      this.connection().catch(() => undefined);
    };
    // a killed peer shows as `close` alone
    dialled.then((client) => {
      this.state = { kind: "well" };
      client.once("close", redial);
      for (const listener of this.listeners) listener(client);
    }, forget);
    return dialled;
  }

  private async dial(): Promise<Client> {
    const { endpoint, signal, onDial } = this.options;
    for (let pauseMs: number = redialMs.first; ; pauseMs = Math.min(pauseMs * 2, redialMs.last)) {
      const socket = await waitForBanner({ endpoint, signal, onRefused: () => onDial?.({ kind: "refused" }) });
      onDial?.({ kind: "banner" });
      const result = await handshake(socket, this.options);
      if (typeof result !== "string") {
        onDial?.({ kind: "connected" });
        return result;
      }
      signal.throwIfAborted();
      onDial?.({ kind: "failed", reason: result });
      await sleep(pauseMs, undefined, { signal });
    }
  }
}

/** Key exchange and login over a greeted connection; the text of the failure when there is no session. */
async function handshake(socket: Socket, options: SshSessionOptions): Promise<Client | string> {
  const { Client } = await import("ssh2");
  if (socket.destroyed) return "the connection was closed";
  const client = new Client();
  // each command that is being started listens for the end
  client.setMaxListeners(0);
  const { promise, resolve } = Promise.withResolvers<Client | string>();
  let reason = "the connection was closed";
  const abort = () => client.destroy();
  client.once("ready", () => resolve(client));
  client.on("error", (error) => {
    reason = error.message;
  });
  client.once("close", () => resolve(reason));
  options.signal.addEventListener("abort", abort, { once: true });
  client.connect({
    sock: socket,
    username: options.user,
    privateKey: options.privateKey,
    authHandler: ["publickey"],
    hostVerifier: () => true,
    // an emulated guest under load takes seconds for the key exchange
    readyTimeout: 60_000,
    keepaliveInterval: 15_000,
    keepaliveCountMax: 4,
    algorithms: { cipher: ["aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "aes128-ctr", "aes256-ctr"] },
  });
  const result = await promise;
  options.signal.removeEventListener("abort", abort);
  if (typeof result === "string") client.destroy();
  return result;
}

/** A command that runs in the guest. */
interface Run {
  readonly result: Promise<ExecResult>;
}

type RunOptions = GuestExecOptions & { readonly signal: AbortSignal };

/** sshd counts a channel until it has reaped the process, a moment after it said the channel is closed. */
async function openFreeChannel(client: Client, command: string, options: RunOptions): Promise<Run> {
  for (let left = 100; ; left -= 1) {
    try {
      return await openChannel(client, command, options);
    } catch (error) {
      if (left === 0 || !(error instanceof ChannelRefused)) throw error;
    }
    await sleep(20, undefined, { signal: options.signal });
  }
}

function openChannel(client: Client, command: string, options: RunOptions): Promise<Run> {
  return new Promise((resolve, reject) => {
    const onClose = () => reject(new SshCut("the ssh connection was cut"));
    client.once("close", onClose);
    try {
      client.exec(command, (error, channel) => {
        client.removeListener("close", onClose);
        // at once: all that a short command has to say may have come in the same packets
        if (error === undefined) resolve({ result: runChannel(client, channel, options) });
        else if ("reason" in error) reject(new ChannelRefused(error.message));
        else reject(new SshCut(`ssh: ${error.message}`, { cause: error }));
      });
    } catch (error) {
      client.removeListener("close", onClose);
      reject(new SshCut("the ssh connection was cut", { cause: error }));
    }
  });
}

async function runChannel(client: Client, channel: ClientChannel, options: RunOptions): Promise<ExecResult> {
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  let exit: { readonly code: number | null; readonly signal: string | null } | undefined;
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  channel.on("data", options.onStdout ?? ((chunk: Buffer) => stdout.push(chunk)));
  channel.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
  channel.on("exit", (code: number | null, name?: string) => {
    exit = { code, signal: name ?? null };
  });
  channel.on("error", () => undefined);
  const finish = () => resolve();
  channel.once("close", finish);
  // a channel is not told of every end of its connection
  client.once("close", finish);
  const abort = () => {
    channel.close();
    resolve();
  };
  options.signal.addEventListener("abort", abort, { once: true });
  if (options.signal.aborted) abort();
  channel.end(options.stdin ?? "");
  await closed;
  client.removeListener("close", finish);
  options.signal.removeEventListener("abort", abort);
  options.signal.throwIfAborted();
  if (exit === undefined) throw new SshCut("the ssh connection was cut while a command ran");
  return { ...exit, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() };
}
