import { libcNames } from "../../lib/libc.ts";

const POLLIN = 1;
const POLLERR = 8;
const POLLRDHUP = 0x2000;
const MSG_PEEK = 2;
const MSG_DONTWAIT = 0x40;

/**
 * Whether the peer of a connected socket, of which all bytes have been read, has ended well and sends nothing more. The
 * runtime tells that in a turn of its own, which in an emulated guest costs as much as the bytes of a short answer.
 */
export function endFollows(fd: number): boolean {
  calls ??= load();
  if (calls === "none") return false;
  asked[0] = fd;
  events[2] = POLLIN | POLLRDHUP;
  events[3] = 0;
  // Looking for bytes would take a broken connection's error away from the runtime.
  if (calls.poll(asked, 1, 0) !== 1 || ((events[3] ?? 0) & (POLLERR | POLLRDHUP)) !== POLLRDHUP) return false;
  return calls.recv(fd, byte, 1, MSG_PEEK | MSG_DONTWAIT) === 0;
}

/** A `struct pollfd`: the descriptor, then what is asked and what is told, 16 bits each. */
const asked = new Int32Array(2);
const events = new Int16Array(asked.buffer);
const byte = new Uint8Array(1);
let calls: ReturnType<typeof open> | "none" | undefined;

/** The C library's calls; where there are none, the runtime's word is waited for. */
function load(): ReturnType<typeof open> | "none" {
  for (const name of libcNames()) {
    try {
      return open(name);
    } catch {}
  }
  return "none";
}

function open(name: string) {
  const { dlopen, FFIType } = require("bun:ffi") as typeof import("bun:ffi");
  const { i32, u32, u64, ptr } = FFIType;
  return dlopen(name, {
    poll: { args: [ptr, u64, i32], returns: i32 },
    recv: { args: [i32, ptr, u32, i32], returns: i32 },
  }).symbols;
}
