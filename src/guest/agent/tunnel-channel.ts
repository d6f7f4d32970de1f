import { type Call, type End, encodeFrame, type Frame, jsonFrame, jsonPayload, ProtocolError } from "../protocol.ts";
import { dial, type TunnelEnd } from "./tunnel.ts";

/** What a tunnel needs of its session. */
export interface TunnelLink {
  send(bytes: Uint8Array): void;
  /** The tunnel has ended. */
  forget(): void;
  /** Bytes that may be under way in one direction. */
  readonly windowBytes: number;
}

/** Longest piece in which bytes of a stream are sent on. */
const pieceBytes = 32 * 1024;

/** A tunnel on a channel: dials in the guest, then carries bytes both ways, no faster than the slower end takes them. */
export class TunnelChannel {
  private readonly end: TunnelEnd;
  /** Bytes that the host still takes. */
  private credit: number;
  /** Bytes taken by the guest's program and not yet given back to the host. */
  private taken = 0;
  private open = true;

  constructor(
    private readonly channel: number,
    private readonly call: Extract<Call, { readonly call: "tunnel" }>,
    private readonly link: TunnelLink,
  ) {
    this.credit = link.windowBytes;
    this.end = dial(call.protocol, call.host, call.port, {
      onConnect: () => link.send(jsonFrame("reply", channel, {})),
      onData: (bytes) => this.forward(bytes),
      onSent: (count) => this.giveBack(count),
      onClose: (error) => this.finish(error),
    });
  }

  take(frame: Frame): void {
    if (frame.kind === "data") this.end.send(frame.payload);
    else if (frame.kind === "window") this.widen(frame);
    else this.close();
  }

  /** Ends it without telling the host. */
  close(): void {
    if (!this.open) return;
    this.open = false;
    this.end.close();
    this.link.forget();
  }

  private finish(error: string): void {
    if (!this.open) return;
    this.link.send(jsonFrame("end", this.channel, { error } satisfies End));
    this.close();
  }

  private forward(bytes: Uint8Array): void {
    if (!this.open) return;
    // A datagram that finds no room is lost, as datagrams may be.
    if (this.call.protocol === "udp" && bytes.length > this.credit) return;
    const step = this.call.protocol === "udp" ? Math.max(bytes.length, 1) : pieceBytes;
    for (let at = 0; at === 0 || at < bytes.length; at += step) {
      this.link.send(encodeFrame({ kind: "data", channel: this.channel, payload: bytes.subarray(at, at + step) }));
    }
    this.credit -= bytes.length;
    if (this.credit <= 0) this.end.setFlowing(false);
  }

  private widen(frame: Frame): void {
    const value = jsonPayload(frame);
    if (typeof value !== "number" || !Number.isInteger(value) || value < 0) throw new ProtocolError("not a window");
    this.credit += value;
    if (this.credit > 0) this.end.setFlowing(true);
  }

  /** Tells the host in large steps, so that not every piece is answered by a frame. */
  private giveBack(count: number): void {
    this.taken += count;
    if (!this.open || this.taken < this.link.windowBytes / 4) return;
    this.link.send(jsonFrame("window", this.channel, this.taken));
    this.taken = 0;
  }
}
