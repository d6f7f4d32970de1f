import { libcNames } from "../../lib/libc.ts";

const MSG_PEEK = 2;
const MSG_DONTWAIT = 0x40;

/**
 * Whether the peer of a connected socket, of which all bytes have been read, sends nothing more. The runtime tells that in
 * a turn of its own, which in an emulated guest costs as much as the bytes of a short answer.
 */
export function endFollows(fd: number): boolean {
  loaded ??= load();
  return loaded(fd, byte, 1, MSG_PEEK | MSG_DONTWAIT) === 0;
}

type Recv = (fd: number, buffer: Uint8Array, length: number, flags: number) => number;

const byte = new Uint8Array(1);
let loaded: Recv | undefined;

/** The C library's call; where there is none, the runtime's word is waited for. */
function load(): Recv {
  const { dlopen, FFIType } = require("bun:ffi") as typeof import("bun:ffi");
  const { i32, u32, ptr } = FFIType;
  for (const name of libcNames()) {
    try {
      return dlopen(name, { recv: { args: [i32, ptr, u32, i32], returns: i32 } }).symbols.recv as Recv;
    } catch {}
  }
  return () => -1;
}
