import { type Call, type End, encodeFrame, type Frame, jsonFrame, jsonPayload, ProtocolError } from "../protocol.ts";
import { dial } from "./tunnel.ts";
import type { TunnelEnd } from "./tunnel-end.ts";

/** What a tunnel needs of its session. */
export interface TunnelLink {
  send(bytes: Uint8Array): void;
  /** The tunnel has ended. */
  forget(): void;
  /** Bytes that may be under way in one direction. */
  readonly windowBytes: number;
  /** Sends a piece of a stream on the tunnel's channel. */
  sendBytes(payload: Uint8Array): void;
}

/** Longest piece in which bytes of a stream are sent on. */
const pieceBytes = 64 * 1024;

/** A tunnel on a channel: dials in the guest, then carries bytes both ways, no faster than the slower end takes them. */
export class TunnelChannel {
  private readonly end: TunnelEnd;
  /** Bytes that the host still takes. */
  private credit: number;
  /** Bytes taken by the guest's program and not yet given back to the host. */
  private taken = 0;
  private connected = false;
  /** Who has sent all. */
  private readonly shutBy = new Set<"guest" | "host">();
  private open = true;

  constructor(
    private readonly channel: number,
    private readonly call: Extract<Call, { readonly call: "tunnel" }>,
    private readonly link: TunnelLink,
  ) {
    this.credit = link.windowBytes;
    this.end = dial(call.protocol, call.hosts, call.port, {
      onConnect: () => {
        this.connected = true;
      },
      onData: (bytes) => this.forward(bytes),
      onShut: () => {
        link.send(encodeFrame({ kind: "shut", channel, payload: new Uint8Array(0) }));
        this.shut("guest");
      },
      onSent: (count) => this.giveBack(count),
      onClose: (error) => this.finish(error),
    });
  }

  take(frame: Frame): void {
    if (frame.kind === "data" || frame.kind === "bytes") this.end.send(frame.payload);
    else if (frame.kind === "window") this.widen(frame);
    else if (frame.kind === "shut") this.shut("host");
    else this.leave(() => (isBroken(frame) ? this.end.reset() : this.end.close()));
  }

  /** Ends it without telling the host. */
  close(): void {
    this.leave(() => this.end.close());
  }

  private shut(by: "guest" | "host"): void {
    this.shutBy.add(by);
    if (this.shutBy.size === 2) this.close();
    else if (by === "host") this.end.shut();
  }

  private leave(end: () => void): void {
    if (!this.open) return;
    this.open = false;
    end();
    this.link.forget();
  }

  private finish(error: string): void {
    if (!this.open) return;
    this.link.send(jsonFrame("end", this.channel, { error, refused: !this.connected } satisfies End));
    this.close();
  }

  private forward(bytes: Uint8Array): void {
    if (!this.open) return;
    if (this.call.protocol === "udp") this.forwardDatagram(bytes);
    else this.forwardBytes(bytes);
  }

  /** A datagram that finds no room is lost, as datagrams may be. */
  private forwardDatagram(payload: Uint8Array): void {
    if (payload.length > this.credit) return;
    this.link.send(encodeFrame({ kind: "data", channel: this.channel, payload }));
    this.credit -= payload.length;
  }

  private forwardBytes(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += pieceBytes) {
      this.link.sendBytes(bytes.subarray(at, at + pieceBytes));
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

/** Whether the host's client has broken off its connection. */
function isBroken(frame: Frame): boolean {
  const value = jsonPayload(frame);
  return typeof value === "object" && value !== null && "error" in value && value.error !== "";
}
