import type { Arch } from "../../lib/host.ts";

/** QEMU's and the distributions' names of the architectures that boot through UEFI. */
const edk2Names: Readonly<Partial<Record<Arch, string>>> = {
  x86_64: "x86_64",
  aarch64: "aarch64",
  armv7l: "arm",
  riscv64: "riscv",
};

const distributionPaths: Readonly<Partial<Record<Arch, readonly string[]>>> = {
  x86_64: [
    "/usr/share/edk2/x64/OVMF_CODE.4m.fd",
    "/usr/share/OVMF/OVMF_CODE.fd",
    "/usr/share/OVMF/OVMF_CODE_4M.fd",
    "/usr/share/edk2/ovmf/OVMF_CODE.fd",
    "/usr/share/qemu/ovmf-x86_64.bin",
    "/usr/share/qemu/ovmf-x86_64-4m.bin",
  ],
  aarch64: [
    "/usr/share/edk2/aarch64/QEMU_CODE.fd",
    "/usr/share/AAVMF/AAVMF_CODE.fd",
    "/usr/share/qemu-efi-aarch64/QEMU_EFI.fd",
  ],
  armv7l: ["/usr/share/edk2/arm/QEMU_CODE.fd", "/usr/share/AAVMF/AAVMF32_CODE.fd"],
  riscv64: ["/usr/share/qemu-efi-riscv64/RISCV_VIRT_CODE.fd", "/usr/share/edk2/riscv/RISCV_VIRT_CODE.fd"],
};

/** Parts of a path, joined by whoever reads the disk. */
export type PathParts = readonly string[];

/**
 * Where a UEFI code image may be, the best first.
 * @param qemuDirectory directory of the QEMU binary
 */
export function firmwareCandidates(arch: Arch, home: string, qemuDirectory: string): readonly PathParts[] {
  const name = edk2Names[arch];
  if (name === undefined) return [];
  const file = `edk2-${name}-code.fd`;
  return [
    [home, ".local/share/qemu", file],
    [qemuDirectory, "../share/qemu", file],
    [qemuDirectory, "share", file],
    ...(distributionPaths[arch] ?? []).map((path) => [path]),
  ];
}

/** Features of QEMU's firmware descriptors that an ordinary, unsigned boot cannot work with. */
const unusable = ["secure-boot", "enrolled-keys", "requires-smm"];

/**
 * The code image that a QEMU firmware descriptor (docs/interop/firmware.json) offers for an architecture.
 * @returns undefined for another architecture, another interface, or a build that refuses unsigned loaders
 */
export function firmwareOfDescriptor(text: string, arch: Arch): string | undefined {
  const descriptor = parseRecord(text);
  const mapping = asRecord(descriptor?.mapping);
  const target = arch === "armv7l" ? "arm" : arch;
  const fits =
    list(descriptor?.["interface-types"]).includes("uefi") &&
    list(descriptor?.targets).some((value) => asRecord(value)?.architecture === target) &&
    !list(descriptor?.features).some((feature) => typeof feature === "string" && unusable.includes(feature));
  if (!fits || mapping?.device !== "flash") return undefined;
  const executable = asRecord(mapping.executable);
  return executable?.format === "raw" && typeof executable.filename === "string" ? executable.filename : undefined;
}

type JsonRecord = Readonly<Record<string, unknown>>;

function parseRecord(text: string): JsonRecord | undefined {
  try {
    return asRecord(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function asRecord(value: unknown): JsonRecord | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonRecord) : undefined;
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
