import type { Arch } from "../lib/host.ts";
import type { FileObject, FirmwareImage, Image, PartialConfig } from "./types.ts";

type Given<Key extends keyof PartialConfig> = NonNullable<PartialConfig[Key]>;
type GivenImage = Given<"images">[number];
type GivenFile = NonNullable<GivenImage["initrd"]>;

/** The nerdctl-full release that instances get unless a file names archives of its own. */
const nerdctlVersion = "2.3.5";
const nerdctlArchives: readonly FileObject[] = [
  {
    location: `https://github.com/containerd/nerdctl/releases/download/v${nerdctlVersion}/nerdctl-full-${nerdctlVersion}-linux-amd64.tar.gz`,
    arch: "x86_64",
    digest: "sha256:b697295c623639734aaab737523c808fd3cc8d3046039fd94fff1744e4c317aa",
  },
  {
    location: `https://github.com/containerd/nerdctl/releases/download/v${nerdctlVersion}/nerdctl-full-${nerdctlVersion}-linux-arm64.tar.gz`,
    arch: "aarch64",
    digest: "sha256:6e4b687f1d138e750a3c8372abc0f81d3d7490b6359c48c0562fc7dfe98859b2",
  },
];

function fillFile(given: GivenFile, arch: Arch): FileObject {
  return { location: given.location ?? "", arch: given.arch || arch, digest: given.digest ?? "" };
}

/** An image; what names no architecture is for `arch`, and its kernel and initrd for the image's. */
export function fillImage(given: GivenImage, arch: Arch): Image {
  const file = fillFile(given, arch);
  return {
    ...file,
    variant: given.variant ?? "",
    archVariant: given.archVariant ?? "",
    ...(given.kernel === undefined
      ? {}
      : { kernel: { ...fillFile(given.kernel, file.arch), cmdline: given.kernel.cmdline ?? "" } }),
    ...(given.initrd === undefined ? {} : { initrd: fillFile(given.initrd, file.arch) }),
  };
}

export function fillFirmwareImage(given: NonNullable<Given<"firmware">["images"]>[number], arch: Arch): FirmwareImage {
  return { ...fillFile(given, arch), vmType: given.vmType ?? "" };
}

/** The given archives, or the builtin ones when no file has any. */
export function fillArchives(given: NonNullable<Given<"containerd">["archives"]>, arch: Arch): readonly FileObject[] {
  return given.length === 0 ? nerdctlArchives : given.map((item) => fillFile(item, arch));
}
