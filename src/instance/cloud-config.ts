import { join } from "node:path";
import { macAddressOf } from "../config/mac-address.ts";
import type { Config } from "../config/types.ts";
import { gatherGuestMediaFacts } from "../guest/cidata/gather.ts";
import { guestDns, guestNics, slirpAddresses } from "../guest/cidata/network-plan.ts";
import { instanceIdAt, planGuestMedia } from "../guest/cidata/plan.ts";
import { errorText } from "../lib/errors.ts";
import { writeFileAtomic } from "../lib/files.ts";
import { instanceFiles } from "../store/instance-files.ts";
import { loadSshKeys } from "../store/ssh-keys.ts";
import type { Driver } from "../vm/driver.ts";
import { loadDriver } from "../vm/drivers.ts";
import { machineId } from "../vm/machine-id.ts";
import type { InstanceContext } from "./context.ts";
import type { Instance } from "./record.ts";

/** Writes `cloud-config.yaml` for people to read; the guest gets its own with each start. A failure is only logged. */
export async function writeCloudConfig(context: InstanceContext, instance: Instance): Promise<void> {
  if (instance.config === undefined) return;
  try {
    const driver = await loadDriver(instance.config.vmType);
    const { config } = driver.configure(instance.config, { host: context.host, createdBy: instance.limaVersion });
    const text = await cloudConfigText(context, instance, config, driver);
    writeFileAtomic(join(instance.dir, instanceFiles.cloudConfig), text, 0o444);
  } catch (error) {
    context.logger.error("failed to configure driver for regenerating cloud-config", { error: errorText(error) });
  }
}

async function cloudConfigText(
  { host, limaHome }: InstanceContext,
  instance: Instance,
  config: Config,
  driver: Driver,
): Promise<string> {
  const slirp = slirpAddresses(config.vmType);
  const { facts } = await gatherGuestMediaFacts({
    host,
    config,
    instanceName: instance.name,
    instanceId: instanceIdAt(host.now),
    debug: false,
    sshPublicKeys: (await loadSshKeys(host, limaHome, config.ssh.loadDotSSHPubKeys)).publicKeys,
    nics: guestNics(config, macAddressOf(await machineId(host), instance.dir)),
    slirp,
    dns: guestDns({ config, slirp, usernet: false, udpPort: 0, tcpPort: 0, hostServers: [] }),
    agentChannel: { vsockPort: driver.guestAgent.vsockPort, virtioPort: driver.guestAgent.virtioPort },
    rosetta: { enabled: false, binfmt: false },
    noCloudInit: false,
    bootScripts: {},
    driverScripts: {},
    guestAgentFile: undefined,
    nerdctlArchive: undefined,
    systemProxies: {},
  });
  return planGuestMedia(facts).cloudConfig;
}
