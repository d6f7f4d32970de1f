import { createHash } from "node:crypto";

/**
 * A guest's hardware address: stable on this machine, different on others.
 * @param unique names the interface: the instance directory for the primary one, `PATH/lima.yaml#INDEX` for `networks[]`
 */
export function macAddressOf(machineId: string, unique: string): string {
  const bytes = createHash("sha256").update(machineId).update(unique).digest().subarray(0, 3);
  return ["52", "55", "55", ...[...bytes].map((byte) => byte.toString(16).padStart(2, "0"))].join(":");
}
