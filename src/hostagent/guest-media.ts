import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { macAddressOf } from "../config/mac-address.ts";
import type { Config } from "../config/types.ts";
import { gatherGuestMediaFacts } from "../guest/cidata/gather.ts";
import { guestDns, guestNics, slirpAddresses } from "../guest/cidata/network-plan.ts";
import { instanceIdAt, mediaLabel, planGuestMedia } from "../guest/cidata/plan.ts";
import type { Host } from "../lib/host.ts";
import { writeIso } from "../lib/iso9660/write.ts";
import type { Logger } from "../lib/log.ts";
import { instanceFiles } from "../store/instance-files.ts";
import type { Driver } from "../vm/driver.ts";
import { machineId } from "../vm/machine-id.ts";

export interface GuestMediaOptions {
  readonly host: Host;
  readonly logger: Logger;
  readonly name: string;
  readonly directory: string;
  readonly config: Config;
  readonly driver: Driver;
  /** Scripts of the program, by path below src/guest/boot. */
  readonly bootScripts: Readonly<Record<string, string>>;
  readonly sshPublicKeys: readonly string[];
  readonly guestAgentFile: string | undefined;
  readonly nerdctlArchive: string | undefined;
  readonly debug: boolean;
  /** Moment of this start, from which the instance id follows. */
  readonly time: Date;
}

/**
 * Writes `cidata.iso` and `cloud-config.yaml` for this start.
 * @returns the instance id that the guest will write into its markers
 */
export async function writeGuestMedia(options: GuestMediaOptions): Promise<string> {
  const { host, logger, config, directory, driver, time } = options;
  const slirp = slirpAddresses(config.vmType);
  const { facts, notes } = await gatherGuestMediaFacts({
    host,
    config,
    instanceName: options.name,
    instanceId: instanceIdAt(time),
    debug: options.debug,
    sshPublicKeys: options.sshPublicKeys,
    nics: guestNics(config, macAddressOf(await machineId(host), directory)),
    slirp,
    dns: guestDns({ config, slirp, usernet: false, udpPort: 0, tcpPort: 0, hostServers: [] }),
    agentChannel: { vsockPort: driver.guestAgent.vsockPort, virtioPort: driver.guestAgent.virtioPort },
    rosetta: { enabled: false, binfmt: false },
    noCloudInit: false,
    bootScripts: options.bootScripts,
    driverScripts: {},
    guestAgentFile: options.guestAgentFile,
    nerdctlArchive: options.nerdctlArchive,
    systemProxies: {},
  });
  for (const note of notes) logger[note.level === "warning" ? "warn" : "info"](note.text);
  const media = planGuestMedia(facts);
  writeIso(join(directory, instanceFiles.cidata), media.files, { label: mediaLabel, time });
  const cloudConfig = join(directory, instanceFiles.cloudConfig);
  rmSync(cloudConfig, { force: true });
  writeFileSync(cloudConfig, media.cloudConfig, { mode: 0o444 });
  return media.instanceId;
}
