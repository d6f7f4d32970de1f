import type { Config } from "../config/types.ts";

/**
 * The configuration of one run: without containerd where its archive could not be had. The program that started the host
 * agent has warned of that; nothing shall wait for what is not installed.
 */
export function configOfRun(config: Config, nerdctlArchive: string | undefined): Config {
  if (nerdctlArchive !== undefined) return config;
  return { ...config, containerd: { ...config.containerd, system: false, user: false } };
}
