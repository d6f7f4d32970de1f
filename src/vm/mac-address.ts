import { createHash } from "node:crypto";

/**
 * A stable MAC address of a guest's network card, unique to this machine.
 * @param machineId names the host
 * @param unique the instance directory for the primary card, `<path of lima.yaml>#<i>` for `networks[i]`
 */
export function macAddress(machineId: string, unique: string): string {
  const digest = createHash("sha256").update(`${machineId}${unique}`).digest("hex");
  return `52:55:55:${digest.slice(0, 2)}:${digest.slice(2, 4)}:${digest.slice(4, 6)}`;
}
