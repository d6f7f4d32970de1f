import type { Config, YamlMap, YamlValue } from "../../config/types.ts";
import { UserError } from "../../lib/errors.ts";
import { quote } from "../../lib/quote.ts";

/** `vmOpts.qemu`, read. */
export interface QemuOptions {
  /** `X.Y.Z`. */
  readonly minimumVersion: string | undefined;
  /** CPU strings by architecture; empty ones are left out. */
  readonly cpuType: Readonly<Record<string, string>>;
}

/** Reads `vmOpts.qemu`. @throws UserError for a value of the wrong kind */
export function qemuOptions(config: Pick<Config, "vmOpts">): QemuOptions {
  const options = mapping(config.vmOpts.qemu, "vmOpts.qemu");
  const minimumVersion = options.minimumVersion;
  if (minimumVersion !== undefined && minimumVersion !== null && minimumVersion !== "") {
    if (typeof minimumVersion !== "string" || !/^\d+\.\d+\.\d+/.test(minimumVersion)) {
      const got = quote(String(minimumVersion));
      throw new UserError(
        `field \`vmOpts.qemu.minimumVersion\` must be a semvar value, got ${got}: not of the form X.Y.Z`,
      );
    }
  }
  const cpuType: Record<string, string> = {};
  for (const [arch, cpu] of Object.entries(mapping(options.cpuType, "vmOpts.qemu.cpuType"))) {
    if (typeof cpu === "string" && cpu !== "") cpuType[arch] = cpu;
    else if (cpu !== null && cpu !== "") throw new UserError(`field \`vmOpts.qemu.cpuType.${arch}\` must be a string`);
  }
  return {
    minimumVersion: typeof minimumVersion === "string" && minimumVersion !== "" ? minimumVersion : undefined,
    cpuType,
  };
}

function mapping(value: YamlValue | undefined, field: string): YamlMap {
  if (value === undefined || value === null) return {};
  if (typeof value !== "object" || isList(value)) throw new UserError(`field \`${field}\` must be a mapping`);
  return value;
}

function isList(value: YamlMap | readonly YamlValue[]): value is readonly YamlValue[] {
  return Array.isArray(value);
}
