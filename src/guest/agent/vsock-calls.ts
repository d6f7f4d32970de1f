import { openLibc } from "../../lib/libc.ts";
import { anyCid, encodeVsockAddress, vsockAddressBytes, vsockFamily } from "./vsock-address.ts";

const SOCK_STREAM = 1;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const backlog = 16;

/** A descriptor that listens on a vsock port of this guest. @throws Error when the kernel refuses */
export function listenOnVsock(port: number): number {
  const calls = load();
  const fd = calls.socket(vsockFamily, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) throw new Error("the kernel has no vsock sockets");
  const address = encodeVsockAddress(anyCid, port);
  if (calls.bind(fd, address, vsockAddressBytes) === 0 && calls.listen(fd, backlog) === 0) return fd;
  calls.close(fd);
  throw new Error(`vsock port ${port} cannot be listened on`);
}

/** The peer's address of a connected socket; empty when there is none. */
export function peerAddress(fd: number): Uint8Array {
  const address = new Uint8Array(vsockAddressBytes);
  const length = Uint32Array.of(vsockAddressBytes);
  return load().getpeername(fd, address, length) === 0 ? address : new Uint8Array(0);
}

let loaded: ReturnType<typeof open> | undefined;

/** The C library's calls: the runtime has none for this family. */
function load() {
  loaded ??= openLibc(open);
  if (loaded === undefined) throw new Error("the C library cannot be loaded");
  return loaded;
}

function open(name: string) {
  const { dlopen, FFIType } = require("bun:ffi") as typeof import("bun:ffi");
  const { i32, u32, ptr } = FFIType;
  return dlopen(name, {
    socket: { args: [i32, i32, i32], returns: i32 },
    bind: { args: [i32, ptr, u32], returns: i32 },
    listen: { args: [i32, i32], returns: i32 },
    getpeername: { args: [i32, ptr, ptr], returns: i32 },
    close: { args: [i32], returns: i32 },
  }).symbols;
}
