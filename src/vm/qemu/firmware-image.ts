import { existsSync } from "node:fs";
import { join } from "node:path";
import { download } from "../../image/download.ts";
import { errorText } from "../../lib/errors.ts";
import { quote } from "../../lib/quote.ts";
import { cacheDirectory } from "../../store/directories.ts";
import type { DriverContext } from "../driver.ts";
import { findFirmware } from "./firmware.ts";
import { qemuFiles } from "./layout.ts";

/**
 * The UEFI code image of an instance: the one it has, else the first of `firmware.images` that can be had, which it then
 * keeps, else this host's own.
 */
export async function chooseFirmware(context: DriverContext, qemuPath: string): Promise<string | undefined> {
  const { config, host, instance, log } = context;
  const own = join(instance.directory, qemuFiles.qemuEfiCode);
  if (existsSync(own)) {
    log.info(`Using existing firmware (${quote(own)})`);
    return own;
  }
  for (const image of config.firmware.images) {
    if ((image.vmType !== "" && image.vmType !== "qemu") || image.arch !== config.arch) continue;
    if (await fetched(image, own, context)) return own;
  }
  const system = findFirmware(config.arch, host, qemuPath);
  if (system !== undefined) log.info(`Using system firmware (${quote(system)})`);
  return system;
}

async function fetched(
  { location, digest }: { readonly location: string; readonly digest: string },
  destination: string,
  { host, log, signal }: DriverContext,
): Promise<boolean> {
  try {
    await download(location, destination, {
      description: `UEFI code ${location}`,
      digest,
      decompress: true,
      cacheDirectory: cacheDirectory(host),
      home: host.home,
      env: host.env,
      log,
      ...(signal === undefined ? {} : { signal }),
    });
    log.info(`Using firmware ${quote(destination)} (downloaded from ${quote(location)})`);
    return true;
  } catch (error) {
    signal?.throwIfAborted();
    log.warn(`failed to download ${quote(location)}: ${errorText(error)}`);
    return false;
  }
}
