import { canonicalIp } from "../../lib/ip-address.ts";

/** Names that the host agent answers itself; lower case and with a final dot. */
export interface Zone {
  readonly addresses: ReadonlyMap<string, string>;
  /** Names that stand for other names. */
  readonly aliases: ReadonlyMap<string, string>;
}

/**
 * The names of an instance. Each stands for itself alone: what else its domain has is asked for outside.
 * @param hosts `hostResolver.hosts`: addresses or other names
 * @param own names that nothing of `hosts` may change, with their addresses
 */
export function makeZone(hosts: Readonly<Record<string, string>>, own: Readonly<Record<string, string>>): Zone {
  const addresses = new Map<string, string>();
  const aliases = new Map<string, string>();
  for (const [name, target] of [...Object.entries(hosts), ...Object.entries(own)]) {
    const key = qualified(name);
    addresses.delete(key);
    aliases.delete(key);
    const address = canonicalIp(target);
    if (address === undefined) aliases.set(key, qualified(target));
    else addresses.set(key, address);
  }
  return { addresses, aliases };
}

/** Names of the host and of the guest, as guests see them. */
export function ownNames(
  hostname: string,
  { gateway, guest }: { readonly gateway: string; readonly guest: string },
): Readonly<Record<string, string>> {
  return { "host.lima.internal": gateway, ...(guest === "" ? {} : { [hostname]: guest }) };
}

/** A name as names are compared. */
export function qualified(name: string): string {
  const lower = name.toLowerCase();
  return lower.endsWith(".") ? lower : `${lower}.`;
}

/** Where the aliases of a name lead; those that lead in a circle, to the first name that is met again. */
export function chainEnd({ aliases }: Zone, name: string): string {
  let end = qualified(name);
  const met = new Set([end]);
  for (let next = aliases.get(end); next !== undefined; next = aliases.get(end)) {
    end = next;
    if (met.has(end)) break;
    met.add(end);
  }
  return end;
}

/** Whether the zone has a name. */
export function isOwn({ addresses, aliases }: Zone, name: string): boolean {
  const key = qualified(name);
  return addresses.has(key) || aliases.has(key);
}
