import { Duplex } from "node:stream";
import { channelWindowBytes, encodeFrame, type Frame, jsonFrame, ProtocolError } from "../../guest/protocol.ts";
import { endOf, windowOf } from "./payloads.ts";
import type { TunnelLink } from "./tunnel.ts";

/** Longest piece in which bytes are sent on. */
const pieceBytes = 64 * 1024;

const none = new Uint8Array(0);

/** Nothing in the guest let the tunnel's connection in. */
export class GuestRefusal extends Error {
  override readonly name = "GuestRefusal";
}

/**
 * The host's end of a tunnel to a TCP port of the guest. Each direction ends by itself; a connection that was broken off,
 * on either side, is an error.
 */
export class TunnelStream extends Duplex {
  /** Bytes that the guest still takes. */
  private credit = channelWindowBytes;
  /** Bytes handed on and not yet given back to the guest. */
  private taken = 0;
  /** What waits for credit, and whom to tell when it is sent. */
  private held: { readonly bytes: Uint8Array; readonly sent: () => void } | undefined;
  /** How many directions have ended. */
  private shut = 0;
  private over = false;

  constructor(
    private readonly channel: number,
    private readonly link: TunnelLink,
  ) {
    super({ allowHalfOpen: true, readableHighWaterMark: 256 * 1024, writableHighWaterMark: 64 * 1024 });
    // One that breaks off before anybody uses it is no reason to end the program.
    this.on("error", () => undefined);
  }

  /** Takes a frame of its channel. */
  takeFrame(frame: Frame): void {
    if (frame.kind === "bytes") this.took(frame.payload);
    else if (frame.kind === "window") this.widen(windowOf(frame));
    else if (frame.kind === "shut") this.heard();
    else if (frame.kind === "end") {
      const { error, refused } = endOf(frame);
      this.finish(error, refused ? GuestRefusal : Error);
    } else throw new ProtocolError(`${frame.kind} on a tunnel`);
  }

  /** The connection that carries it has ended. */
  cut(reason: string): void {
    this.finish(reason, Error);
  }

  override _read(): void {
    this.giveBack();
  }

  override _write(bytes: Uint8Array, _encoding: string, sent: () => void): void {
    this.held = { bytes, sent };
    this.sendHeld();
  }

  override _final(done: () => void): void {
    if (!this.over) {
      this.link.send(encodeFrame({ kind: "shut", channel: this.channel, payload: none }));
      this.shut += 1;
      if (this.shut === 2) this.leave();
    }
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (!this.over) {
      this.link.send(jsonFrame("end", this.channel, { error: error === null ? "" : error.message }));
      this.leave();
    }
    done(error);
  }

  private heard(): void {
    if (this.over) return;
    this.push(null);
    this.shut += 1;
    if (this.shut === 2) this.leave();
  }

  private took(bytes: Uint8Array): void {
    if (this.over) return;
    this.taken += bytes.length;
    if (this.push(bytes)) this.giveBack();
  }

  private giveBack(): void {
    if (this.over || this.taken < channelWindowBytes / 4) return;
    this.link.send(jsonFrame("window", this.channel, this.taken));
    this.taken = 0;
  }

  private widen(count: number): void {
    this.credit += count;
    this.sendHeld();
  }

  private sendHeld(): void {
    const { held } = this;
    if (held === undefined || (this.credit <= 0 && !this.over)) return;
    this.held = undefined;
    const { bytes, sent } = held;
    if (!this.over) {
      this.credit -= bytes.length;
      for (let at = 0; at < bytes.length; at += pieceBytes) {
        const payload = bytes.subarray(at, at + pieceBytes);
        this.link.send(encodeFrame({ kind: "bytes", channel: this.channel, payload }));
      }
    }
    sent();
  }

  private finish(error: string, Kind: new (message: string) => Error): void {
    if (this.over) return;
    this.leave();
    if (error === "") {
      this.push(null);
      this.end();
    } else this.destroy(new Kind(error));
  }

  private leave(): void {
    this.over = true;
    this.link.forget();
    this.sendHeld();
  }
}
