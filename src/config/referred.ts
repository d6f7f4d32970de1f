import type { Config } from "./types.ts";

/** Locations of every file that an instance of this configuration may download. */
export function referredLocations(config: Config): readonly string[] {
  const images = config.images.flatMap((image) => [image.location, image.kernel?.location, image.initrd?.location]);
  const archives = config.containerd.archives.map(({ location }) => location);
  const firmware = config.firmware.images.map(({ location }) => location);
  return [...images, ...archives, ...firmware].filter((location) => location !== undefined);
}
