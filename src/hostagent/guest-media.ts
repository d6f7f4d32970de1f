import { join } from "node:path";
import { type InstanceMediaOptions, planInstanceMedia } from "../guest/cidata/instance-media.ts";
import { mediaLabel } from "../guest/cidata/plan.ts";
import { writeFileAtomic } from "../lib/files.ts";
import { writeIso } from "../lib/iso9660/write.ts";
import type { Logger } from "../lib/log.ts";
import { instanceFiles } from "../store/instance-files.ts";
import type { Driver } from "../vm/driver.ts";
import { machineId } from "../vm/machine-id.ts";

export interface GuestMediaOptions extends Omit<InstanceMediaOptions, "machineId" | "agentChannel"> {
  readonly logger: Logger;
  readonly driver: Driver;
}

/**
 * Writes `cidata.iso` and `cloud-config.yaml` for this start.
 * @returns the instance id that the guest will write into its markers
 */
export async function writeGuestMedia(options: GuestMediaOptions): Promise<string> {
  const { host, logger, directory, driver, time } = options;
  const { media, notes } = await planInstanceMedia({
    ...options,
    machineId: await machineId(host),
    agentChannel: driver.guestAgent,
  });
  for (const note of notes) logger[note.level === "warning" ? "warn" : "info"](note.text);
  writeIso(join(directory, instanceFiles.cidata), media.files, { label: mediaLabel, time });
  writeFileAtomic(join(directory, instanceFiles.cloudConfig), media.cloudConfig, 0o444);
  return media.instanceId;
}
