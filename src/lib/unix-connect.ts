import { libcNames, openLibc } from "./libc.ts";

const AF_UNIX = 1;
const SOCK_STREAM = 1;

/**
 * Connects to a unix socket and returns the bare descriptor, to be handed to a child process and then closed;
 * Bun's own sockets do not show theirs.
 * @throws Error when nothing listens there
 */
export function connectUnix(path: string): number {
  const { ptr } = require("bun:ffi") as typeof import("bun:ffi");
  const { socket, connect, close } = loadCalls();
  const address = socketAddress(path);
  const fd = socket(AF_UNIX, SOCK_STREAM, 0);
  if (fd < 0) throw new Error(`failed to make a socket for ${path}`);
  if (connect(fd, ptr(address), address.length) === 0) return fd;
  close(fd);
  throw new Error(`failed to connect to ${path}: nothing listens there`);
}

function loadCalls() {
  const { dlopen, FFIType } = require("bun:ffi") as typeof import("bun:ffi");
  const calls = openLibc(
    (name) =>
      dlopen(name, {
        socket: { args: [FFIType.i32, FFIType.i32, FFIType.i32], returns: FFIType.i32 },
        connect: { args: [FFIType.i32, FFIType.ptr, FFIType.u32], returns: FFIType.i32 },
        close: { args: [FFIType.i32], returns: FFIType.i32 },
      }).symbols,
  );
  if (calls === undefined) throw new Error(`cannot open sockets: none of ${libcNames().join(", ")} can be loaded`);
  return calls;
}

/** `struct sockaddr_un`; on BSD systems a length byte comes before a family of one byte. */
function socketAddress(path: string): Uint8Array {
  const bsd = process.platform !== "linux";
  const name = Buffer.from(path);
  const room = bsd ? 104 : 108;
  if (name.length >= room) throw new Error(`socket path ${path} is longer than ${room - 1} bytes`);
  const address = Buffer.alloc(2 + room);
  if (bsd) address.writeUInt16BE((address.length << 8) | AF_UNIX, 0);
  else address.writeUInt16LE(AF_UNIX, 0);
  name.copy(address, 2);
  return address;
}
