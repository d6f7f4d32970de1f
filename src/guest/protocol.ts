/**
 * What host agent and guest agent say to each other, over one stream of bytes (virtio-serial, vsock, unix socket). Both
 * ends are of one version and come together; a hello that names another version ends the connection.
 *
 * A connection begins with the host's hello, which the guest sends back: on a virtio port bytes of an earlier connection
 * may be under way, and each end skips what comes before the hello it waits for. A port may lose bytes while the guest's
 * program begins, so the host says its hello again until it is answered, and the guest passes over what is repeated.
 * Then there are frames: nine bytes (kind,
 * channel, length of the payload; big-endian) and the payload. Payloads are JSON, but for `data`.
 */

/** Raised whenever a frame or a payload changes its shape. */
const protocolVersion = 2;

/** Longest payload of a frame; a longer one is a malformed frame. */
export const maximumPayloadBytes = 256 * 1024;

/** Bytes of `data` that a channel may have under way in one direction until a `window` frame allows more. */
export const channelWindowBytes = 1024 * 1024;

const kinds = ["call", "reply", "event", "data", "end", "window", "ping", "pong", "bytes", "shut"] as const;

/**
 * `call` begins a channel, which the host numbers; `reply` answers it; `event` tells something on it; `data` is a datagram
 * of a tunnel, `bytes` are bytes of one, which may be handed on before all of the frame has come; `shut` says that no more data come from its sender, while the other direction goes
 * on; `end` closes the channel from either side, and on channel 0 the guest asks for a new connection; `window` gives
 * back credit; `ping` is answered by `pong`, both on channel 0.
 */
export type FrameKind = (typeof kinds)[number];

export interface Frame {
  readonly kind: FrameKind;
  readonly channel: number;
  readonly payload: Uint8Array;
}

/** A socket that listens in the guest. */
export interface ListeningPort {
  readonly protocol: "tcp" | "udp";
  readonly ip: string;
  readonly port: number;
}

/** What the host asks, as payload of `call`. */
export type Call =
  /** Answered by `Info`. */
  | { readonly call: "info" }
  /** Answered by `PortsEvent` after `PortsEvent`, until the channel ends; they begin where the last `Info` left off. */
  | { readonly call: "events" }
  /** A file changed on the host: the guest's file gets these times. Not answered. */
  | { readonly call: "inotify"; readonly path: string; readonly timeMs: number }
  /** Moves the guest's clock by `shiftMs`; without that, only looks at it. Answered by `TimeSync`. */
  | { readonly call: "syncTime"; readonly hostTimeMs: number; readonly shiftMs?: number }
  /**
   * The guest connects to the first of the hosts that lets it; data may be sent before that, and flow both ways after it.
   * A tunnel for TCP is over when each end has sent `shut`, and at an `end`.
   */
  | {
      readonly call: "tunnel";
      readonly protocol: "tcp" | "udp";
      readonly hosts: readonly string[];
      readonly port: number;
    }
  /** The guest is to dial the host, for tunnels beside this connection. Answered by an empty `reply`, or by `end`. */
  | StreamCall;

/** Where the guest reaches the host by TCP, and what each end shows the other that nobody else knows. */
export interface StreamCall {
  readonly call: "stream";
  readonly host: string;
  readonly port: number;
  /** The first bytes that the guest sends, in hex. */
  readonly guestSecret: string;
  /** The nonce of the hello by which the host answers, in hex. */
  readonly hostSecret: string;
}

/** Length of `guestSecret`, as bytes. */
export const guestSecretBytes = 32;

/** Every port that listens now. */
export interface Info {
  readonly ports: readonly ListeningPort[];
}

/** What changed since the last event. */
export interface PortsEvent {
  readonly timeMs: number;
  readonly added: readonly ListeningPort[];
  readonly removed: readonly ListeningPort[];
  readonly errors: readonly string[];
}

/** How the guest's clock was against the host's. */
export interface TimeSync {
  readonly adjusted: boolean;
  /** Guest minus host. */
  readonly driftMs: number;
  /** Why the clock could not be set; empty when it could, or need not be. */
  readonly error: string;
}

/** Payload of `end`. */
export interface End {
  /** Empty for a good end; else the connection was broken off, or did not come about. */
  readonly error: string;
  /** The guest's program did not let the tunnel in. */
  readonly refused?: boolean;
}

