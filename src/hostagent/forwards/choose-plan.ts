import type { HostOs } from "../../lib/host.ts";

/** What carries the streams of an instance's forwards. */
export type ForwarderChoice =
  /** The guest agent's stream, and ssh where that is not there. */
  | "fastest"
  /** OpenSSH's control master. */
  | "master"
  /** Channels of this program's own ssh session. */
  | "channels";

/** @param sshOnly whether LIMA_SSH_PORT_FORWARDER asks for ssh. @param hasAgent whether the guest has an agent of ours */
export function chooseForwarder(hostOs: HostOs, sshOnly: boolean, hasAgent: boolean): ForwarderChoice {
  if (hasAgent && !sshOnly) return "fastest";
  return hostOs === "windows" ? "channels" : "master";
}
