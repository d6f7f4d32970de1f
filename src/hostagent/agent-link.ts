import { describeExit, exec } from "../lib/exec.ts";
import type { Host } from "../lib/host.ts";
import { sshArguments } from "../store/ssh-plan.ts";
import type { SshAccess } from "./ssh-access.ts";

/** Where the guest's programs find the host's ssh-agent, whichever connection leads to it now. */
const link = "/run/host-services/ssh-auth.sock";

const script = `#!/bin/bash
set -eu -o pipefail
: "\${SSH_AUTH_SOCK:?no agent is forwarded: is SSH_AUTH_SOCK set on the host, and does an ssh-agent answer there?}"
sudo mkdir -p -m 700 "${link.slice(0, link.lastIndexOf("/"))}"
sudo ln -sfn "$SSH_AUTH_SOCK" "${link}"
sudo chown "$(id -u)" "${link.slice(0, link.lastIndexOf("/"))}"
sudo chown -h "$(id -u)" "${link}"
`;

/**
 * Leads the guest's well-known path to the ssh-agent that the shared connection forwards; needed anew for each such
 * connection.
 * @returns why it could not be done
 */
export async function linkAgent(host: Host, { program, options, endpoint }: SshAccess): Promise<string | undefined> {
  const args = [...sshArguments(options), "-p", String(endpoint.port), endpoint.address, "--", "/bin/bash -s"];
  const result = await exec([...program.command, ...args], { env: host.env, stdin: script, timeoutMs: 60_000 });
  if (result.code === 0) return undefined;
  return `failed to forward the ssh-agent to ${link}: ${describeExit(result)}: ${result.stderr.trim()}`;
}
