import { osReleaseIds } from "./distribution.ts";
import type { Arch, HostOs } from "./host.ts";
import { quote } from "./quote.ts";

/** What is missing: one of QEMU's emulators, or its disk tool. */
type QemuPart = { readonly kind: "system"; readonly arch: Arch } | { readonly kind: "img" };

const debianSystem: Readonly<Record<Arch, string>> = {
  x86_64: "qemu-system-x86",
  aarch64: "qemu-system-arm",
  armv7l: "qemu-system-arm",
  ppc64le: "qemu-system-ppc",
  riscv64: "qemu-system-misc",
  s390x: "qemu-system-misc",
};

/** Package name parts by architecture where distributions name them like QEMU. */
const qemuNames: Readonly<Record<Arch, string>> = {
  x86_64: "x86_64",
  aarch64: "aarch64",
  armv7l: "arm",
  ppc64le: "ppc64",
  riscv64: "riscv64",
  s390x: "s390x",
};

/** The error for an absent `qemu-system-*`, with the command that installs it. */
export function missingQemuMessage(program: string, arch: Arch, os: HostOs, osRelease: string): string {
  return `QEMU is not installed: failed to find ${quote(program)} in $PATH (hint: ${installHint({ kind: "system", arch }, os, osRelease)})`;
}

/** The error for an absent `qemu-img`. */
export function missingQemuImgMessage(os: HostOs, osRelease: string): string {
  return `failed to find \`qemu-img\` in $PATH (hint: ${installHint({ kind: "img" }, os, osRelease)})`;
}

function installHint(part: QemuPart, os: HostOs, osRelease: string): string {
  switch (os) {
    case "darwin":
      return "run `brew install qemu`";
    case "windows":
      return "run `winget install SoftwareFreedomConservancy.QEMU`, and add its directory to PATH";
    case "freebsd":
    case "dragonfly":
      return "run `pkg install qemu`";
    case "netbsd":
      return "run `pkgin install qemu`";
    case "linux":
      return linuxHint(part, osRelease);
  }
}

function linuxHint(part: QemuPart, osRelease: string): string {
  const ids = osReleaseIds(osRelease);
  const is = (...names: readonly string[]): boolean => names.some((name) => ids.includes(name));
  const name = part.kind === "system" ? qemuNames[part.arch] : "";
  if (is("debian", "ubuntu")) {
    const packages =
      part.kind === "img"
        ? "qemu-utils"
        : `${debianSystem[part.arch]} qemu-utils${part.arch === "x86_64" ? " ovmf" : part.arch === "aarch64" ? " qemu-efi-aarch64" : ""}`;
    return `run \`sudo apt-get install ${packages}\``;
  }
  if (is("fedora", "rhel", "centos")) {
    return `run \`sudo dnf install ${part.kind === "img" ? "qemu-img" : is("fedora") && !is("rhel") ? `qemu-system-${fedoraName(part.arch)} qemu-img` : "qemu-kvm qemu-img"}\``;
  }
  if (is("arch")) {
    return `run \`sudo pacman -S ${part.kind === "img" ? "qemu-img" : `qemu-system-${archLinuxName(part.arch)} qemu-img edk2-ovmf`}\``;
  }
  if (is("suse", "opensuse")) {
    return `run \`sudo zypper install ${part.kind === "img" ? "qemu-tools" : `${suseName(part.arch)} qemu-tools`}\``;
  }
  if (is("alpine")) {
    return `run \`sudo apk add ${part.kind === "img" ? "qemu-img" : `qemu-system-${name} qemu-img${part.arch === "x86_64" ? " ovmf" : ""}`}\``;
  }
  return part.kind === "img"
    ? "install the package of QEMU's disk tools (qemu-utils, qemu-img or qemu-tools)"
    : "install the QEMU package of your system, and its firmware (edk2/OVMF)";
}

function fedoraName(arch: Arch): string {
  if (arch === "x86_64") return "x86";
  if (arch === "ppc64le") return "ppc";
  if (arch === "riscv64") return "riscv";
  return qemuNames[arch];
}

function archLinuxName(arch: Arch): string {
  if (arch === "x86_64") return "x86";
  return arch === "ppc64le" ? "ppc" : qemuNames[arch];
}

function suseName(arch: Arch): string {
  if (arch === "x86_64") return "qemu-x86";
  if (arch === "aarch64" || arch === "armv7l") return "qemu-arm";
  return arch === "ppc64le" ? "qemu-ppc" : arch === "s390x" ? "qemu-s390x" : "qemu-extra";
}
