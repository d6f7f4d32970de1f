import { UserError } from "../../lib/errors.ts";
import type { Arch } from "../../lib/host.ts";
import { quote } from "../../lib/quote.ts";
import type { QemuFacts } from "./facts.ts";

const accelerators = ["kvm", "tcg", "hvf", "whpx", "nvmm", "xen"];

/** The accelerator to use; the reason says why it is emulation although the guest's architecture is the host's. */
export interface AcceleratorChoice {
  readonly accelerator: string;
  readonly warnings: readonly string[];
}

interface Needed extends Pick<QemuFacts, "host" | "acceleration" | "binary"> {
  readonly config: Pick<QemuFacts["config"], "arch">;
  readonly features: Pick<QemuFacts["features"], "accelHelp" | "cpuHelp">;
}

/**
 * Chooses hardware acceleration where it can be trusted. A `/dev/kvm` on a CPU that shows neither `vmx` nor `svm` is a
 * paravirtual one: it opens and makes machines, but their kernels hang, so it is not used.
 * @throws UserError when QEMU was built without the accelerator
 */
export function chooseAccelerator(facts: Needed): AcceleratorChoice {
  const choice = preferredAccelerator(facts);
  if (!facts.features.accelHelp.split(/\s+/).includes(choice.accelerator)) {
    throw new UserError(`accelerator ${quote(choice.accelerator)} is not supported by ${quote(facts.binary.path)}`);
  }
  return choice;
}

function preferredAccelerator(facts: Needed): AcceleratorChoice {
  const { override } = facts.acceleration;
  if (override !== undefined) {
    if (!accelerators.includes(override)) {
      throw new UserError(`LIMA_QEMU_ACCEL must be one of ${accelerators.join(", ")}, got ${quote(override)}`);
    }
    return { accelerator: override, warnings: [] };
  }
  if (facts.config.arch !== facts.host.arch) return { accelerator: "tcg", warnings: [] };
  switch (facts.host.os) {
    case "linux":
      return kvmOrEmulation(facts);
    case "darwin":
      return facts.acceleration.hypervisorFramework
        ? { accelerator: "hvf", warnings: [] }
        : emulation("the Hypervisor framework is not available (sysctl kern.hv_support is not 1)");
    case "windows":
      return { accelerator: "whpx", warnings: [] };
    case "netbsd":
    case "dragonfly":
      return { accelerator: "nvmm", warnings: [] };
    case "freebsd":
      return { accelerator: "tcg", warnings: [] };
  }
}

function kvmOrEmulation(facts: Needed): AcceleratorChoice {
  const { kvm, cpuVirtualization } = facts.acceleration;
  if (facts.host.arch === "x86_64" && !cpuVirtualization) {
    return emulation(
      "the CPU flags show neither vmx nor svm (hint: enable virtualization in the firmware of this machine, or nested virtualization where it is virtual itself)",
    );
  }
  switch (kvm.kind) {
    case "open":
      return { accelerator: "kvm", warnings: [] };
    case "absent":
      return emulation("/dev/kvm does not exist (hint: load the kernel module kvm_intel or kvm_amd)");
    case "denied":
      return emulation(`/dev/kvm cannot be opened: ${kvm.why} (hint: add yourself to the group of /dev/kvm)`);
  }
}

function emulation(why: string): AcceleratorChoice {
  return { accelerator: "tcg", warnings: [`running without hardware acceleration, much slower: ${why}`] };
}

/**
 * Chooses the CPU model.
 * @param configured `vmOpts.qemu.cpuType` of the guest's architecture, replaces everything
 * @throws UserError for a model this QEMU does not know
 */
export function chooseCpu(facts: Needed, accelerator: string, configured: string | undefined): string {
  const cpu = configured === undefined || configured === "" ? defaultCpu(facts, accelerator) : configured;
  const model = cpu.split(",", 1)[0] ?? "";
  if (cpu !== "max" && facts.features.cpuHelp !== "" && !facts.features.cpuHelp.includes(model)) {
    throw new UserError(`cpu ${quote(cpu)} is not supported by ${quote(facts.binary.path)}`);
  }
  return cpu;
}

function defaultCpu(facts: Needed, accelerator: string): string {
  const model = baseModel(facts, accelerator);
  // These two features hang or crash guests on macOS hosts, under HVF and under emulation.
  return facts.config.arch === "x86_64" && facts.host.os === "darwin" ? `${model},-avx512vl,-pdpe1gb` : model;
}

function baseModel(facts: Needed, accelerator: string): string {
  const native = facts.config.arch === facts.host.arch;
  const hostCpu = facts.host.os === "linux" || (facts.host.os === "darwin" && !facts.acceleration.armSme);
  if (native && accelerator !== "tcg" && hostCpu) return "host";
  if (facts.config.arch === "x86_64" && facts.host.os === "windows" && facts.host.arch === "x86_64") return "qemu64";
  return "max";
}

/** The architecture's name in `qemu-system-<name>`. */
export function qemuArch(arch: Arch): string {
  if (arch === "armv7l") return "arm";
  return arch === "ppc64le" ? "ppc64" : arch;
}
