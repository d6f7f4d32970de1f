import { join } from "node:path";
import { configDirectory } from "../store/directories.ts";

/** `_config/networks.yaml` of a Lima home. */
export function networksFile(limaHome: string): string {
  return join(configDirectory(limaHome), "networks.yaml");
}
