import { type SshEndpoint, type SshOption, sshArguments } from "../../store/ssh-plan.ts";
import { addressText, type HostAddress } from "../forward-plan.ts";
import type { ForwardTarget } from "./forwarder.ts";

/** Arguments of ssh that tell the running control master to begin or end a forward. */
export function masterForwardArguments(
  verb: "forward" | "cancel",
  options: readonly SshOption[],
  endpoint: SshEndpoint,
  forward: string,
): readonly string[] {
  return [
    ...sshArguments(options),
    ...["-T", "-O", verb, "-L", forward, "-N", "-f"],
    ...["-p", String(endpoint.port), endpoint.address, "--"],
  ];
}

/** The value of `-L`: `127.0.0.1:8080:127.0.0.1:80`, `/host.sock:/guest.sock`. */
export function forwardText(address: HostAddress, target: ForwardTarget): string {
  return `${addressText(address)}:${targetText(target)}`;
}

function targetText(target: ForwardTarget): string {
  if ("path" in target) return target.path;
  // sshd tries all addresses of a name.
  const host = target.hosts.length === 1 ? (target.hosts[0] ?? "") : "localhost";
  return `${host.includes(":") ? `[${host}]` : host}:${target.port}`;
}
