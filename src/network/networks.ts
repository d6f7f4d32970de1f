/** What connects the machines of a network of networks.yaml; the file may hold any identifier. */
export type NetworkMode = string;

/** One network of networks.yaml; what the file does not say is empty. */
export interface NetworkDefinition {
  readonly mode: NetworkMode;
  /** Host interface, for `bridged`. */
  readonly interface: string;
  readonly gateway: string;
  readonly dhcpEnd: string;
  readonly netmask: string;
}

/** Fields of `paths` in the order in which they are checked. */
export const pathNames = ["socketVMNet", "varRun", "sudoers"] as const;

/** The content of `_config/networks.yaml` (config.md 5). */
export interface Networks {
  readonly paths: Readonly<Record<(typeof pathNames)[number], string>>;
  /** Members of this group may run the daemons of macOS. */
  readonly group: string;
  readonly networks: Readonly<Record<string, NetworkDefinition>>;
}

export const userNetworkMode = "user-v2";

/** Modes that `network create` offers. */
export const networkModes = [userNetworkMode, "host", "shared", "bridged"] as const;

/** The network that every file has: the one of its kind that needs nothing of the host. */
export const builtinUserNetwork: NetworkDefinition = {
  mode: userNetworkMode,
  interface: "",
  gateway: "192.168.104.1",
  dhcpEnd: "",
  netmask: "255.255.255.0",
};

/** Names in byte order. */
export function networkNames({ networks }: Networks): readonly string[] {
  return Object.keys(networks).toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

/** Those of one mode behave alike, whatever their name; undefined for a network that is not in the file. */
export function modesByName({ networks }: Networks): Readonly<Record<string, NetworkMode>> {
  return Object.fromEntries(Object.entries(networks).map(([name, { mode }]) => [name, mode]));
}
