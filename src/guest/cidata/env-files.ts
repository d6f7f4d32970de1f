import { UserError } from "../../lib/errors.ts";
import { quote } from "../../lib/quote.ts";
import type { GuestMediaFacts } from "./facts.ts";
import { mediaMountPoint } from "./places.ts";
import { provisionIndex } from "./provision-files.ts";
import { printableComment } from "./user-comment.ts";

/** The name under which the containerd archive is on the media. */
export const containerdArchiveName = "nerdctl-full.tgz";

type Variables = readonly (readonly [name: string, value: string | number | boolean])[];

/** The values that boot.sh exports, `NAME=value` a line, raw to the end of the line. */
export function limaEnv(facts: GuestMediaFacts): string {
  const { config, slirp, dns, agentChannel, rosetta } = facts;
  const { user, containerd } = config;
  const hostHome = config.mounts.findLast((mount) => mount.location === facts.hostHome);
  const skipDependencies = config.provision.some((entry) => entry.skipDefaultDependencyResolution === true);
  return render([
    ["DEBUG", facts.debug],
    ["IID", facts.instanceId],
    ["NAME", facts.instanceName],
    ["MNT", mediaMountPoint(config.os)],
    ["USER", user.name],
    ["UID", user.uid],
    ["COMMENT", printableComment(user.comment)],
    ["HOME", user.home],
    ["SHELL", user.shell],
    ["HOSTHOME_MOUNTPOINT", hostHome?.mountPoint ?? ""],
    ["MOUNTS", config.mounts.length],
    ...config.mounts.map(({ mountPoint }, i) => [`MOUNTS_${i}_MOUNTPOINT`, mountPoint] as const),
    ["MOUNTTYPE", config.mountType === undefined || config.mountType === "wsl2" ? "" : config.mountType],
    ...diskVariables(facts),
    ...fileVariables(facts),
    ["GUEST_INSTALL_PREFIX", config.guestInstallPrefix],
    ["UPGRADE_PACKAGES", flag(config.upgradePackages)],
    ["CONTAINERD_USER", flag(containerd.user)],
    ["CONTAINERD_SYSTEM", flag(containerd.system)],
    ...(containerd.user || containerd.system ? ([["CONTAINERD_ARCHIVE", containerdArchiveName]] as const) : []),
    ["SLIRP_DNS", slirp.dns],
    ["SLIRP_GATEWAY", slirp.gateway],
    ["SLIRP_IP_ADDRESS", slirp.guest],
    ["UDP_DNS_LOCAL_PORT", dns.udpPort],
    ["TCP_DNS_LOCAL_PORT", dns.tcpPort],
    ["ROSETTA_ENABLED", rosetta.enabled && !config.plain],
    ["ROSETTA_BINFMT", rosetta.binfmt && !config.plain],
    ["SKIP_DEFAULT_DEPENDENCY_RESOLUTION", flag(skipDependencies)],
    ["VMTYPE", config.vmType],
    ["VSOCK_PORT", agentChannel.vsockPort],
    ["VIRTIO_PORT", agentChannel.virtioPort],
    ["PLAIN", flag(config.plain)],
    ["NO_CLOUD_INIT", flag(facts.noCloudInit)],
    ["PASSWORDLESS_SUDO", flag(user.passwordlessSudo)],
  ]);
}

function diskVariables({ config }: GuestMediaFacts): Variables {
  // The first virtio disk, vda, is the instance's own.
  const device = (i: number) => `vd${String.fromCharCode("b".charCodeAt(0) + i)}`;
  const disks = config.additionalDisks.flatMap(
    ({ name, format, fsType, fsArgs }, i): Variables => [
      [`DISK_${i}_NAME`, name],
      [`DISK_${i}_DEVICE`, device(i)],
      [`DISK_${i}_FORMAT`, format ?? true],
      [`DISK_${i}_FSTYPE`, fsType ?? ""],
      [`DISK_${i}_FSARGS`, fsArgs.join(" ")],
    ],
  );
  return [["DISKS", config.additionalDisks.length], ...disks];
}

function fileVariables({ config }: GuestMediaFacts): Variables {
  const defaultOwner = config.os === "Darwin" || config.os === "FreeBSD" ? "root:wheel" : "root:root";
  const all = config.provision.map((entry, i) => ({ entry, index: provisionIndex(i) }));
  const data = all.filter(({ entry }) => entry.mode === "data");
  const yq = all.filter(({ entry }) => entry.mode === "yq");
  return [
    ...data.flatMap(
      ({ entry, index }): Variables => [
        [`DATAFILE_${index}_OVERWRITE`, entry.overwrite ?? true],
        [`DATAFILE_${index}_OWNER`, entry.owner ?? defaultOwner],
        [`DATAFILE_${index}_PATH`, entry.path ?? ""],
        [`DATAFILE_${index}_PERMISSIONS`, entry.permissions ?? "644"],
      ],
    ),
    ...yq.flatMap(
      ({ entry, index }): Variables => [
        [`YQ_PROVISION_${index}_FORMAT`, entry.format ?? "auto"],
        [`YQ_PROVISION_${index}_OWNER`, entry.owner ?? defaultOwner],
        [`YQ_PROVISION_${index}_PATH`, entry.path ?? ""],
        [`YQ_PROVISION_${index}_PERMISSIONS`, entry.permissions ?? "644"],
      ],
    ),
  ];
}

function flag(on: boolean): string {
  return on ? "1" : "";
}

function render(variables: Variables): string {
  return variables.map(([name, value]) => envLine(`LIMA_CIDATA_${name}`, String(value))).join("");
}

/** `param.env`: the parameters of lima.yaml, sorted. */
export function paramEnv(param: Readonly<Record<string, string>>): string {
  const names = Object.keys(param).sort();
  return names.map((name) => envLine(`PARAM_${name}`, param[name] ?? "")).join("");
}

/** `etc_environment`: the block that goes into the guest's /etc/environment. */
export function etcEnvironment(environment: Readonly<Record<string, string>>): string {
  const lines = Object.keys(environment)
    .sort()
    .map((name) => envLine(name, environment[name] ?? ""));
  return ["#LIMA-START\n", ...lines, "#LIMA-END\n"].join("");
}

/** @throws UserError when name or value would not stay one line, or the name would not stay a name */
function envLine(name: string, value: string): string {
  if (!/^[^\s=#"'\0]+$/.test(name))
    throw new UserError(`the environment variable name ${quote(name)} cannot be used in the guest`);
  if (/[\n\r\0]/.test(value)) throw new UserError(`the value of \`${name}\` must be one line, got ${quote(value)}`);
  return `${name}=${value}\n`;
}
