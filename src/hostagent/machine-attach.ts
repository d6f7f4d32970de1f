import { errorText, UserError } from "../lib/errors.ts";
import type { AttachVerdict } from "../store/attach-plan.ts";
import { findProcesses, processIdentity, signalProcess, waitForEnd } from "../store/process.ts";
import { loadSshKeys } from "../store/ssh-keys.ts";
import type { SshEndpoint } from "../store/ssh-plan.ts";
import { readState } from "../store/state.ts";
import type { Machine } from "../vm/driver.ts";
import { isMountClient } from "./mounts/orphan-plan.ts";
import type { HostAgentOptions } from "./options.ts";
import type { Running } from "./running.ts";
import { prepareSshAccess } from "./ssh-access.ts";

/** The machine runs on without a host agent, for it could not be taken over. */
export class MachineLeft extends UserError {}

/** How long a process that was sent SIGKILL may take to be gone. */
const killLimitMs = 5000;

/**
 * Takes over a machine whose host agent has died. What that left is ended or used: the mounts' ssh clients are ended, for
 * each mount is made anew; the ssh control master is shared again by whoever finds its socket.
 * @throws MachineLeft when the machine does not answer
 */
export async function attachMachine(
  options: HostAgentOptions,
  { driver, run }: Extract<AttachVerdict, { kind: "attach" }>,
): Promise<Running> {
  const { host, config, logger, directory, name, limaHome, signal } = options;
  logger.info(`Taking over the running virtual machine (pid ${driver.pid}), whose host agent is gone`);
  const keys = await loadSshKeys(host, limaHome, config.ssh.loadDotSSHPubKeys);
  const endpoint = { address: options.driver.sshAddress, port: run.sshLocalPort };
  const access = prepareSshAccess(options, keys, endpoint);
  access.catch((error: unknown) => logger.warn(errorText(error)));
  await endMountClients(endpoint);
  let machine: Machine;
  try {
    const helpers = readState(directory)?.helpers ?? [];
    machine = await options.driver.attach({
      instance: { name, directory },
      process: driver,
      helpers,
      log: logger,
      signal,
    });
  } catch (cause) {
    throw new MachineLeft(`the virtual machine (pid ${driver.pid}) cannot be taken over: ${errorText(cause)}`, {
      cause,
    });
  }
  return { machine, instanceId: run.instanceId, endpoint, access };
}

/** Each dies with its sftp-server, and the guest's side of it with the connection. */
async function endMountClients(endpoint: SshEndpoint): Promise<void> {
  const clients = findProcesses((argv) => isMountClient(argv, endpoint)).flatMap((pid) => processIdentity(pid) ?? []);
  await Promise.all(
    clients.map(async (client) => {
      if (signalProcess(client, "SIGKILL")) await waitForEnd(client, killLimitMs);
    }),
  );
}
