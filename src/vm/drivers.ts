import { UserError } from "../lib/errors.ts";
import type { Driver } from "./driver.ts";

/** Names of the drivers in this program, sorted. */
export const driverNames: readonly string[] = ["qemu"];

/** The driver of a `vmType`. @throws UserError for one that this program does not have */
export async function loadDriver(vmType: string): Promise<Driver> {
  if (vmType !== "qemu") {
    throw new UserError(
      `unknown or unsupported VM type: ${vmType} (hint: this program runs vmType: ${driverNames.join(", ")})`,
    );
  }
  return (await import("./qemu/driver.ts")).qemuDriver;
}
