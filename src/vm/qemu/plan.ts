import { UserError } from "../../lib/errors.ts";
import { quote } from "../../lib/quote.ts";
import { parseSize } from "../../lib/sizes.ts";
import { chooseAccelerator, chooseCpu } from "./acceleration-plan.ts";
import { ArgumentList, optionValue } from "./arguments.ts";
import { addDisks } from "./disks-plan.ts";
import { addAudio, addDisplay } from "./display-plan.ts";
import type { QemuFacts } from "./facts.ts";
import { hostJoin, qemuFiles } from "./layout.ts";
import { addMounts, type HelperPlan } from "./mounts-plan.ts";
import { addNetworks, type DescriptorPlan } from "./network-plan.ts";
import { type QemuOptions, qemuOptions } from "./options.ts";
import { addSerials } from "./serial-plan.ts";
import { addTpm } from "./tpm-plan.ts";
import { checkQemuVersion, compareVersions } from "./version-plan.ts";

/** All that starting QEMU takes. */
export interface QemuPlan {
  /** The binary and its arguments. */
  readonly argv: readonly string[];
  /** Files of an earlier run, removed before the start. */
  readonly stale: readonly string[];
  /** Logs of the serial consoles, in the order a person should read them. */
  readonly serialLogs: readonly string[];
  readonly descriptors: readonly DescriptorPlan[];
  /** Processes that must listen before QEMU is spawned. */
  readonly helpers: readonly HelperPlan[];
  /** Accelerator that is used (`kvm`, `tcg`, ...). */
  readonly accelerator: string;
  readonly qmpSocket: string;
  readonly pidFile: string;
  /** Host directories that are shared and made when absent. */
  readonly sharedDirectories: readonly string[];
  readonly warnings: readonly string[];
}

const threeGiB = 3 * 1024 ** 3;

/**
 * Plans QEMU's command line; the order of its arguments is Lima's.
 * @throws UserError for what this QEMU or this host cannot do
 */
export function planQemu(facts: QemuFacts): QemuPlan {
  const options = qemuOptions(facts.config);
  const versionWarnings = checkQemuVersion(facts, options.minimumVersion);
  const { accelerator, warnings: acceleratorWarnings } = chooseAccelerator(facts);
  const inInstance = (name: string): string => hostJoin(facts.host.os, facts.instance.directory, name);
  const list = new ArgumentList(facts.binary.extraArgs);

  const memoryWarnings = addMemory(list, facts, accelerator);
  const cpuWarnings = addCpu(list, facts, accelerator, options);
  addMachine(list, facts, accelerator);
  list.set("-smp", `${facts.config.cpus},sockets=1,cores=${facts.config.cpus},threads=1`);
  const firmwareWarnings = addFirmware(list, facts);
  list.add("-device", "qemu-xhci,id=usb-bus");
  addDisks(list, facts);
  const tpm = addTpm(list, facts);
  const descriptors = addNetworks(list, facts);
  list.add("-device", "virtio-rng-pci");
  const audioWarnings = addAudio(list, facts);
  addDisplay(list, facts);
  list.add("-parallel", "none");
  const serial = addSerials(list, facts);
  const virtiofsd = addMounts(list, facts);
  const qmpSocket = inInstance(qemuFiles.qmpSock);
  list.add("-chardev", `socket,id=char-qmp,path=${optionValue(qmpSocket)},server=on,wait=off`);
  list.add("-qmp", "chardev:char-qmp");
  const agentSocket = inInstance(qemuFiles.guestAgentVirtioSock);
  list.add("-chardev", `socket,path=${optionValue(agentSocket)},server=on,wait=off,id=qga0`);
  list.add("-device", "virtio-serial");
  list.add("-device", "virtserialport,chardev=qga0,name=io.lima-vm.guest_agent.0");
  const pidFile = inInstance(qemuFiles.qemuPid);
  list.add("-name", `lima-${facts.instance.name}`, "-pidfile", pidFile);

  const sharesDirectories = facts.config.mountType === "9p" || facts.config.mountType === "virtiofs";
  return {
    argv: [facts.binary.path, ...list.words],
    stale: [...serial.sockets, ...serial.logs, qmpSocket, agentSocket],
    serialLogs: serial.logs,
    descriptors,
    helpers: [...virtiofsd, ...tpm],
    accelerator,
    qmpSocket,
    pidFile,
    sharedDirectories: sharesDirectories ? facts.config.mounts.map((mount) => mount.location) : [],
    warnings: [
      ...versionWarnings,
      ...facts.features.warnings,
      ...acceleratorWarnings,
      ...memoryWarnings,
      ...cpuWarnings,
      ...firmwareWarnings,
      ...audioWarnings,
      ...list.warnings,
    ],
  };
}

