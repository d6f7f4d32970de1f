import { errorText } from "../../lib/errors.ts";
import { openLibc } from "../../lib/libc.ts";
import type { TimeSync } from "../protocol.ts";

/**
 * Looks at the guest's clock, and moves it. By how much is for the host to say, which alone knows how long its question was
 * under way.
 */
export function syncTime(hostTimeMs: number, shiftMs = 0): TimeSync {
  const driftMs = Math.round(Date.now() - hostTimeMs);
  if (shiftMs === 0) return { adjusted: false, driftMs, error: "" };
  try {
    setClock(Date.now() + shiftMs);
    return { adjusted: true, driftMs, error: "" };
  } catch (error) {
    return { adjusted: false, driftMs, error: errorText(error) };
  }
}

/** settimeofday(2); a `struct timeval` is two words of 64 bits wherever this runs. */
function setClock(timeMs: number): void {
  const { dlopen, FFIType, ptr } = require("bun:ffi") as typeof import("bun:ffi");
  const seconds = Math.floor(timeMs / 1000);
  const value = BigInt64Array.of(BigInt(seconds), BigInt(Math.floor((timeMs - seconds * 1000) * 1000)));
  const calls = openLibc(load);
  if (calls === undefined) throw new Error("the C library cannot be loaded");
  if (calls.settimeofday(ptr(value), null) !== 0) throw new Error("settimeofday was refused");

  function load(name: string) {
    return dlopen(name, { settimeofday: { args: [FFIType.ptr, FFIType.ptr], returns: FFIType.i32 } }).symbols;
  }
}
