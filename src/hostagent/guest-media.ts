import { join } from "node:path";
import { mediaForm } from "../guest/cidata/form-plan.ts";
import { type InstanceMediaOptions, planInstanceMedia } from "../guest/cidata/instance-media.ts";
import { tellFullDisk } from "../image/full-disk.ts";
import { writeFileAtomic } from "../lib/files.ts";
import { writeIso } from "../lib/iso9660/write.ts";
import type { Logger } from "../lib/log.ts";
import { instanceFiles } from "../store/instance-files.ts";
import type { Driver } from "../vm/driver.ts";
import { machineId } from "../vm/machine-id.ts";
import { writeMediaDirectory } from "./media-directory.ts";
import { writeWindowsMedia } from "./windows-media.ts";

export interface GuestMediaOptions extends Omit<InstanceMediaOptions, "machineId" | "agentChannel"> {
  readonly logger: Logger;
  readonly driver: Driver;
}

/**
 * Writes `cidata.iso`, or the directory `cidata` for a guest that has no drive, and `cloud-config.yaml` for this start.
 * @returns the instance id that the guest will write into its markers
 */
export async function writeGuestMedia(options: GuestMediaOptions): Promise<string> {
  if (options.config.os === "Windows") return writeWindowsMedia(options);
  const { host, logger, directory, driver, time } = options;
  const { media, notes } = await planInstanceMedia({
    ...options,
    machineId: await machineId(host),
    agentChannel: driver.guestAgent,
  });
  for (const note of notes) logger[note.level === "warning" ? "warn" : "info"](note.text);
  const form = mediaForm(options.config);
  const path = join(directory, form.kind === "directory" ? instanceFiles.cidataDirectory : instanceFiles.cidata);
  await tellFullDisk(path, directory, async () => {
    if (form.kind === "directory") writeMediaDirectory(path, media.files);
    else writeIso(path, media.files, { ...form, time });
  });
  writeFileAtomic(join(directory, instanceFiles.cloudConfig), media.cloudConfig, 0o444);
  return media.instanceId;
}
