import { randomBytes } from "node:crypto";
import { createConnection, type Socket } from "node:net";
import {
  type Call,
  encodeFrame,
  encodeHello,
  type Frame,
  FrameReader,
  type Info,
  jsonFrame,
  jsonPayload,
  nonceBytes,
  type PortsEvent,
  ProtocolError,
  type StreamCall,
  type TimeSync,
} from "../../guest/protocol.ts";
import { errorText } from "../../lib/errors.ts";
import { clockShiftMs } from "./clock-plan.ts";
import { endOf, infoOf, portsEventOf, timeSyncOf } from "./payloads.ts";
import { Tunnel, type TunnelHandlers, type TunnelLink } from "./tunnel.ts";
import { TunnelStream } from "./tunnel-stream.ts";

export interface ConnectOptions {
  /** The host's side of the guest agent's port. */
  readonly socketPath: string;
  /** Pause between hellos that stay unanswered. @default 1000 */
  readonly helloMs?: number;
  /**
   * Pause between looks at when the guest last said something. It is asked to at the third look that finds it silent, and
   * taken for gone at the fourth.
   * @default 5000
   */
  readonly pingMs?: number;
  readonly signal: AbortSignal;
}

/** Something that a call began and that takes what comes on its channel. */
interface Channel {
  takeFrame(frame: Frame): void;
  /** The connection has ended. */
  cut(reason: string): void;
}

/** A greeted connection with the guest agent. */
export class AgentConnection {
  /** Settles with the reason when the connection has ended. */
  readonly closed: Promise<string>;
  private readonly channels = new Map<number, Channel>();
  private readonly ending = Promise.withResolvers<string>();
  private readonly pinging: NodeJS.Timeout;
  private lastHeard = performance.now();
  private lastChannel = 0;
  private ended = false;

  /** @throws Error when nothing listens there, the other end hangs up, or the signal is aborted */
  static async open({ socketPath, ...options }: ConnectOptions): Promise<AgentConnection> {
    options.signal.throwIfAborted();
    return await AgentConnection.greet(createConnection(socketPath), randomBytes(nonceBytes), options);
  }

  /** Greets the guest over a connection that is there already, or is being made. @throws Error like `open` */
  static async greet(
    socket: Socket,
    nonce: Uint8Array,
    { helloMs = 1000, pingMs = 5000, signal }: Omit<ConnectOptions, "socketPath">,
  ): Promise<AgentConnection> {
    const reader = new FrameReader(nonce);
    const greeted = Promise.withResolvers<AgentConnection>();
    const hello = () => void socket.write(encodeHello(nonce));
    let hasAnswered = false;
    const repeating = setInterval(() => {
      hasAnswered = false;
      hello();
    }, helloMs);
    const fail = (reason: string) => greeted.reject(new Error(reason));
    const abort = () => {
      fail("there was no answer");
      socket.destroy();
    };
    signal.addEventListener("abort", abort, { once: true });
    let connection: AgentConnection | undefined;
    if (socket.pending) socket.once("connect", hello);
    else hello();
    socket.on("error", (error) => fail(error.message));
    socket.on("close", () => {
      fail("the connection was closed");
      connection?.end("the connection was closed");
    });
    socket.on("data", (bytes) => {
      try {
        const frames = reader.push(bytes, () => {
          connection = new AgentConnection(socket, pingMs);
          greeted.resolve(connection);
        });
        for (const frame of frames) connection?.take(frame);
        // A guest that says something has begun to listen, and what was said to it earlier may be lost. Once, for a program
        // of another kind may answer anything with anything.
        if (connection === undefined && !hasAnswered) {
          hasAnswered = true;
          hello();
        }
      } catch (error) {
        fail(errorText(error));
        connection?.end(errorText(error));
        socket.destroy();
      }
    });
    try {
      return await greeted.promise;
    } catch (error) {
      socket.destroy();
      throw error;
    } finally {
      clearInterval(repeating);
      signal.removeEventListener("abort", abort);
    }
  }

  private constructor(
    private readonly socket: Socket,
    pingMs: number,
  ) {
    this.closed = this.ending.promise;
    this.pinging = setInterval(() => this.ping(pingMs), pingMs);
  }

  /** Whether a tunnel, or another call, is under way. */
  get carries(): boolean {
    return this.channels.size > 0;
  }

  /** Every port that listens in the guest. */
  async info(): Promise<Info> {
    return infoOf(await this.ask({ call: "info" }));
  }

