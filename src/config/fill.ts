import type { Arch, Host } from "../lib/host.ts";
import { formatSize } from "../lib/sizes.ts";
import { expander, guestData, hostData } from "./expand.ts";
import { createdBefore, type ExpandContext, type FillContext } from "./fill-context.ts";
import { fillCopyToHost, fillForward } from "./fill-forwards.ts";
import { fillArchives, fillFirmwareImage, fillImage } from "./fill-images.ts";
import { fillMounts } from "./fill-mounts.ts";
import { fillNetworks } from "./fill-networks.ts";
import { fillProbe, fillProvision } from "./fill-provision.ts";
import { fillUser } from "./fill-user.ts";
import type { Layers } from "./layer.ts";
import { mergeLayers } from "./merge.ts";
import type { Origins } from "./origins.ts";
import type { Config, GuestOs, PartialConfig, Ssh } from "./types.ts";

const gib = 1024 ** 3;

/** Empty text and `default` mean: not set. */
function chosen<T extends string>(value: T | undefined): T | undefined {
  return value === undefined || (value as string) === "" || (value as string) === "default" ? undefined : value;
}

function defaultVmType(host: Host, arch: Arch): string {
  return host.os === "darwin" && arch === host.arch ? "vz" : "qemu";
}

/** `LIMA_SSH_OVER_VSOCK` (deprecated) wins over every file. */
function overVsock(given: boolean | undefined, { host, warnings }: FillContext): boolean | undefined {
  const text = host.env.LIMA_SSH_OVER_VSOCK;
  if (text === undefined || text === "") return given;
  const truth = /^(?:1|t|T|TRUE|true|True)$/.test(text);
  if (!truth && !/^(?:0|f|F|FALSE|false|False)$/.test(text)) {
    warnings.push({ message: `invalid LIMA_SSH_OVER_VSOCK value ${JSON.stringify(text)}` });
    return given;
  }
  warnings.push({
    message: "The environment variable LIMA_SSH_OVER_VSOCK is deprecated; use the YAML field `ssh.overVsock`",
  });
  return truth;
}

function fillSsh(given: NonNullable<PartialConfig["ssh"]>, context: FillContext): Ssh {
  const { instance } = context;
  const vsock = overVsock(given.overVsock, context);
  return {
    localPort: given.localPort ?? (instance.name === "default" && createdBefore(instance, "2.0.0") ? 60022 : 0),
    loadDotSSHPubKeys: given.loadDotSSHPubKeys ?? true,
    forwardAgent: given.forwardAgent ?? false,
    forwardX11: given.forwardX11 ?? false,
    forwardX11Trusted: given.forwardX11Trusted ?? false,
    ...(vsock === undefined ? {} : { overVsock: vsock }),
  };
}

/** The host's time zone; the guest is left alone where it cannot be told. Windows has none of these names. */
function hostTimezone({ host, facts, warnings }: FillContext): string {
  if (facts.timezone === "" && host.os !== "windows")
    warnings.push({ message: "unable to determine host timezone, falling back to default value" });
  return facts.timezone;
}

/** What plain mode takes away: everything that needs a guest agent or changes the guest. */
function makePlain(config: Config, origins: Origins): Config {
  const kept = config.portForwards.map((rule, index) => ({ rule, index })).filter(({ rule }) => rule.static);
  origins.keepElements(
    "portForwards",
    kept.map(({ index }) => index),
  );
  return {
    ...config,
    portForwards: kept.map(({ rule }) => rule),
    mounts: [],
    containerd: { ...config.containerd, system: false, user: false },
    timezone: "",
  };
}

/** A filled configuration. */
export interface Filled {
  readonly config: Config;
  /** False when `vmType` is the host's default and no file names it. */
  readonly vmTypeGiven: boolean;
  readonly origins: Origins;
}