const headerBytes = 9;
const magic = new TextEncoder().encode("\0limabun-agent\n");
/** Length of a hello's nonce. */
export const nonceBytes = 16;

/** Bytes of a hello: the magic, the version, and a nonce that is new for each connection. */
export const helloBytes = magic.length + 1 + nonceBytes;

/** A frame as bytes. @throws Error when the payload is too long */
export function encodeFrame({ kind, channel, payload }: Frame): Uint8Array {
  const bytes = Buffer.allocUnsafe(headerBytes + payload.length);
  writeHeader(bytes, kind, channel, payload.length);
  bytes.set(payload, headerBytes);
  return bytes;
}

/** A frame without its payload, which follows. @throws Error when the payload is too long */
export function encodeHeader(kind: FrameKind, channel: number, length: number): Uint8Array {
  const bytes = Buffer.allocUnsafe(headerBytes);
  writeHeader(bytes, kind, channel, length);
  return bytes;
}

function writeHeader(bytes: Buffer, kind: FrameKind, channel: number, length: number): void {
  if (length > maximumPayloadBytes) throw new Error(`frame of ${length} bytes is too long`);
  bytes[0] = kinds.indexOf(kind);
  bytes.writeUInt32BE(channel, 1);
  bytes.writeUInt32BE(length, 5);
}

/** A frame whose payload is JSON. */
export function jsonFrame(kind: FrameKind, channel: number, value: unknown): Uint8Array {
  return encodeFrame({ kind, channel, payload: Buffer.from(JSON.stringify(value)) });
}

/** The hello that begins a connection. @param nonce 16 random bytes */
export function encodeHello(nonce: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(helloBytes);
  bytes.set(magic);
  bytes[magic.length] = protocolVersion;
  bytes.set(nonce.subarray(0, nonceBytes), magic.length + 1);
  return bytes;
}

/** What is malformed about the bytes that came. */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
}

/** Turns bytes, however they are cut, into a hello and then frames. */
export class FrameReader {
  private rest: Uint8Array = new Uint8Array(0);
  private greeted = false;
  private nonce: Uint8Array = new Uint8Array(0);
  /** The frame of kind `bytes` of which a part has been handed on. */
  private begun = { channel: 0, left: 0 };

  /** @param expected the nonce to wait for; undefined takes any hello (the guest's side) */
  constructor(private readonly expected?: Uint8Array) {}

  /** Whether the hello has come. */
  get connected(): boolean {
    return this.greeted;
  }

  /** Whether a frame has begun and not ended. */
  get midFrame(): boolean {
    return this.greeted && (this.rest.length > 0 || this.begun.left > 0);
  }

  /**
   * Takes bytes in.
   * @param onHello told the nonce when the hello has come
   * @throws ProtocolError when they are no frames, or the hello is of another version; nothing more may be read then
   */
  push(bytes: Uint8Array, onHello: (nonce: Uint8Array) => void): readonly Frame[] {
    this.rest = this.rest.length === 0 ? bytes : Buffer.concat([this.rest, bytes]);
    if (!this.greeted && !this.findHello(onHello)) return [];
    const frames: Frame[] = [];
    let at = this.takePart(0, frames);
    while (this.rest.length - at >= headerBytes) {
      if (this.expected === undefined && this.isMagic(at)) {
        if (this.rest.length - at < helloBytes) break;
        this.checkRepeated(at);
        at += helloBytes;
        continue;
      }
      const view = new DataView(this.rest.buffer, this.rest.byteOffset + at);
      const kind = kinds[view.getUint8(0)];
      const length = view.getUint32(5);
      if (kind === undefined) throw new ProtocolError(`unknown frame ${view.getUint8(0)}`);
      if (length > maximumPayloadBytes) throw new ProtocolError(`frame of ${length} bytes is too long`);
      if (kind === "bytes") {
        this.begun = { channel: view.getUint32(1), left: length };
        at = this.takePart(at + headerBytes, frames);
        continue;
      }
      if (this.rest.length - at < headerBytes + length) break;
      const payload = this.rest.slice(at + headerBytes, at + headerBytes + length);
      frames.push({ kind, channel: view.getUint32(1), payload });
      at += headerBytes + length;
    }
    this.rest = this.rest.subarray(at);
    return frames;
  }