  /** Sets the guest's clock to the host's when they differ by more than a tenth of a second, however busy the guest is. */
  async syncTime(): Promise<TimeSync> {
    const asked = performance.now();
    const look = timeSyncOf(await this.ask({ call: "syncTime", hostTimeMs: Date.now() }));
    const shiftMs = clockShiftMs(look.driftMs, performance.now() - asked);
    if (shiftMs === 0) return look;
    const { adjusted, error } = timeSyncOf(await this.ask({ call: "syncTime", hostTimeMs: Date.now(), shiftMs }));
    return { adjusted, driftMs: -shiftMs, error };
  }

  /** Gives a file of the guest the time that it has on the host. */
  inotify(path: string, timeMs: number): void {
    this.lastChannel += 1;
    this.send(jsonFrame("call", this.lastChannel, { call: "inotify", path, timeMs } satisfies Call));
  }

  /** Begins to tell what changes among the ports, from the last `info` on, until the connection ends. */
  events(take: (event: PortsEvent) => void): void {
    this.call({ call: "events" }, () => ({
      takeFrame: (frame) => take(portsEventOf(jsonPayload(frame))),
      cut: () => undefined,
    }));
  }

  /** Asks the guest to dial the host. @throws Error when it cannot */
  async dialBack(call: Omit<StreamCall, "call">): Promise<void> {
    await this.ask({ call: "stream", ...call });
  }

  /** Begins to exchange datagrams with a port of the guest, at the first of the hosts to which there is a way. */
  datagrams(hosts: readonly string[], port: number, handlers: TunnelHandlers): Tunnel {
    return this.begin("udp", hosts, port, (channel, link) => new Tunnel(channel, link, handlers));
  }

  /** Connects to a port of the guest, at the first of the hosts that lets it; what is written waits for that. */
  stream(hosts: readonly string[], port: number): TunnelStream {
    return this.begin("tcp", hosts, port, (channel, link) => new TunnelStream(channel, link));
  }

  close(): void {
    this.end("closed");
  }

  private ask(call: Call): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const open = this.call(call, (channel) => ({
        takeFrame: (frame) => {
          this.forget(channel);
          if (frame.kind === "end") return reject(new Error(endOf(frame).error));
          if (frame.kind !== "reply") throw new ProtocolError(`${frame.kind} instead of a reply`);
          resolve(jsonPayload(frame));
        },
        cut: (reason) => reject(new Error(reason)),
      }));
      if (!open) reject(new Error("the connection to the guest agent is closed"));
    });
  }

  private call(call: Call, begin: (channel: number) => Channel): boolean {
    if (this.ended) return false;
    this.lastChannel += 1;
    const channel = this.lastChannel;
    this.channels.set(channel, begin(channel));
    this.send(jsonFrame("call", channel, call));
    return true;
  }

  private begin<T extends Channel>(
    protocol: "tcp" | "udp",
    hosts: readonly string[],
    port: number,
    make: (channel: number, link: TunnelLink) => T,
  ): T {
    let made: T | undefined;
    this.call({ call: "tunnel", protocol, hosts, port }, (channel) => {
      made = make(channel, { send: (bytes) => this.send(bytes), forget: () => this.forget(channel) });
      return made;
    });
    if (made === undefined) throw new Error("the connection to the guest agent is closed");
    return made;
  }

  private forget(channel: number): void {
    this.channels.delete(channel);
  }

  private take(frame: Frame): void {
    this.lastHeard = performance.now();
    if (frame.kind === "call" || frame.kind === "ping")
      throw new ProtocolError(`the guest does not send ${frame.kind}`);
    if (frame.kind === "end" && frame.channel === 0) throw new ProtocolError("the guest agent began anew");
    // A channel that the host has just ended may still be talked to.
    if (frame.kind !== "pong") this.channels.get(frame.channel)?.takeFrame(frame);
  }

  private send(bytes: Uint8Array): void {
    if (!this.ended) this.socket.write(bytes);
  }

  /** A guest that is shown the clock every other look need not be asked: each message wakes it. */
  private ping(pingMs: number): void {
    const silentMs = performance.now() - this.lastHeard;
    const limitMs = 4 * pingMs;
    if (silentMs > limitMs) this.end(`the guest agent has said nothing for ${Math.round(limitMs / 1000)} s`);
    else if (silentMs > 2.5 * pingMs) this.send(encodeFrame({ kind: "ping", channel: 0, payload: new Uint8Array(0) }));
  }

  private end(reason: string): void {
    if (this.ended) return;
    this.ended = true;
    clearInterval(this.pinging);
    this.socket.destroy();
    const channels = [...this.channels.values()];
    this.channels.clear();
    for (const channel of channels) channel.cut(reason);
    this.ending.resolve(reason);
  }
}
