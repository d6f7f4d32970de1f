import type { Arch } from "../../lib/host.ts";
import { quote } from "../../lib/quote.ts";
import type { GuestOs } from "../types.ts";
import type { ConfigWarning } from "../warning.ts";
import { imageSuffix } from "./locator.ts";

const archWords: readonly (readonly [string, Arch])[] = [
  ["aarch64", "aarch64"],
  ["arm64", "aarch64"],
  ["amd64", "x86_64"],
  ["x86_64", "x86_64"],
  ["armhf", "armv7l"],
  ["armv7l", "armv7l"],
  ["ppc64el", "ppc64le"],
  ["ppc64le", "ppc64le"],
  ["riscv64", "riscv64"],
  ["s390x", "s390x"],
];

/** Words that say nothing about which image it is. */
const tags =
  "base basic cloud cloudimg cloudinit current daily default generic genericcloud kvm latest linux minimal openstack release restore server std stream uefi vm".split(
    " ",
  );

function osOf(locator: string): GuestOs {
  if (/\bmacos\b/i.test(locator) || locator.includes(".ipsw")) return "Darwin";
  return /\bfreebsd\b/i.test(locator) ? "FreeBSD" : "Linux";
}

/** The template that a disk image's locator stands for. */
export function imageTemplate(locator: string, hostArch: Arch, warnings: ConfigWarning[]): string {
  const os = osOf(locator);
  let arch = archWords.find(([word]) => new RegExp(`\\b${word}\\b`).test(locator))?.[1];
  if (arch === undefined && os === "Darwin") arch = "aarch64";
  if (arch === undefined) {
    arch = hostArch;
    warnings.push({ message: `cannot determine image arch from URL ${quote(locator)}; assuming ${quote(arch)}` });
  }
  return `os: ${os}\narch: ${arch}\nimages:\n- location: ${JSON.stringify(locator)}\n  arch: ${arch}\n`;
}

/** The instance name that a disk image's file name gives. */
export function imageName(locator: string, hostArch: Arch): string {
  let name = locator.slice(Math.max(locator.lastIndexOf("/"), locator.lastIndexOf("\\")) + 1).toLowerCase();
  name = name.replace(imageSuffix, "").replace(/^nocloud_/, "");
  for (const tag of tags) name = name.replaceAll(new RegExp(`[-_.]${tag}\\b`, "g"), "");
  name = name.replace("universalmac_", "macos-").replace("arm64-aarch64", "arm64");
  name = name.replaceAll(new RegExp(`[-_.]${hostArch}\\b`, "g"), "");
  name = name.replaceAll(/[-_.]20\d{6}([-_.]\d+)?\b/g, "");
  name = name.replace(/^arch\b/, "archlinux").replace(/-(\d+)-\1\./, "-$1.");
  return name.replace(/^(macos-[\d.]+)[-_].*$/, "$1");
}
