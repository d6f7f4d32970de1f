import type { Config, MountType } from "../../config/types.ts";
import { UserError } from "../../lib/errors.ts";
import { quote } from "../../lib/quote.ts";
import type { Configured, ConfigureFacts } from "../driver.ts";
import { qemuOptions } from "./options.ts";
import { compareVersions } from "./version-plan.ts";

/** Fills what lima.yaml leaves to the QEMU driver. @throws UserError for what QEMU cannot do on this host */
export function configureQemu(config: Config, facts: ConfigureFacts): Configured {
  const warnings: string[] = [];
  const mountType = config.mountType ?? defaultMountType(config, facts);
  checkMountType(mountType, config, facts);
  const cpuType = migrateCpuType(config, warnings);
  if (config.ssh.overVsock === true) warnings.push("ssh.overVsock is not supported by the qemu driver, ignoring");
  for (const [index, { vzNAT }] of config.networks.entries())
    if (vzNAT) warnings.push(`vmType qemu: ignoring networks[${index}]: [VZNAT]`);
  const qemu = config.vmOpts.qemu;
  const vnc = config.video.vnc.display;
  return {
    warnings,
    config: {
      ...config,
      vmType: "qemu",
      mountType,
      vmOpts:
        Object.keys(cpuType).length === 0
          ? config.vmOpts
          : { ...config.vmOpts, qemu: { ...(typeof qemu === "object" && !Array.isArray(qemu) ? qemu : {}), cpuType } },
      video: {
        ...config.video,
        vnc: { ...config.video.vnc, display: vnc === undefined || vnc === "" ? "127.0.0.1:0,to=9" : vnc },
      },
      mounts: config.mounts.map((mount) =>
        mountType === "virtiofs" && mount.virtiofs.queueSize === undefined
          ? { ...mount, virtiofs: { ...mount.virtiofs, queueSize: 1024 } }
          : mount,
      ),
    },
  };
}

function defaultMountType(config: Config, { host, createdBy }: ConfigureFacts): MountType {
  // Instances made before 1.0 had reverse-sshfs; what they were used to must not change under them.
  const old = createdBy !== undefined && compareVersions(createdBy.replace(/^v/, ""), "1.0.0") < 0;
  return host.os === "windows" || old || config.mountTypesUnsupported.includes("9p") ? "reverse-sshfs" : "9p";
}

function checkMountType(mountType: MountType, config: Config, { host }: ConfigureFacts): void {
  if (config.mountTypesUnsupported.includes(mountType)) {
    throw new UserError(`mount type ${quote(mountType)} is explicitly unsupported`);
  }
  const allowed: readonly MountType[] =
    host.os === "linux"
      ? ["reverse-sshfs", "9p", "virtiofs"]
      : host.os === "windows"
        ? ["reverse-sshfs"]
        : ["reverse-sshfs", "9p"];
  if (!allowed.includes(mountType)) {
    const names = allowed.map(quote).join(", ");
    throw new UserError(
      `field \`mountType\` must be one of ${names} for vmType qemu on this host, got ${quote(mountType)}`,
    );
  }
}

/** Moves the old top-level `cpuType` to its present place; what is there already wins. */
function migrateCpuType(config: Config, warnings: string[]): Readonly<Record<string, string>> {
  const { cpuType } = qemuOptions(config);
  const old = Object.entries(config.cpuType).filter(([, cpu]) => cpu !== "");
  if (old.length === 0) return cpuType;
  warnings.push("field `cpuType` is deprecated, use `vmOpts.qemu.cpuType`");
  const merged: Record<string, string> = { ...cpuType };
  for (const [arch, cpu] of old) {
    const present = merged[arch];
    if (present === undefined) merged[arch] = cpu;
    else if (present !== cpu) {
      warnings.push(
        `field \`cpuType.${arch}\` is ignored, because \`vmOpts.qemu.cpuType.${arch}\` is ${quote(present)}`,
      );
    }
  }
  return merged;
}
