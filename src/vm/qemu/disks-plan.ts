import { type ArgumentList, optionValue } from "./arguments.ts";
import type { QemuFacts } from "./facts.ts";
import { hostJoin, qemuFiles } from "./layout.ts";

/** Boot disk, installation media, data disks, cidata and direct boot, in this order. */
export function addDisks(list: ArgumentList, facts: QemuFacts): void {
  const { disk, iso } = facts.disks;
  if (disk !== undefined) addBootDisk(list, facts, disk);
  list.set("-boot", `order=${iso === undefined ? "c" : "d"},splash-time=0,menu=on`);
  const windows = facts.config.os === "Windows";
  const installing = windows && !facts.windowsInstalled;
  if (iso !== undefined && (!windows || installing)) {
    if (facts.config.arch === "aarch64" && windows) list.add("-device", "usb-kbd");
    addCdrom(list, facts, "cd0", iso);
  }
  if (installing && facts.virtioWin) {
    addCdrom(list, facts, "cd1", hostJoin(facts.host.os, facts.instance.directory, qemuFiles.virtioWin));
  }
  for (const path of facts.additionalDisks) list.add("-drive", `file=${optionValue(path)},if=virtio,discard=on`);
  addCidata(list, facts, installing);
  addDirectBoot(list, facts.boot);
}

function addBootDisk(list: ArgumentList, facts: QemuFacts, disk: string): void {
  if (facts.disks.iso !== undefined) {
    list.add("-drive", `file=${optionValue(disk)},if=virtio,discard=on`);
    return;
  }
  const device = facts.config.arch === "s390x" ? "virtio-blk-ccw" : "virtio-blk-pci";
  list.add("-drive", `file=${optionValue(disk)},if=none,discard=on,id=boot-disk`);
  list.add("-device", `${device},drive=boot-disk,bootindex=1`);
}

/** An installer's medium: Windows on aarch64 has no IDE, its installer reads USB. */
function addCdrom(list: ArgumentList, facts: QemuFacts, id: string, path: string): void {
  if (facts.config.os === "Windows" && facts.config.arch === "aarch64") {
    list.add("-drive", `file=${optionValue(path)},if=none,id=${id},format=raw,media=cdrom,readonly=on`);
    list.add("-device", `usb-storage,drive=${id}`);
    return;
  }
  list.add("-drive", `file=${optionValue(path)},format=raw,media=cdrom,readonly=on`);
}

/** On virtio-scsi: the kernels of small cloud images have no driver for an AHCI or IDE drive. */
function addCidata(list: ArgumentList, facts: QemuFacts, installing: boolean): void {
  const path = hostJoin(facts.host.os, facts.instance.directory, qemuFiles.cidata);
  if (facts.config.os === "Windows") {
    if (installing) addCdrom(list, facts, "cd2", path);
    return;
  }
  list.add("-drive", `id=cdrom0,if=none,format=raw,readonly=on,file=${optionValue(path)}`);
  list.add("-device", "virtio-scsi,id=scsi0");
  list.add("-device", "scsi-cd,bus=scsi0.0,drive=cdrom0");
}

function addDirectBoot(list: ArgumentList, { kernel, cmdline, initrd }: QemuFacts["boot"]): void {
  if (kernel !== undefined) list.set("-kernel", kernel);
  if (cmdline !== undefined) list.set("-append", cmdline);
  if (initrd !== undefined) list.set("-initrd", initrd);
}
