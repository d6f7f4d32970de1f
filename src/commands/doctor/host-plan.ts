import { installCommand, type PackageFamily, packageFamily } from "../../lib/distribution.ts";
import { errorText } from "../../lib/errors.ts";
import { missingQemuImgMessage } from "../../lib/qemu-packages.ts";
import { quote } from "../../lib/quote.ts";
import { formatSize } from "../../lib/sizes.ts";
import { chooseAccelerator } from "../../vm/qemu/acceleration-plan.ts";
import { checkQemuVersion } from "../../vm/qemu/version-plan.ts";
import type { DoctorFacts, QemuState } from "./facts.ts";
import { blocking, type Finding, ok, splitHint, warning } from "./finding.ts";

const gib = 1024 ** 3;

/** What an instance of the default template asks for. */
const usualMemoryBytes = 4 * gib;

/** Judges what every instance needs of this host. */
export function judgeHost(facts: DoctorFacts): readonly Finding[] {
  return [
    ...facts.qemu.flatMap((state) => judgeQemu(state, facts)),
    judgeQemuImg(facts),
    ...judgeSsh(facts),
    ...judgeTransfer(facts),
    judgeHome(facts),
    judgeMemory(facts),
  ];
}

function judgeQemu(state: QemuState, facts: DoctorFacts): readonly Finding[] {
  const native = state.arch === facts.arch;
  const subject = native ? "QEMU" : `QEMU ${state.arch}`;
  const acceleration = native ? [judgeAcceleration(state, facts)] : [];
  if ("problem" in state.binary) return [failed(subject, state.binary.problem, "install QEMU"), ...acceleration];
  const { path, version } = state.binary.found;
  return [
    judgeVersion(subject, path, version, state, facts),
    ...acceleration,
    ...judgeFirmware(state, native ? "firmware" : `firmware ${state.arch}`, facts),
  ];
}

function judgeVersion(
  subject: string,
  path: string,
  version: string | undefined,
  { arch }: QemuState,
  facts: DoctorFacts,
): Finding {
  const host = { os: facts.os, arch, osVersion: "" };
  try {
    const [old] = checkQemuVersion({ host, binary: { path, extraArgs: [] }, features: { version } }, undefined);
    return old === undefined ? ok(subject, `${version} (${path})`) : warning(subject, old, "upgrade QEMU");
  } catch (error) {
    return failed(subject, errorText(error), "upgrade QEMU");
  }
}

/** Emulation works, so that the lack of acceleration does not block; a QEMU without the accelerator does. */
function judgeAcceleration({ binary }: QemuState, facts: DoctorFacts): Finding {
  const subject = "acceleration";
  // Of a QEMU that is not there the best is assumed: this is about the host.
  const { path, accelHelp } = "found" in binary ? binary.found : { path: "", accelHelp: "kvm tcg hvf whpx nvmm xen" };
  try {
    const { accelerator, warnings } = chooseAccelerator({
      host: { os: facts.os, arch: facts.arch, osVersion: "" },
      config: { arch: facts.arch },
      acceleration: facts.acceleration,
      features: { accelHelp, cpuHelp: "" },
      binary: { path, extraArgs: [] },
    });
    const [why] = warnings;
    if (why === undefined) return ok(subject, accelerator);
    const { text, hint } = splitHint(why);
    return warning(subject, text, hint ?? "use a host that has it");
  } catch (error) {
    return failed(subject, errorText(error), "install a QEMU that has it, or unset LIMA_QEMU_ACCEL");
  }
}

const firmwarePackages: Readonly<Partial<Record<PackageFamily, Readonly<Partial<Record<string, string>>>>>> = {
  debian: { x86_64: "ovmf", aarch64: "qemu-efi-aarch64", armv7l: "qemu-efi-arm", riscv64: "qemu-efi-riscv64" },
  fedora: { x86_64: "edk2-ovmf", aarch64: "edk2-aarch64", riscv64: "edk2-riscv64" },
  arch: { x86_64: "edk2-ovmf", aarch64: "edk2-aarch64", armv7l: "edk2-arm" },
  suse: { x86_64: "qemu-ovmf-x86_64", aarch64: "qemu-uefi-aarch64" },
  alpine: { x86_64: "ovmf", aarch64: "aavmf" },
};

