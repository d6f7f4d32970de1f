import { closeSync, constants, openSync, readSync } from "node:fs";
import { errorCode, errorText } from "../../lib/errors.ts";
import { exec } from "../../lib/exec.ts";
import type { Host } from "../../lib/host.ts";
import type { AccelerationFacts } from "./facts.ts";

/** Reads what decides between hardware acceleration and emulation. */
export async function readAcceleration(host: Host): Promise<AccelerationFacts> {
  const override = host.env.LIMA_QEMU_ACCEL;
  const linux = host.os === "linux";
  const [hypervisorFramework, armSme] =
    host.os === "darwin"
      ? await Promise.all([sysctlIsOne("kern.hv_support", host), sysctlIsOne("hw.optional.arm.FEAT_SME", host)])
      : [false, false];
  return {
    override: override === "" ? undefined : override,
    kvm: linux ? openKvm() : { kind: "absent" },
    cpuVirtualization: linux && hasVirtualization(firstCpu()),
    hypervisorFramework,
    armSme,
  };
}

/** Opens `/dev/kvm` as QEMU would: that it exists says nothing about permission. */
function openKvm(): AccelerationFacts["kvm"] {
  try {
    closeSync(openSync("/dev/kvm", constants.O_RDWR));
    return { kind: "open" };
  } catch (error) {
    return errorCode(error) === "ENOENT" ? { kind: "absent" } : { kind: "denied", why: errorText(error) };
  }
}

/** True when the first `flags` line of /proc/cpuinfo names Intel's or AMD's virtualization. */
export function hasVirtualization(cpuinfo: string): boolean {
  const flags = /^flags\s*:(.*)$/m.exec(cpuinfo)?.[1] ?? "";
  return flags.split(/\s+/).some((flag) => flag === "vmx" || flag === "svm");
}

/** The beginning of /proc/cpuinfo: one CPU's entry is enough, the whole is long on large machines. */
function firstCpu(): string {
  try {
    const fd = openSync("/proc/cpuinfo", "r");
    try {
      const buffer = Buffer.alloc(16 * 1024);
      let length = 0;
      for (;;) {
        const count = readSync(fd, buffer, length, buffer.length - length, null);
        length += count;
        if (count === 0 || length === buffer.length) return buffer.toString("latin1", 0, length);
      }
    } finally {
      closeSync(fd);
    }
  } catch {
    return "";
  }
}

async function sysctlIsOne(name: string, host: Host): Promise<boolean> {
  const result = await exec(["sysctl", "-n", name], { env: host.env });
  return result.code === 0 && result.stdout.trim() === "1";
}
