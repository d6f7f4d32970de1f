import {
  type Call,
  channelWindowBytes,
  type End,
  encodeFrame,
  type Frame,
  jsonFrame,
  jsonPayload,
  ProtocolError,
} from "../protocol.ts";
import { dial } from "./tunnel.ts";
import type { TunnelEnd, TunnelEvents } from "./tunnel-end.ts";

/** What tunnels need of their session. */
export interface TunnelLink {
  send(bytes: Uint8Array): void;
  /** Sends a piece of a stream. */
  sendBytes(channel: number, payload: Uint8Array): void;
  /** The tunnel has ended. */
  forget(channel: number): void;
}

/** Longest piece in which bytes of a stream are sent on. */
const pieceBytes = 64 * 1024;

const none = new Uint8Array(0);

/** A tunnel on a channel: dials in the guest, then carries bytes both ways, no faster than the slower end takes them. */
export class TunnelChannel implements TunnelEvents {
  private readonly end: TunnelEnd;
  /** Bytes that the host still takes. */
  private credit = channelWindowBytes;
  /** Bytes taken by the guest's program and not yet given back to the host. */
  private taken = 0;
  private connected = false;
  /** Who has sent all. */
  private readonly isShut = { guest: false, host: false };
  private open = true;

  constructor(
    private readonly channel: number,
    private readonly call: Extract<Call, { readonly call: "tunnel" }>,
    private readonly link: TunnelLink,
  ) {
    this.end = dial(call.protocol, call.hosts, call.port, this);
  }

  onConnect(): void {
    this.connected = true;
  }

  onData(bytes: Uint8Array): void {
    if (!this.open) return;
    if (this.call.protocol === "udp") this.forwardDatagram(bytes);
    else this.forwardBytes(bytes);
  }

  onShut(): void {
    this.link.send(encodeFrame({ kind: "shut", channel: this.channel, payload: none }));
    this.shut("guest");
  }

  /** Tells the host in large steps, so that not every piece is answered by a frame. */
  onSent(count: number): void {
    this.taken += count;
    if (!this.open || this.taken < channelWindowBytes / 4) return;
    this.link.send(jsonFrame("window", this.channel, this.taken));
    this.taken = 0;
  }

  onClose(error: string): void {
    if (!this.open) return;
    this.link.send(jsonFrame("end", this.channel, { error, refused: !this.connected } satisfies End));
    this.close();
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
    this.isShut[by] = true;
    if (this.isShut.guest && this.isShut.host) this.close();
    else if (by === "host") this.end.shut();
  }

  private leave(end: () => void): void {
    if (!this.open) return;
    this.open = false;
    end();
    this.link.forget(this.channel);
  }

  /** A datagram that finds no room is lost, as datagrams may be. */
  private forwardDatagram(payload: Uint8Array): void {
    if (payload.length > this.credit) return;
    this.link.send(encodeFrame({ kind: "data", channel: this.channel, payload }));
    this.credit -= payload.length;
  }

  private forwardBytes(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += pieceBytes) {
      this.link.sendBytes(this.channel, bytes.subarray(at, at + pieceBytes));
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
}

/** Whether the host's client has broken off its connection. */
function isBroken(frame: Frame): boolean {
  const value = jsonPayload(frame);
  return typeof value === "object" && value !== null && "error" in value && value.error !== "";
}
