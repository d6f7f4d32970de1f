import { sha256 } from "../lib/sha256.ts";

/**
 * A guest's hardware address: stable on this machine, different on others.
 * @param unique names the interface: the instance directory for the primary one, `PATH/lima.yaml#INDEX` for `networks[]`
 */
export function macAddressOf(machineId: string, unique: string): string {
  const bytes = sha256(machineId, unique).subarray(0, 3);
  return ["52", "55", "55", ...[...bytes].map((byte) => byte.toString(16).padStart(2, "0"))].join(":");
}
