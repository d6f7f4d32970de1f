import type { Config } from "../../config/types.ts";
import { mediaLabel } from "./plan.ts";

/** In what form the media are handed to a guest. */
export type MediaForm =
  | { readonly kind: "image"; readonly label: string; readonly names: "rock-ridge" | "joliet" }
  | { readonly kind: "directory" };

/** Whether the guest has no cloud-init, so that our own scripts make its user (wsl2). */
export function lacksCloudInit({ vmType }: Pick<Config, "vmType">): boolean {
  return vmType === "wsl2";
}

/**
 * The form that a guest can read: Linux reads Rock Ridge, the others Joliet. A distribution below wsl2 has no drive for an
 * image and reads a directory of the host.
 */
export function mediaForm(config: Pick<Config, "os" | "vmType">): MediaForm {
  if (lacksCloudInit(config)) return { kind: "directory" };
  return { kind: "image", label: mediaLabel, names: config.os === "Linux" ? "rock-ridge" : "joliet" };
}
