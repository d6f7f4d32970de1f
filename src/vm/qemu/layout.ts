import { posix, win32 } from "node:path";
import type { HostOs } from "../../lib/host.ts";
import { instanceFiles } from "../../store/instance-files.ts";

/** Joins path parts as the host that is planned for does, whatever host plans. */
export function hostJoin(os: HostOs, ...parts: readonly string[]): string {
  return (os === "windows" ? win32 : posix).join(...parts);
}

/** Names of files that only the QEMU driver has. */
export const qemuFiles = {
  ...instanceFiles,
  /** What QEMU says on its standard error. */
  output: "qemu.log",
  swtpmDirectory: "swtpm",
  swtpmSock: "swtpm.sock",
  virtioWin: "virtio-win",
} as const;

/** Sockets that QEMU makes, which one that is killed leaves behind. */
export const qemuSockets: readonly string[] = [
  qemuFiles.serialSock,
  qemuFiles.serialPciSock,
  qemuFiles.serialVirtioSock,
  qemuFiles.qmpSock,
  qemuFiles.guestAgentVirtioSock,
];

/** Socket of the n-th shared directory's virtiofsd. */
export function virtiofsdSocket(index: number): string {
  return `virtiofsd-${index}.sock`;
}
