import { type Networks, networkNames, userNetworkMode } from "./networks.ts";

/** An instance whose networks count: it runs, or it is about to start. */
export interface NetworkUser {
  readonly name: string;
  /** The names of `networks[].lima`. */
  readonly networks: readonly string[];
}

/** What brings the daemons of the networks in line with the instances that use them. */
export interface Reconciliation {
  /** Networks whose daemon is needed, sorted. */
  readonly start: readonly string[];
  /** Networks whose daemon nobody needs, sorted; those that do not run need nothing. */
  readonly stop: readonly string[];
  /** Networks that are used and not in networks.yaml. */
  readonly missing: readonly { readonly network: string; readonly instance: string }[];
}

/**
 * Decides which daemons must run.
 * @param vanished an instance disappeared while it was looked at, so that what it used is not known and nothing is stopped
 * @param macOs socket_vmnet exists: the other modes have a daemon
 */
export function planReconciliation(
  users: readonly NetworkUser[],
  networks: Networks,
  { vanished, macOs }: { readonly vanished: boolean; readonly macOs: boolean },
): Reconciliation {
  const used = users.flatMap((user) => user.networks.map((network) => ({ network, instance: user.name })));
  const active = new Set(used.map(({ network }) => network));
  const withDaemon = networkNames(networks).filter(
    (name) => macOs || networks.networks[name]?.mode === userNetworkMode,
  );
  return {
    start: withDaemon.filter((name) => active.has(name)),
    stop: vanished ? [] : withDaemon.filter((name) => !active.has(name)),
    missing: used.filter(({ network }) => !Object.hasOwn(networks.networks, network)),
  };
}