  /** Hands on what has come of a begun frame, without a copy: bulk data are most of the work. @returns where it ends */
  private takePart(at: number, frames: Frame[]): number {
    const { channel, left } = this.begun;
    const count = Math.min(left, this.rest.length - at);
    if (count === 0) return at;
    this.begun.left -= count;
    frames.push({ kind: "bytes", channel, payload: this.rest.subarray(at, at + count) });
    return at + count;
  }

  /** No frame begins like a hello: its length would be far too long. */
  private isMagic(at: number): boolean {
    // Most frames are told by their second byte, the high one of the channel.
    if (this.rest[at + 1] !== magic[1]) return false;
    return Buffer.compare(this.rest.subarray(at, at + headerBytes), magic.subarray(0, headerBytes)) === 0;
  }

  private checkRepeated(at: number): void {
    const nonce = this.rest.subarray(at + helloBytes - nonceBytes, at + helloBytes);
    if (Buffer.compare(nonce, this.nonce) !== 0) throw new ProtocolError("another connection began");
  }

  private findHello(onHello: (nonce: Uint8Array) => void): boolean {
    const buffer = Buffer.from(this.rest.buffer, this.rest.byteOffset, this.rest.length);
    for (let at = buffer.indexOf(magic); at >= 0; at = buffer.indexOf(magic, at + 1)) {
      if (buffer.length - at < helloBytes) {
        this.rest = this.rest.subarray(at);
        return false;
      }
      const nonce = this.rest.slice(at + helloBytes - nonceBytes, at + helloBytes);
      if (
        this.expected !== undefined &&
        !buffer.subarray(at + helloBytes - nonceBytes, at + helloBytes).equals(this.expected)
      )
        continue;
      const version = this.rest[at + magic.length];
      if (version !== protocolVersion) throw new ProtocolError(`protocol version ${version}, not ${protocolVersion}`);
      this.rest = this.rest.subarray(at + helloBytes);
      this.greeted = true;
      this.nonce = nonce;
      onHello(nonce);
      return true;
    }
    // A hello may be cut in two: keep what could be its beginning.
    this.rest = this.rest.subarray(Math.max(0, this.rest.length - magic.length + 1));
    return false;
  }
}

const decoder = new TextDecoder();

/** The value of a JSON payload. @throws ProtocolError when it is none */
export function jsonPayload(frame: Frame): unknown {
  try {
    return JSON.parse(decoder.decode(frame.payload));
  } catch (cause) {
    throw new ProtocolError("payload is not JSON", { cause });
  }
}

/** A call, checked. @throws ProtocolError for anything else */
export function callOf(frame: Frame): Call {
  const value = jsonPayload(frame);
  if (isCall(value)) return value;
  throw new ProtocolError("not a call");
}

function isFiniteOrAbsent(value: unknown): boolean {
  return value === undefined || Number.isFinite(value);
}

function isCall(value: unknown): value is Call {
  if (typeof value !== "object" || value === null || !("call" in value)) return false;
  const field = (name: string): unknown => (value as Readonly<Record<string, unknown>>)[name];
  switch (value.call) {
    case "info":
    case "events":
      return true;
    case "inotify":
      return typeof field("path") === "string" && Number.isFinite(field("timeMs"));
    case "syncTime":
      return Number.isFinite(field("hostTimeMs")) && isFiniteOrAbsent(field("shiftMs"));
    case "tunnel":
      return (
        (field("protocol") === "tcp" || field("protocol") === "udp") && isHosts(field("hosts")) && isPort(field("port"))
      );
    case "stream":
      return (
        isHosts([field("host")]) &&
        isPort(field("port")) &&
        isHex(field("guestSecret"), guestSecretBytes) &&
        isHex(field("hostSecret"), nonceBytes)
      );
    default:
      return false;
  }
}

function isPort(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) > 0 && Number(value) < 65536;
}

function isHosts(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((host) => typeof host === "string" && host !== "");
}

function isHex(value: unknown, bytes: number): boolean {
  return typeof value === "string" && value.length === 2 * bytes && /^[0-9a-f]*$/.test(value);
}
