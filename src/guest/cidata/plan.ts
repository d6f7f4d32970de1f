import { bootFiles } from "./boot-files.ts";
import { checkFacts } from "./checks.ts";
import { cloudConfig } from "./cloud-config.ts";
import { containerdArchiveName, etcEnvironment, limaEnv, paramEnv } from "./env-files.ts";
import type { GuestMediaFacts } from "./facts.ts";
import type { GuestMedia, MediaFile } from "./media.ts";
import { networkConfig } from "./network-config.ts";
import { provisionFiles } from "./provision-files.ts";

/** The volume label by which cloud-init's NoCloud and our own scripts find the media. */
export const mediaLabel = "cidata";

/** The guest's host name. */
export function guestHostname(instanceName: string): string {
  return `lima-${instanceName.replace(/[._]/g, "-")}`;
}

/** The instance id of a start: a new one each second, so that cloud-init takes every start for a new instance. */
export function instanceIdAt(time: Date): string {
  return `iid-${Math.floor(time.getTime() / 1000)}`;
}

/** Decides every file of cidata.iso for a guest other than Windows.
 * @throws UserError when a value cannot be given to a guest (no key, user root, a relative mount point, ...)
 */
export function planGuestMedia(facts: GuestMediaFacts): GuestMedia {
  checkFacts(facts);
  const text = (path: string, content: string): MediaFile => ({ path, mode: 0o644, content });
  const metaData = `instance-id: ${facts.instanceId}\nlocal-hostname: ${guestHostname(facts.instanceName)}\n`;
  const files = [
    text("meta-data", metaData),
    text("network-config", networkConfig(facts)),
    text("user-data", cloudConfig(facts, "guest")),
    text("lima.env", limaEnv(facts)),
    text("param.env", paramEnv(facts.config.param)),
    text("etc_environment", etcEnvironment(facts.environment)),
    ...(facts.noCloudInit ? [text("ssh_authorized_keys", facts.sshPublicKeys.join("\n"))] : []),
    ...bootFiles(facts),
    ...provisionFiles(facts.config),
    ...hostFiles(facts),
  ];
  return { instanceId: facts.instanceId, files, cloudConfig: cloudConfig(facts, "reference") };
}

function hostFiles({
  config,
  guestAgentFile,
  guestAgentMuslFile,
  nerdctlArchive,
}: GuestMediaFacts): readonly MediaFile[] {
  const files: MediaFile[] = [];
  const hasAgent = config.os === "Darwin" || (config.os === "Linux" && !config.plain);
  const add = (path: string, file: string | undefined) => {
    if (hasAgent && file !== undefined) files.push({ path, mode: 0o755, content: { file } });
  };
  add("lima-guestagent", guestAgentFile);
  add("lima-guestagent.musl", guestAgentMuslFile);
  if (nerdctlArchive !== undefined && (config.containerd.system || config.containerd.user)) {
    files.push({ path: containerdArchiveName, mode: 0o644, content: { file: nerdctlArchive } });
  }
  return files;
}
