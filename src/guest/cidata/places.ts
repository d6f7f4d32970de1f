import type { GuestOs } from "../../config/types.ts";

/** Where a guest mounts the media; a guest that finds them elsewhere tells its boot.sh so. */
export function mediaMountPoint(os: GuestOs): string {
  return os === "Darwin" ? "/Volumes/cidata" : "/mnt/lima-cidata";
}

/** Where boot.sh leaves its markers. */
export function markerDirectory(os: GuestOs): string {
  return os === "Linux" ? "/run" : "/var/run";
}
