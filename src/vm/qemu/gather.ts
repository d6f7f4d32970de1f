import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { macAddressOf } from "../../config/mac-address.ts";
import { isIso9660 } from "../../image/format.ts";
import { UserError } from "../../lib/errors.ts";
import { quote } from "../../lib/quote.ts";
import { cacheDirectory } from "../../store/directories.ts";
import type { StartOptions } from "../driver.ts";
import { machineId } from "../machine-id.ts";
import { readAcceleration } from "./acceleration.ts";
import { findQemu, which } from "./binary.ts";
import type { DiskFacts, QemuFacts } from "./facts.ts";
import { qemuFeatures } from "./features.ts";
import { chooseFirmware } from "./firmware-image.ts";
import { findVirtiofsd } from "./helpers.ts";
import { qemuFiles } from "./layout.ts";
import { needsFirmware } from "./plan.ts";

export interface GatherOptions extends StartOptions {
  readonly sshAddress: string;
}

/** Reads all that a start of QEMU depends on; what does not depend on each other is asked at the same time. */
export async function gatherQemu(options: GatherOptions): Promise<QemuFacts> {
  const { config, host, instance } = options;
  const file = (name: string): string => join(instance.directory, name);
  const binary = await findQemu(config.arch, host);
  const needsVirtiofsd = config.mountType === "virtiofs" && config.mounts.length > 0;
  const [features, acceleration, machine, virtiofsd, firmware] = await Promise.all([
    qemuFeatures(binary.path, config.arch === "x86_64" ? "q35" : "virt", {
      cacheDirectory: cacheDirectory(host),
      env: host.env,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    }),
    readAcceleration(host),
    machineId(host),
    needsVirtiofsd ? findVirtiofsd(host, binary.path) : undefined,
    needsFirmware(config) ? chooseFirmware(options, binary.path) : undefined,
  ]);
  return {
    host: { os: host.os, arch: host.arch, osVersion: host.osVersion },
    instance,
    config,
    binary,
    features,
    acceleration,
    firmware,
    disks: findDisks(instance.directory),
    boot: readDirectBoot(file),
    windowsInstalled: existsSync(file(qemuFiles.windowsInstalled)),
    virtioWin: existsSync(file(qemuFiles.virtioWin)),
    additionalDisks: options.additionalDisks,
    sshAddress: options.sshAddress,
    sshLocalPort: options.sshLocalPort,
    macAddress: macAddressOf(machine, instance.directory),
    networks: options.networks,
    helpers: { virtiofsd, swtpm: config.tpm ? which("swtpm", host) : undefined },
  };
}

/**
 * The disks of an instance in either layout: `disk` and `iso` (Lima 2.1 and later), or `diffdisk` on a `basedisk`,
 * which may itself be the ISO image to install from.
 * @throws UserError when there is nothing to boot from
 */
export function findDisks(directory: string): DiskFacts {
  const existing = (name: string): string | undefined => {
    const path = join(directory, name);
    return existsSync(path) ? path : undefined;
  };
  const disk = existing(qemuFiles.disk) ?? existing(qemuFiles.diffDisk);
  const base = existing(qemuFiles.baseDisk);
  const iso = existing(qemuFiles.iso) ?? (base !== undefined && isIso9660(base) ? base : undefined);
  if (disk === undefined && iso === undefined) {
    throw new UserError(`instance directory ${quote(directory)} has no boot disk (${quote(qemuFiles.diffDisk)})`);
  }
  return { disk, iso };
}

function readDirectBoot(file: (name: string) => string): QemuFacts["boot"] {
  const kernel = file(qemuFiles.kernel);
  const initrd = file(qemuFiles.initrd);
  const cmdline = file(qemuFiles.kernelCmdline);
  return {
    ...(existsSync(kernel) ? { kernel } : {}),
    ...(existsSync(cmdline) ? { cmdline: readFileSync(cmdline, "utf8").trimEnd() } : {}),
    ...(existsSync(initrd) ? { initrd } : {}),
  };
}
