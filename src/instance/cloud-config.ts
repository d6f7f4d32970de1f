import { join } from "node:path";
import { planInstanceMedia } from "../guest/cidata/instance-media.ts";
import { errorText } from "../lib/errors.ts";
import { writeFileAtomic } from "../lib/files.ts";
import { instanceFiles } from "../store/instance-files.ts";
import { loadSshKeys } from "../store/ssh-keys.ts";
import { loadDriver } from "../vm/drivers.ts";
import { machineId } from "../vm/machine-id.ts";
import type { InstanceContext } from "./context.ts";
import type { Instance } from "./record.ts";

const failure = "failed to configure driver for regenerating cloud-config";

/**
 * Writes `cloud-config.yaml` for people to read; the guest gets its own with each start. A failure is only logged.
 * @param bootScripts scripts of the program, by path below src/guest/boot: some are part of the text
 */
export async function writeCloudConfig(
  context: InstanceContext,
  instance: Instance,
  bootScripts: Readonly<Record<string, string>>,
): Promise<void> {
  const { host, limaHome, logger } = context;
  if (instance.config === undefined) {
    logger.error(failure, { error: instance.errors.join("\n") });
    return;
  }
  // Windows has no cloud-init.
  if (instance.config.os === "Windows") return;
  try {
    const driver = await loadDriver(instance.config.vmType);
    const { config } = driver.configure(instance.config, { host, createdBy: instance.limaVersion });
    const { media } = await planInstanceMedia({
      host,
      name: instance.name,
      directory: instance.dir,
      config,
      machineId: await machineId(host),
      agentChannel: driver.guestAgent,
      bootScripts,
      sshPublicKeys: (await loadSshKeys(host, limaHome, config.ssh.loadDotSSHPubKeys)).publicKeys,
      guestAgentFile: undefined,
      nerdctlArchive: undefined,
      debug: false,
      time: host.now,
    });
    writeFileAtomic(join(instance.dir, instanceFiles.cloudConfig), media.cloudConfig, 0o444);
  } catch (error) {
    logger.error(failure, { error: errorText(error) });
  }
}
