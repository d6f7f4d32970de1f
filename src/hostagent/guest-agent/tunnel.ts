import { encodeFrame, type Frame, jsonFrame, ProtocolError } from "../../guest/protocol.ts";
import { endOf } from "./payloads.ts";

/** What a tunnel tells its owner. */
export interface TunnelHandlers {
  onData(bytes: Uint8Array): void;
  /** The tunnel has ended; nothing is told after it. @param error empty for a good end */
  onClose(error: string): void;
}

/** What a tunnel needs of its connection. */
export interface TunnelLink {
  send(bytes: Uint8Array): void;
  forget(): void;
}

/** Bytes taken before the guest is told so: not every datagram is answered by a frame. */
const giveBackBytes = 128 * 1024;

/** The host's end of a tunnel for datagrams. */
export class Tunnel {
  private taken = 0;
  private open = true;

  constructor(
    private readonly channel: number,
    private readonly link: TunnelLink,
    private readonly handlers: TunnelHandlers,
  ) {}

  send(bytes: Uint8Array): void {
    if (this.open) this.link.send(encodeFrame({ kind: "data", channel: this.channel, payload: bytes }));
  }

  /** Ends it; `onClose` is not called. */
  close(): void {
    if (!this.open) return;
    this.link.send(jsonFrame("end", this.channel, { error: "" }));
    this.leave();
  }

  /** Takes a frame of its channel. */
  takeFrame(frame: Frame): void {
    if (frame.kind === "data") {
      this.handlers.onData(frame.payload);
      this.giveBack(frame.payload.length);
    } else if (frame.kind === "end") this.cut(endOf(frame).error);
    // The guest has connected, or takes more; datagrams wait for neither.
    else if (frame.kind !== "reply" && frame.kind !== "window") throw new ProtocolError(`${frame.kind} on a tunnel`);
  }

  /** The other end, or the connection, has ended it. */
  cut(reason: string): void {
    if (!this.open) return;
    this.leave();
    this.handlers.onClose(reason);
  }

  private leave(): void {
    this.open = false;
    this.link.forget();
  }

  private giveBack(count: number): void {
    this.taken += count;
    if (!this.open || this.taken < giveBackBytes) return;
    this.link.send(jsonFrame("window", this.channel, this.taken));
    this.taken = 0;
  }
}