function judgeFirmware({ arch, firmware }: QemuState, subject: string, facts: DoctorFacts): readonly Finding[] {
  if (arch === "ppc64le" || arch === "s390x") return [];
  if (firmware !== undefined) return [ok(subject, firmware)];
  const family = packageFamily(facts.os, facts.osRelease);
  const name = family === undefined ? undefined : firmwarePackages[family]?.[arch];
  const remedy =
    family === undefined || name === undefined
      ? "install the UEFI firmware (edk2) for QEMU, which usually comes with its package"
      : installCommand(family, name);
  return [blocking(subject, `there is no UEFI firmware for ${arch} guests`, remedy)];
}

function judgeQemuImg({ qemuImg, os, osRelease }: DoctorFacts): Finding {
  return qemuImg === undefined
    ? failed("qemu-img", missingQemuImgMessage(os, osRelease), "install QEMU")
    : ok("qemu-img", qemuImg);
}

const sshPackages: Readonly<Partial<Record<PackageFamily, string>>> = {
  debian: "openssh-client",
  fedora: "openssh-clients",
  arch: "openssh",
  suse: "openssh-clients",
  alpine: "openssh-client",
};

function judgeSsh(facts: DoctorFacts): readonly Finding[] {
  const remedy = install(facts, sshPackages, "install the OpenSSH client");
  if ("problem" in facts.ssh) return [blocking("ssh", splitHint(facts.ssh.problem).text, remedy)];
  const { path, version } = facts.ssh.found;
  const found = ok("ssh", `${version} (${path})`);
  return facts.identity ? [found] : [found, blocking("ssh-keygen", "there is no `ssh-keygen` in $PATH", remedy)];
}

const rsyncPackages: Readonly<Partial<Record<PackageFamily, string>>> = {
  debian: "rsync",
  fedora: "rsync",
  arch: "rsync",
  suse: "rsync",
  alpine: "rsync",
  macos: "rsync",
  freebsd: "rsync",
  netbsd: "rsync",
};

const sftpPackages: Readonly<Partial<Record<PackageFamily, string>>> = {
  debian: "openssh-sftp-server",
  fedora: "openssh-server",
  arch: "openssh",
  suse: "openssh-server",
  alpine: "openssh-sftp-server",
  macos: "openssh",
};

function judgeTransfer(facts: DoctorFacts): readonly Finding[] {
  const users = facts.instances.filter(({ usesSshfs }) => usesSshfs).map(({ name }) => quote(name));
  const needed = users.length === 0 ? "" : ` (instances with such mounts: ${users.join(", ")})`;
  return [
    facts.rsync === undefined
      ? warning(
          "rsync",
          "there is no `rsync` in $PATH: `limactl copy` uses scp, and `limactl shell --sync` does not work",
          install(facts, rsyncPackages, "install rsync"),
        )
      : ok("rsync", facts.rsync),
    facts.sftpServer === undefined
      ? warning(
          "sftp-server",
          `there is no OpenSSH \`sftp-server\`: reverse-sshfs mounts do not work${needed}`,
          install(facts, sftpPackages, "install OpenSSH's server, or set `mountType`"),
        )
      : ok("sftp-server", facts.sftpServer),
  ];
}

function judgeHome({ limaHome, homeProblem, homeFreeBytes }: DoctorFacts): Finding {
  if (homeProblem !== undefined) {
    return blocking("LIMA_HOME", homeProblem, "make it a directory that you may write to, or set LIMA_HOME");
  }
  if (homeFreeBytes === undefined) return ok("disk", limaHome);
  const text = `${formatSize(homeFreeBytes)} free in ${limaHome}`;
  const remedy = "make room; `limactl prune` empties the download cache";
  if (homeFreeBytes < gib) return blocking("disk", text, remedy);
  return homeFreeBytes < 10 * gib ? warning("disk", text, remedy) : ok("disk", text);
}

function judgeMemory({ memoryBytes, availableMemoryBytes }: DoctorFacts): Finding {
  const text = `${formatSize(availableMemoryBytes)} available of ${formatSize(memoryBytes)}`;
  if (availableMemoryBytes >= Math.min(usualMemoryBytes, memoryBytes / 2)) return ok("memory", text);
  return warning("memory", text, "end other programs, or give instances less (`limactl edit --memory`)");
}

function failed(subject: string, message: string, otherwise: string): Finding {
  const { text, hint } = splitHint(message);
  return blocking(subject, text, hint ?? otherwise);
}

function install(
  facts: DoctorFacts,
  packages: Readonly<Partial<Record<PackageFamily, string>>>,
  otherwise: string,
): string {
  const family = packageFamily(facts.os, facts.osRelease);
  const name = family === undefined ? undefined : packages[family];
  return family === undefined || name === undefined ? otherwise : installCommand(family, name);
}
