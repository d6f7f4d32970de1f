import { libcNames } from "./libc.ts";

const AF_UNIX = 1;
const SOCK_STREAM = 1;
/** Linux alone takes it with the type. */
const SOCK_CLOEXEC = 0o2000000;

/**
 * Two connected descriptors, socketpair(2): given to two child processes as standard input and output they talk to each
 * other directly. Whoever makes them closes both once the children run.
 */
export function socketPair(): readonly [number, number] {
  const { dlopen, FFIType, ptr } = require("bun:ffi") as typeof import("bun:ffi");
  const type = process.platform === "linux" ? SOCK_STREAM | SOCK_CLOEXEC : SOCK_STREAM;
  for (const name of libcNames()) {
    let call: (domain: number, type: number, protocol: number, pair: Int32Array) => number;
    try {
      const { symbols } = dlopen(name, {
        socketpair: { args: [FFIType.i32, FFIType.i32, FFIType.i32, FFIType.ptr], returns: FFIType.i32 },
      });
      call = (domain, kind, protocol, pair) => symbols.socketpair(domain, kind, protocol, ptr(pair));
    } catch {
      continue;
    }
    const pair = new Int32Array(2);
    if (call(AF_UNIX, type, 0, pair) !== 0) throw new Error("failed to make a pair of sockets: too many open files?");
    return [pair[0] as number, pair[1] as number];
  }
  throw new Error(`cannot make a pair of sockets: none of ${libcNames().join(", ")} can be loaded`);
}
