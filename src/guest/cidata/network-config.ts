import type { GuestMediaFacts } from "./facts.ts";
import { word } from "./yaml-text.ts";

/** cloud-init's network configuration, version 2: every NIC found by its address, named, and set up by DHCP. */
export function networkConfig(facts: Pick<GuestMediaFacts, "config" | "nics" | "dns">): string {
  const optional = facts.config.param.internal_netplanOptional === "true";
  const lines = ["version: 2", "ethernets:"];
  for (const [index, nic] of facts.nics.entries()) {
    lines.push(`  ${word(nic.name)}:`, "    match:", `      macaddress: '${nic.mac}'`, "    dhcp4: true");
    lines.push(`    set-name: ${word(nic.name)}`);
    // Only netplan knows this key.
    if (optional) lines.push("    optional: true");
    lines.push("    dhcp4-overrides:", `      route-metric: ${nic.metric}`, "    dhcp-identifier: mac");
    if (index === 0 && facts.dns.addresses.length > 0) {
      lines.push(
        "    nameservers:",
        "      addresses:",
        ...facts.dns.addresses.map((address) => `      - ${word(address)}`),
      );
    }
  }
  return `${lines.join("\n")}\n`;
}
