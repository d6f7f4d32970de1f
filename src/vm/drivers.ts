import { UserError } from "../lib/errors.ts";
import type { Host } from "../lib/host.ts";
import type { Driver } from "./driver.ts";
import { findExternalDrivers } from "./external-drivers.ts";

/** Names of the drivers in this program, sorted. */
const builtinDrivers: readonly string[] = ["qemu"];

/** The drivers of this host: those in this program, and the external ones. */
export interface RegisteredDrivers {
  /** By name, sorted: `internal`, or the path of the program. */
  readonly locations: Readonly<Record<string, string>>;
  /** What came up while they were looked for. */
  readonly warnings: readonly string[];
}

/** Finds out which drivers there are; a driver of this program wins over an external one of its name. */
export function registeredDrivers(host: Host): RegisteredDrivers {
  const { paths, warnings } = findExternalDrivers(host);
  const all = { ...paths, ...Object.fromEntries(builtinDrivers.map((name) => [name, "internal"])) };
  const sorted = Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1));
  return { locations: Object.fromEntries(sorted), warnings };
}

/** The driver of a `vmType`. @throws UserError for one that this program does not have */
export async function loadDriver(vmType: string): Promise<Driver> {
  if (vmType !== "qemu") {
    throw new UserError(
      `unknown or unsupported VM type: ${vmType} (hint: this program runs vmType: ${builtinDrivers.join(", ")}; external drivers are listed, but not run yet)`,
    );
  }
  return (await import("./qemu/driver.ts")).qemuDriver;
}