function addMemory(list: ArgumentList, facts: QemuFacts, accelerator: string): readonly string[] {
  const configured = parseSize(facts.config.memory);
  // Before macOS 12.4 the Hypervisor framework of Apple silicon gives a guest 36 bits of addresses, of which QEMU uses 3 GiB for RAM.
  const capped =
    facts.host.os === "darwin" &&
    facts.host.arch === "aarch64" &&
    accelerator === "hvf" &&
    compareVersions(facts.host.osVersion, "12.4") < 0 &&
    configured > threeGiB;
  const bytes = capped ? threeGiB : configured;
  list.set("-m", String(Math.floor(bytes / 1024 ** 2)));
  if (facts.config.mountType === "virtiofs") {
    // The file-system daemon reads and writes the guest's memory, so that has to be shared.
    list.set("-object", `memory-backend-file,id=virtiofs-shm,size=${bytes},mem-path=/dev/shm,share=on`);
    list.set("-numa", "node,memdev=virtiofs-shm");
  }
  return capped ? ["memory is limited to 3GiB: macOS before 12.4 does not support more"] : [];
}

function addCpu(list: ArgumentList, facts: QemuFacts, accelerator: string, options: QemuOptions): readonly string[] {
  const cpu = chooseCpu(facts, accelerator, options.cpuType[facts.config.arch]);
  list.set("-cpu", cpu);
  const intelMac = facts.host.os === "darwin" && facts.host.arch === "x86_64" && facts.config.arch === "x86_64";
  return intelMac && /^(host|max)(,|$)/.test(cpu) && !cpu.includes(",-pdpe1gb")
    ? [`on Intel Macs the CPU ${quote(cpu)} may hang the guest (hint: append ",-pdpe1gb")`]
    : [];
}

function addMachine(list: ArgumentList, { config }: QemuFacts, accelerator: string): void {
  switch (config.arch) {
    case "x86_64":
      if (accelerator !== "tcg") {
        list.set("-machine", `q35,accel=${accelerator}`);
        return;
      }
      list.set("-machine", "q35,vmport=off");
      list.set("-accel", "tcg,thread=multi,tb-size=512");
      list.add("-global", "ICH9-LPC.disable_s3=1", "-global", "ICH9-LPC.disable_s4=1");
      return;
    case "aarch64":
    case "armv7l":
      list.set("-machine", `virt,accel=${accelerator}`);
      return;
    case "riscv64":
      list.set("-machine", `virt,acpi=off,accel=${accelerator}`);
      return;
    case "ppc64le":
      list.set("-machine", `pseries,accel=${accelerator}`);
      return;
    case "s390x":
      list.set("-machine", `s390-ccw-virtio,accel=${accelerator}`);
  }
}

/** Whether the guest starts through UEFI. */
export function needsFirmware({ arch, firmware }: QemuFacts["config"]): boolean {
  if (arch === "ppc64le" || arch === "s390x") return false;
  return !(firmware.legacyBIOS && (arch === "x86_64" || arch === "armv7l"));
}

/** The code image alone, read-only: with a variable store beside it snapshots fail, and nothing needs kept variables. */
function addFirmware(list: ArgumentList, facts: QemuFacts): readonly string[] {
  const { arch, firmware } = facts.config;
  const ignored =
    firmware.legacyBIOS && arch !== "x86_64" && arch !== "armv7l"
      ? [`field \`firmware.legacyBIOS\` is not supported for architecture ${quote(arch)}, ignoring`]
      : [];
  if (!needsFirmware(facts.config)) return ignored;
  if (facts.firmware === undefined) {
    const hint =
      arch === "x86_64"
        ? "set `firmware.legacyBIOS` to `true`, or install the package that holds the edk2 (OVMF) firmware"
        : 'copy the "edk2-*-code.fd" file of this architecture to $HOME/.local/share/qemu/';
    throw new UserError(`could not find firmware for ${quote(facts.binary.path)} (hint: ${hint})`);
  }
  list.add("-drive", `if=pflash,format=raw,readonly=on,file=${optionValue(facts.firmware)}`);
  return ignored;
}
