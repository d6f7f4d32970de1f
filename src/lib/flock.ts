import { closeSync, openSync } from "node:fs";
import { errorCode } from "./errors.ts";
import { libcNames } from "./libc.ts";

const LOCK_EX = 2;
const LOCK_NB = 4;

/** An advisory lock held by this process; it ends with `using`, with `release()`, or with the process, however that ends. */
export interface Lock extends Disposable {
  release(): void;
}

type FlockCall = (fd: number, operation: number) => number;

let flockCall: FlockCall | undefined;

/** flock(2) of the C library: Bun has no binding of its own. */
function loadFlock(): FlockCall {
  if (flockCall !== undefined) return flockCall;
  const { dlopen, FFIType } = require("bun:ffi") as typeof import("bun:ffi");
  for (const name of libcNames()) {
    try {
      const library = dlopen(name, { flock: { args: [FFIType.i32, FFIType.i32], returns: FFIType.i32 } });
      flockCall = (fd, operation) => library.symbols.flock(fd, operation);
      return flockCall;
    } catch {}
  }
  throw new Error(`cannot lock files: none of ${libcNames().join(", ")} can be loaded`);
}

/** Windows: a file opened without sharing is the lock; the system closes it when the process ends. */
function tryLockWindows(path: string): Lock | undefined {
  const { dlopen, FFIType, ptr } = require("bun:ffi") as typeof import("bun:ffi");
  const { symbols } = dlopen("kernel32.dll", {
    CreateFileW: {
      args: [FFIType.ptr, FFIType.u32, FFIType.u32, FFIType.ptr, FFIType.u32, FFIType.u32, FFIType.ptr],
      returns: FFIType.i64_fast,
    },
    CloseHandle: { args: [FFIType.i64_fast], returns: FFIType.i32 },
  });
  const GENERIC_READ_WRITE = 0xc0000000;
  const OPEN_ALWAYS = 4;
  const handle = symbols.CreateFileW(
    ptr(Buffer.from(`${path}\0`, "utf16le")),
    GENERIC_READ_WRITE,
    0,
    null,
    OPEN_ALWAYS,
    0,
    null,
  );
  if (Number(handle) === -1) return undefined;
  return onceReleased(() => void symbols.CloseHandle(handle));
}

function onceReleased(close: () => void): Lock {
  let held = true;
  const release = () => {
    if (held) close();
    held = false;
  };
  return { release, [Symbol.dispose]: release };
}

/**
 * Takes the exclusive lock of a file (made when absent) or of an existing directory, without waiting.
 * @returns undefined while another process, or another holder in this one, has it
 */
export function tryLock(path: string): Lock | undefined {
  if (process.platform === "win32") return tryLockWindows(path);
  const fd = openForLock(path);
  if (loadFlock()(fd, LOCK_EX | LOCK_NB) === 0) return onceReleased(() => closeSync(fd));
  closeSync(fd);
  return undefined;
}

function openForLock(path: string): number {
  try {
    return openSync(path, "r");
  } catch (error) {
    if (errorCode(error) !== "ENOENT") throw error;
    return openSync(path, "a", 0o600);
  }
}

/**
 * Takes the exclusive lock, waiting as long as another holder has it.
 * @param signal ends the wait by throwing its reason
 */
export async function lock(path: string, signal?: AbortSignal): Promise<Lock> {
  for (;;) {
    signal?.throwIfAborted();
    const taken = tryLock(path);
    if (taken !== undefined) return taken;
    await Bun.sleep(20);
  }
}
