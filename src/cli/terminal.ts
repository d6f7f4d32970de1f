import { fstatSync } from "node:fs";

/** Major number of Linux's memory devices, `/dev/null` among them. */
const linuxMemoryMajor = 1;

/**
 * True when a descriptor of this process (0 to 2) is a terminal.
 * `node:tty` takes 4 ms to load, so that pipes, files and `/dev/null` are told apart without it.
 */
export function isTerminal(fd: 0 | 1 | 2): boolean {
  if (process.platform !== "win32") {
    try {
      const stat = fstatSync(fd);
      if (!stat.isCharacterDevice()) return false;
      if (process.platform === "linux" && stat.rdev >> 8 === linuxMemoryMajor) return false;
    } catch {
      // A descriptor that is closed.
      return false;
    }
  }
  const tty: typeof import("node:tty") = import.meta.require("node:tty");
  return tty.isatty(fd);
}
