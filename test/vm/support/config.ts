import type { Config } from "../../../src/config/types.ts";
import { sampleConfig } from "../../support/sample-config.ts";

/** A filled configuration, as small as one can be, whose mounts are QEMU's matter. */
export function config(more: Partial<Config> = {}): Config {
  return { ...sampleConfig, mountType: "9p", ...more };
}
