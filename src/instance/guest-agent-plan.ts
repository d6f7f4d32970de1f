import type { Config } from "../config/types.ts";
import type { Host } from "../lib/host.ts";

/**
 * The executable that becomes the guest agent of an instance: this program itself, where host and guest are Linux of one
 * architecture.
 * @returns its path on the host; undefined for a guest that has none
 */
export function guestAgentFile(
  host: Pick<Host, "os" | "arch" | "self">,
  config: Pick<Config, "os" | "arch" | "plain">,
): string | undefined {
  const [executable, ...rest] = host.self;
  // From source there is no executable that could run alone in the guest.
  if (rest.length > 0 || config.plain) return undefined;
  return host.os === "linux" && config.os === "Linux" && host.arch === config.arch ? executable : undefined;
}
