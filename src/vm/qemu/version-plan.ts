import { UserError } from "../../lib/errors.ts";
import { quote } from "../../lib/quote.ts";
import type { QemuFacts } from "./facts.ts";

/** Negative, zero or positive as version `a` is older than, equal to or newer than `b`; `X.Y.Z`, a missing part is 0. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => text.split(".").map((part) => Number.parseInt(part, 10) || 0));
  for (let index = 0; index < 3; index += 1) {
    const difference = (left?.[index] ?? 0) - (right?.[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

interface VersionLimits {
  readonly minimum: string;
  readonly recommended: string;
}

function limits({ os, arch }: QemuFacts["host"]): VersionLimits {
  if (os === "darwin") return { minimum: arch === "aarch64" ? "8.2.1" : "7.0.0", recommended: "8.2.1" };
  if (os === "windows") return { minimum: "11.0.0", recommended: "11.0.0" };
  return { minimum: "4.0.0", recommended: "6.2.0" };
}

/**
 * Holds QEMU's version against what this host and the template need.
 * @param wanted `vmOpts.qemu.minimumVersion`
 * @returns warnings
 * @throws UserError for a QEMU that is too old
 */
export function checkQemuVersion(
  facts: Pick<QemuFacts, "host" | "binary"> & { readonly features: Pick<QemuFacts["features"], "version"> },
  wanted: string | undefined,
): readonly string[] {
  const name = quote(facts.binary.path);
  const version = facts.features.version ?? "0.0.0";
  if (wanted !== undefined && compareVersions(version, wanted) < 0) {
    throw new UserError(
      `QEMU ${version} (${name}) is too old, the template needs at least ${wanted} (vmOpts.qemu.minimumVersion)`,
    );
  }
  if (facts.features.version === undefined) return [`cannot tell the version of ${name}`];
  const { minimum, recommended } = limits(facts.host);
  if (compareVersions(version, minimum) < 0) {
    throw new UserError(`QEMU ${version} (${name}) is too old, at least ${minimum} is needed (hint: upgrade QEMU)`);
  }
  return compareVersions(version, recommended) < 0
    ? [`QEMU ${version} (${name}) is old, ${recommended} or later is recommended`]
    : [];
}
