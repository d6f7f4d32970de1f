import { closeSync, constants, fstatSync, mkdirSync, openSync, statSync } from "node:fs";
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

/** Windows: a file opened without sharing is the lock; the system closes it, and so removes it, when the process ends. */
function tryLockWindows(path: string): Lock | undefined {
  const { dlopen, FFIType, ptr } = require("bun:ffi") as typeof import("bun:ffi");
  const { symbols } = dlopen("kernel32.dll", {
    CreateFileW: {
      args: [FFIType.ptr, FFIType.u32, FFIType.u32, FFIType.ptr, FFIType.u32, FFIType.u32, FFIType.ptr],
      returns: FFIType.i64_fast,
    },
    CloseHandle: { args: [FFIType.i64_fast], returns: FFIType.i32 },
  });
  const GENERIC_READ_WRITE_DELETE = 0xc0010000;
  const OPEN_ALWAYS = 4;
  const FILE_FLAG_DELETE_ON_CLOSE = 0x04000000;
  const handle = symbols.CreateFileW(
    ptr(Buffer.from(`${path}\0`, "utf16le")),
    GENERIC_READ_WRITE_DELETE,
    0,
    null,
    OPEN_ALWAYS,
    FILE_FLAG_DELETE_ON_CLOSE,
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
 * Takes the exclusive lock of a file, which is made when absent, without waiting.
 * @returns undefined while another process, or another holder in this one, has it
 */
export function tryLock(path: string): Lock | undefined {
  if (process.platform === "win32") return tryLockWindows(path);
  return lockDescriptor(openSync(path, "a", 0o600));
}

/**
 * Takes the exclusive lock of a directory without waiting: on Windows, where directories cannot be locked, that of a
 * file `<path>.lock` beside it.
 * @returns `taken` while another holder has it, `gone` when there is no such directory, also when it was removed or
 * replaced at the last moment
 */
export function tryLockDirectory(path: string): Lock | "taken" | "gone" {
  const held = process.platform === "win32" ? tryLockBeside(path) : tryLockItself(path);
  if (held === undefined) return "taken";
  return held;
}

function tryLockBeside(path: string): Lock | "gone" | undefined {
  const held = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true && tryLockWindows(`${path}.lock`);
  return held === false ? "gone" : held;
}

function tryLockItself(path: string): Lock | "gone" | undefined {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return "gone";
    throw error;
  }
  const opened = fstatSync(fd);
  const held = lockDescriptor(fd);
  if (held === undefined) return undefined;
  // whoever held it before may have removed the directory, and a lock on what has no name keeps nobody out
  const now = statSync(path, { throwIfNoEntry: false });
  if (now?.ino === opened.ino && now.dev === opened.dev) return held;
  held.release();
  return "gone";
}

function lockDescriptor(fd: number): Lock | undefined {
  if (loadFlock()(fd, LOCK_EX | LOCK_NB) === 0) return onceReleased(() => closeSync(fd));
  closeSync(fd);
  return undefined;
}

/**
 * Takes the exclusive lock of a directory, which is made when absent, waiting as long as another holder has it.
 * @param options.mode permission bits of a directory that is made
 * @param options.signal ends the wait by throwing its reason
 */
export async function lockDirectory(
  path: string,
  options: { readonly mode: number; readonly signal?: AbortSignal | undefined },
): Promise<Lock> {
  for (;;) {
    options.signal?.throwIfAborted();
    mkdirSync(path, { recursive: true, mode: options.mode });
    const held = tryLockDirectory(path);
    if (typeof held !== "string") return held;
    if (held === "taken") await Bun.sleep(20);
  }
}
