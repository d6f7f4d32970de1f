import { errorText } from "../../lib/errors.ts";
import {
  type Call,
  callOf,
  type End,
  encodeFrame,
  encodeHeader,
  encodeHello,
  type Frame,
  FrameReader,
  type Info,
  jsonFrame,
  type ListeningPort,
  type PortsEvent,
  ProtocolError,
  type StreamCall,
} from "../protocol.ts";
import type { ByteStream } from "./byte-stream.ts";
import { syncTime } from "./clock.ts";
import { dialStream } from "./dialled-stream.ts";
import { PortEvents } from "./port-events.ts";
import { Touches } from "./touches.ts";
import { TunnelChannel, type TunnelLink } from "./tunnel-channel.ts";

export interface SessionOptions {
  /** Every port that listens now; the same value as before when nothing has changed. */
  readonly ports: () => readonly ListeningPort[];
  readonly runtimeDirectory: string;
  readonly tickMs: number;
  /** Told what went wrong; the session goes on or ends by itself. */
  readonly warn: (text: string) => void;
  /** For a stream that the guest dialled: the nonce, in hex, by which the host proves itself; it then gets tunnels alone. */
  readonly streamSecret?: string;
}

/** A frame that takes longer to come has lost bytes on the way. */
const frameLimitMs = 5000;

/** Something that a call began and that lasts. */
interface Channel {
  take(frame: Frame): void;
  close(): void;
}

/** Serves one connection of the host agent until it ends; never throws. */
export async function serveSession(stream: ByteStream, options: SessionOptions): Promise<void> {
  const session = new Session(stream, options);
  try {
    await session.run();
  } catch (error) {
    options.warn(`connection closed: ${errorText(error)}`);
    session.leave(errorText(error));
  } finally {
    session.end();
  }
}

class Session implements TunnelLink {
  private readonly reader = new FrameReader();
  private readonly channels = new Map<number, Channel>();
  private readonly ended = new AbortController();
  private writing: Promise<void> = Promise.resolve();
  private readonly touches: Touches;
  private frameTimer: NodeJS.Timeout | undefined;
  /** Ports that the host was told of by this connection's `info`. */
  private told: readonly ListeningPort[] | undefined;

  constructor(
    private readonly stream: ByteStream,
    private readonly options: SessionOptions,
  ) {
    this.touches = new Touches(options.warn);
  }

  async run(): Promise<void> {
    for await (const bytes of this.stream.chunks) {
      const frames = this.reader.push(bytes, (nonce) => this.greet(nonce));
      if (!this.reader.connected) this.leave("no hello");
      for (const frame of frames) this.take(frame);
      if (frames.length > 0 || !this.reader.midFrame) this.stopTimer();
      if (this.reader.midFrame) this.frameTimer ??= setTimeout(() => this.stream.close(), frameLimitMs);
    }
  }

  private greet(nonce: Uint8Array): void {
    const { streamSecret } = this.options;
    if (streamSecret !== undefined && !crypto.timingSafeEqual(nonce, Buffer.from(streamSecret, "hex"))) {
      throw new ProtocolError("this is not the host");
    }
    this.send(encodeHello(nonce));
  }

  /** A host that goes on with a connection that this program knows nothing of, or gives up, is to begin a new one. */
  leave(error: string): void {
    this.send(jsonFrame("end", 0, { error } satisfies End));
  }

  private stopTimer(): void {
    clearTimeout(this.frameTimer);
    this.frameTimer = undefined;
  }

  end(): void {
    this.stopTimer();
    this.ended.abort();
    for (const channel of this.channels.values()) channel.close();
    this.channels.clear();
    void this.writing.then(() => this.stream.close());
  }

  /** Writes in order; a failure ends the connection. */
  send(bytes: Uint8Array): void {
    if (this.stream.writeNow !== undefined) this.stream.writeNow(bytes);
    else this.writing = this.writing.then(() => this.stream.write(bytes)).catch(() => this.stream.close());
  }

  /** Sends bytes of a tunnel, which may be much. */
  sendBytes(channel: number, payload: Uint8Array): void {
    const { stream } = this;
    if (stream.writeNow !== undefined) stream.writeNow(encodeHeader("bytes", channel, payload.length), payload);
    else this.send(encodeFrame({ kind: "bytes", channel, payload }));
  }

  /** A channel's call has ended. */
  forget(channel: number): void {
    this.channels.delete(channel);
  }

  private take(frame: Frame): void {
    switch (frame.kind) {
      case "call":
        if (this.channels.has(frame.channel)) throw new ProtocolError(`channel ${frame.channel} is in use`);
        this.call(frame.channel, callOf(frame));
        return;
      case "ping":
        this.send(encodeFrame({ ...frame, kind: "pong" }));
        return;
      case "data":
      case "bytes":
      case "window":
      case "shut":
      case "end":
        // A channel that the guest has just ended may still be talked to.
        this.channels.get(frame.channel)?.take(frame);
        return;
      case "reply":
      case "event":
      case "pong":
        throw new ProtocolError(`the host does not send ${frame.kind}`);
    }
  }

  private call(channel: number, call: Call): void {
    if (this.options.streamSecret !== undefined && call.call !== "tunnel") throw new ProtocolError("not a tunnel");
    switch (call.call) {
      case "info":
        this.told = this.options.ports();
        this.send(jsonFrame("reply", channel, { ports: this.told } satisfies Info));
        return;
      case "events":
        this.events(channel);
        return;
      case "inotify":
        this.touches.add(call.path, call.timeMs);
        return;
      case "syncTime":
        this.send(jsonFrame("reply", channel, syncTime(call.hostTimeMs, call.shiftMs)));
        return;
      case "tunnel":
        this.channels.set(channel, new TunnelChannel(channel, call, this));
        return;
      case "stream":
        void this.dial(channel, call);
        return;
    }
  }

  /** Serves the host over a connection of its own as well, for as long as this one lasts. */
  private async dial(channel: number, call: StreamCall): Promise<void> {
    try {
      const stream = await dialStream(call);
      this.ended.signal.addEventListener("abort", () => stream.close(), { once: true });
      if (this.ended.signal.aborted) return stream.close();
      this.send(jsonFrame("reply", channel, {}));
      await serveSession(stream, { ...this.options, streamSecret: call.hostSecret });
    } catch (error) {
      this.send(jsonFrame("end", channel, { error: errorText(error) } satisfies End));
    }
  }

  private events(channel: number): void {
    const { ports, runtimeDirectory, tickMs, warn } = this.options;
    const tell = (event: PortsEvent) => this.send(jsonFrame("event", channel, event));
    const events = new PortEvents({ ports, known: this.told, runtimeDirectory, tickMs, tell, warn });
    const close = () => {
      this.channels.delete(channel);
      events.end();
    };
    this.channels.set(channel, { close, take: (frame) => (frame.kind === "end" ? close() : undefined) });
  }
}
