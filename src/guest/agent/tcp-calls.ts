import { isIPv4 } from "node:net";
import { openLibc } from "../../lib/libc.ts";

export const POLLIN = 1;
export const POLLOUT = 4;
export const POLLERR = 8;
export const POLLHUP = 16;
export const POLLRDHUP = 0x2000;

export const EPIPE = 32;
export const ECONNRESET = 104;

const AF_INET = 2;
const AF_INET6 = 10;
const SOCK_STREAM = 1;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const IPPROTO_TCP = 6;
const TCP_NODELAY = 1;
const SOL_SOCKET = 1;
const SO_ERROR = 4;
const SO_LINGER = 13;
const MSG_PEEK = 2;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;

type Symbols = ReturnType<typeof open>;

/** Calls of Linux for TCP sockets: in one call what the run time does in turns of its own. None of them waits but `poll`. */
export class TcpCalls {
  private static loaded: TcpCalls | "none" | undefined;

  private constructor(private readonly symbols: Symbols) {}

  /** @returns undefined where there are none: another system, or no C library that can be loaded */
  static load(): TcpCalls | undefined {
    if (TcpCalls.loaded === undefined) {
      const symbols = process.platform === "linux" ? openLibc(open) : undefined;
      TcpCalls.loaded = symbols === undefined ? "none" : new TcpCalls(symbols);
    }
    return TcpCalls.loaded === "none" ? undefined : TcpCalls.loaded;
  }

  /** A socket that begins to connect. @returns undefined when the kernel has none to give */
  connect(address: Uint8Array): number | undefined {
    const family = address.length === ipv4Bytes ? AF_INET : AF_INET6;
    const fd = this.symbols.socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return undefined;
    // A refusal is told by poll as well.
    this.symbols.connect(fd, address, address.length);
    return fd;
  }

  /** Small pieces go out at once. */
  setNoDelay(fd: number): void {
    this.symbols.setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, on, on.byteLength);
  }

  /** @returns how many bytes were taken; negative when there is no room, or an error, which is told this once */
  send(fd: number, bytes: Uint8Array): number {
    return this.symbols.send(fd, bytes, bytes.length, MSG_DONTWAIT | MSG_NOSIGNAL);
  }

  /** @returns how many bytes came, 0 at the end; negative when there are none yet, or an error, which is told this once */
  receive(fd: number, room: Uint8Array): number {
    return this.symbols.recv(fd, room, room.length, MSG_DONTWAIT);
  }

  /** Whether the next read would tell the end. */
  seesEnd(fd: number): boolean {
    return this.symbols.recv(fd, byte, 1, MSG_PEEK | MSG_DONTWAIT) === 0;
  }

  /** What poll(2) tells of the descriptor now. */
  told(fd: number, asked: number): number {
    single.length = 0;
    single.add(fd, asked);
    return this.poll(single, 0) === 1 ? single.told(0) : 0;
  }

  /** The error that a connection has ended with, as errno(3) has it, told this once; 0 when there is none. */
  takeError(fd: number): number {
    this.symbols.getsockopt(fd, SOL_SOCKET, SO_ERROR, error, Uint32Array.of(error.byteLength));
    return error[0] ?? 0;
  }

  /** The next `close` breaks the connection off. */
  breakOff(fd: number): void {
    this.symbols.setsockopt(fd, SOL_SOCKET, SO_LINGER, atOnce, atOnce.byteLength);
  }

  close(fd: number): void {
    this.symbols.close(fd);
  }

  /** @returns of how many descriptors something is told */
  poll(list: PollList, timeoutMs: number): number {
    return this.symbols.poll(list.numbers, list.length, timeoutMs);
  }
}

const on = Int32Array.of(1);
/** A `struct linger`: on, for no time. */
const atOnce = Int32Array.of(1, 0);
const error = new Int32Array(1);
const byte = new Uint8Array(1);

/** An array of `struct pollfd`: a descriptor, then what is asked and what is told, 16 bits each. */
export class PollList {
  readonly numbers: Int32Array;
  private readonly flags: Int16Array;
  length = 0;

  /** @param most how many descriptors it has room for */
  constructor(most: number) {
    this.numbers = new Int32Array(2 * most);
    this.flags = new Int16Array(this.numbers.buffer);
  }

  add(fd: number, asked: number): void {
    this.numbers[2 * this.length] = fd;
    this.flags[4 * this.length + 2] = asked;
    this.flags[4 * this.length + 3] = 0;
    this.length += 1;
  }

  /** What was told of the descriptor that was added as the nth. */
  told(n: number): number {
    return this.flags[4 * n + 3] ?? 0;
  }
}

const single = new PollList(1);

function open(name: string) {
  const { dlopen, FFIType } = require("bun:ffi") as typeof import("bun:ffi");
  const { i32, u32, u64, ptr } = FFIType;
  return dlopen(name, {
    socket: { args: [i32, i32, i32], returns: i32 },
    connect: { args: [i32, ptr, u32], returns: i32 },
    setsockopt: { args: [i32, i32, i32, ptr, u32], returns: i32 },
    getsockopt: { args: [i32, i32, i32, ptr, ptr], returns: i32 },
    send: { args: [i32, ptr, u32, i32], returns: i32 },
    recv: { args: [i32, ptr, u32, i32], returns: i32 },
    poll: { args: [ptr, u64, i32], returns: i32 },
    close: { args: [i32], returns: i32 },
  }).symbols;
}

/** Bytes of a `struct sockaddr_in`, and of a `struct sockaddr_in6`. */
const [ipv4Bytes, ipv6Bytes] = [16, 28];

/** The address as the system takes it, on a little-endian machine; undefined for what is neither IPv4 nor `::1`. */
export function encodeTcpAddress(host: string, port: number): Uint8Array | undefined {
  const bytes = new Uint8Array(isIPv4(host) ? ipv4Bytes : ipv6Bytes);
  const view = new DataView(bytes.buffer);
  view.setUint16(2, port);
  if (isIPv4(host)) {
    view.setUint16(0, AF_INET, true);
    bytes.set(host.split(".").map(Number), 4);
    return bytes;
  }
  view.setUint16(0, AF_INET6, true);
  view.setUint8(23, 1);
  return host === "::1" ? bytes : undefined;
}