/** Merges the files and gives every field that is left its default for this host. */
export function fillConfig(layers: Layers, context: FillContext): Filled {
  const { merged, origins } = mergeLayers(layers);
  const { host, facts, instance } = context;
  const os: GuestOs = chosen(merged.os) ?? "Linux";
  const arch = chosen(merged.arch) ?? host.arch;
  const param = merged.param ?? {};
  const user = fillUser(merged.user ?? {}, os, param, context);
  const vmType = chosen(merged.vmType);
  const expanding: ExpandContext = {
    ...context,
    expandGuest: expander(guestData(instance, user, param), context),
    expandHost: expander(hostData(instance, host, facts, param), context),
  };
  const mountType = chosen(merged.mountType);
  const vncDisplay = merged.video?.vnc?.display;
  const withRootless = os === "Linux" && (arch === "x86_64" || arch === "aarch64");
  const { enabled: rosetta, binfmt } = merged.rosetta ?? {};
  const config: Config = {
    ...(merged.minimumLimaVersion === undefined ? {} : { minimumLimaVersion: merged.minimumLimaVersion }),
    base: (merged.base ?? []).map((each) => ({ url: each.url ?? "", digest: each.digest ?? "" })),
    vmType: vmType ?? defaultVmType(host, arch),
    vmOpts: merged.vmOpts ?? {},
    osOpts: merged.osOpts ?? {},
    os,
    arch,
    images: (merged.images ?? []).map((image) => fillImage(image, arch)),
    cpuType: merged.cpuType ?? {},
    cpus: merged.cpus || Math.min(4, host.cpus),
    memory: merged.memory || formatSize(Math.min(4 * gib, Math.floor(host.memoryBytes / 2))),
    disk: merged.disk || "100GiB",
    additionalDisks: (merged.additionalDisks ?? []).map((disk) => ({
      name: disk.name ?? "",
      ...(disk.format === undefined ? {} : { format: disk.format }),
      ...(disk.fsType === undefined ? {} : { fsType: disk.fsType }),
      fsArgs: (disk.fsArgs ?? []).map(String),
    })),
    mounts: fillMounts(layers, origins, expanding),
    mountTypesUnsupported: merged.mountTypesUnsupported ?? [],
    ...(mountType === undefined ? {} : { mountType }),
    mountInotify: merged.mountInotify ?? false,
    ssh: fillSsh(merged.ssh ?? {}, context),
    firmware: {
      legacyBIOS: merged.firmware?.legacyBIOS ?? false,
      images: (merged.firmware?.images ?? []).map((image) => fillFirmwareImage(image, arch)),
    },
    audio: { device: merged.audio?.device ?? "", interface: merged.audio?.interface ?? "" },
    video: {
      display: merged.video?.display || "none",
      vnc: vncDisplay === undefined ? {} : { display: vncDisplay },
    },
    upgradePackages: merged.upgradePackages ?? false,
    containerd: {
      system: merged.containerd?.system ?? false,
      user: merged.containerd?.user ?? withRootless,
      archives: fillArchives(merged.containerd?.archives ?? [], arch),
    },
    guestInstallPrefix: merged.guestInstallPrefix ?? "/usr/local",
    provision: (merged.provision ?? []).map((each, index) => fillProvision(each, index, os, expanding)),
    probes: (merged.probes ?? []).map((each, index, all) => fillProbe(each, index, all.length, expanding)),
    portForwards: (merged.portForwards ?? []).map((each, index) => fillForward(each, index, expanding)),
    copyToHost: (merged.copyToHost ?? []).map((each, index) => fillCopyToHost(each, index, expanding)),
    message: merged.message ?? "",
    networks: fillNetworks(layers, origins, context),
    env: merged.env ?? {},
    param,
    dns: merged.dns ?? [],
    hostResolver: {
      enabled: merged.hostResolver?.enabled ?? true,
      ipv6: merged.hostResolver?.ipv6 ?? false,
      hosts: merged.hostResolver?.hosts ?? {},
    },
    propagateProxyEnv: merged.propagateProxyEnv ?? true,
    caCerts: {
      removeDefaults: merged.caCerts?.removeDefaults ?? false,
      files: merged.caCerts?.files ?? [],
      certs: merged.caCerts?.certs ?? [],
    },
    rosetta: {
      ...(rosetta === undefined ? {} : { enabled: rosetta }),
      ...(binfmt === undefined ? {} : { binfmt }),
    },
    plain: merged.plain ?? false,
    timezone: merged.timezone ?? hostTimezone(context),
    nestedVirtualization: merged.nestedVirtualization ?? false,
    tpm: merged.tpm ?? false,
    user,
  };
  return { config: config.plain ? makePlain(config, origins) : config, vmTypeGiven: vmType !== undefined, origins };
}
