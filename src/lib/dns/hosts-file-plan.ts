import { canonicalIp } from "../ip-address.ts";

/** Names of hosts(5), lower case and without a final dot, with their addresses. */
export type HostsFile = ReadonlyMap<string, readonly string[]>;

/** Reads the content of a hosts file. */
export function parseHostsFile(text: string): HostsFile {
  const hosts = new Map<string, string[]>();
  for (const line of text.split("\n")) {
    const [address = "", ...names] = (/^[^#]*/.exec(line)?.[0] ?? "").trim().split(/\s+/);
    const canonical = canonicalIp(address);
    if (canonical === undefined) continue;
    for (const name of names) {
      const key = hostsKey(name);
      const known = hosts.get(key);
      if (known === undefined) hosts.set(key, [canonical]);
      else if (!known.includes(canonical)) known.push(canonical);
    }
  }
  return hosts;
}

/** How a name is looked up in a hosts file. */
export function hostsKey(name: string): string {
  return name.toLowerCase().replace(/\.$/, "");
}
