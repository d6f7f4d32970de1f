import type { Arch } from "../lib/host.ts";

/** Major, minor, patch. */
export type OpenSshVersion = readonly [number, number, number];

/**
 * What `ssh -o GSSAPIAuthentication=no -V` said.
 * @param succeeded whether it ended with 0; else nothing is known and nothing is assumed
 * @param output what it wrote to stderr
 */
export function parseSshVersion(succeeded: boolean, output: string): { version: OpenSshVersion; gssapi: boolean } {
  if (!succeeded) return { version: [0, 0, 0], gssapi: false };
  const match = /OpenSSH_(?:for_Windows[_ ])?(\d+)\.(\d+)(?:p(\d+))?/.exec(output);
  const part = (index: number) => Number(match?.[index] ?? 0);
  return {
    version: [part(1), part(2), part(3)],
    gssapi: !/unsupported option "gssapiauthentication"/i.test(output),
  };
}

/** Whether a processor has instructions for AES, by the text of /proc/cpuinfo. */
export function processorHasAes(arch: Arch, cpuinfo: string): boolean {
  const words = (label: RegExp) =>
    cpuinfo
      .split("\n")
      .find((line) => label.test(line))
      ?.toLowerCase()
      .split(/[\s:,]+/) ?? [];
  switch (arch) {
    case "x86_64":
      return words(/^flags\s*:/).includes("aes");
    case "aarch64":
    case "armv7l":
      return words(/^Features\s*:/).includes("aes");
    case "s390x":
      return words(/^features\s*:/).includes("msa");
    case "ppc64le":
      return words(/^cpu\s*:/).some((word) => Number(/^power(\d+)/.exec(word)?.[1] ?? 0) >= 8);
    case "riscv64":
      return false;
  }
}
