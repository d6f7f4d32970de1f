import { type ArgumentList, optionValue } from "./arguments.ts";
import type { QemuFacts } from "./facts.ts";
import { hostJoin, qemuFiles } from "./layout.ts";

/** What the serial consoles leave on disk, by absolute path. */
export interface SerialFiles {
  readonly sockets: readonly string[];
  /** In the order a person should read them. */
  readonly logs: readonly string[];
}

/** The default serial port, the PCI one of ARM guests, and the virtio console. */
export function addSerials(list: ArgumentList, facts: QemuFacts): SerialFiles {
  const { arch, os } = facts.config;
  const sockets: string[] = [];
  const logs: string[] = [];
  const console = (id: string, sock: string, log: string): void => {
    const socket = hostJoin(facts.host.os, facts.instance.directory, sock);
    const logFile = hostJoin(facts.host.os, facts.instance.directory, log);
    sockets.push(socket);
    logs.push(logFile);
    const files = `path=${optionValue(socket)},server=on,wait=off,logfile=${optionValue(logFile)}`;
    list.add("-chardev", `socket,id=${id},${files}`);
  };
  console("char-serial", qemuFiles.serialSock, qemuFiles.serialLog);
  list.add("-serial", "chardev:char-serial");
  if (arch === "aarch64" || arch === "armv7l") {
    console("char-serial-pci", qemuFiles.serialPciSock, qemuFiles.serialPciLog);
    list.add("-device", "pci-serial,chardev=char-serial-pci");
  }
  if (os !== "Windows") {
    console("char-serial-virtio", qemuFiles.serialVirtioSock, qemuFiles.serialVirtioLog);
    list.add("-device", `virtio-serial-pci,id=virtio-serial0,max_ports=${arch === "s390x" ? 2 : 1}`);
    list.add("-device", "virtconsole,chardev=char-serial-virtio,id=console0");
  }
  return { sockets, logs };
}
