import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { qemuFiles, qemuSockets } from "./layout.ts";

/** Removes what a QEMU that has ended left in the instance's directory: its sockets, and its pid file when it was killed. */
export function removeTraces(directory: string, pid: number): void {
  for (const name of qemuSockets) rmSync(join(directory, name), { force: true });
  const pidFile = join(directory, qemuFiles.qemuPid);
  try {
    if (Number(readFileSync(pidFile, "utf8")) === pid) rmSync(pidFile);
  } catch {
    // QEMU removed it itself
  }
}
