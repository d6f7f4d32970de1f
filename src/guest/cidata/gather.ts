import { lookup } from "node:dns/promises";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { errorText, UserError } from "../../lib/errors.ts";
import type { Host } from "../../lib/host.ts";
import { type Note, planEnvironment, proxyHosts } from "./environment-plan.ts";
import type { GuestMediaFacts } from "./facts.ts";

/** What the caller knows; the rest of the facts is read here. */
export type GuestMediaInputs = Omit<GuestMediaFacts, "hostHome" | "environment" | "caCertificateFiles"> & {
  readonly host: Host;
  /** Proxies of the host's system settings; empty where there are none. */
  readonly systemProxies: Readonly<Record<string, string>>;
};

/** The facts, and what people should know about how they came to be. */
export interface GatheredFacts {
  readonly facts: GuestMediaFacts;
  readonly notes: readonly Note[];
}

/** Completes the facts for the media: reads certificates and finds out which proxies are on this host.
 * @throws UserError for a certificate file that cannot be read
 */
export async function gatherGuestMediaFacts(inputs: GuestMediaInputs): Promise<GatheredFacts> {
  const { host, systemProxies, ...rest } = inputs;
  const { env, propagateProxyEnv, caCerts } = inputs.config;
  const proxies = { systemProxies, env, propagateProxyEnv, processEnv: host.env };
  const loopbackHosts = await resolveLoopback(proxyHosts(proxies));
  const { environment, notes } = planEnvironment({ ...proxies, loopbackHosts, gateway: inputs.slirp.gateway });
  const caCertificateFiles = caCerts.files.map((file) => readCertificate(file, host.home));
  return { facts: { ...rest, hostHome: host.home, environment, caCertificateFiles }, notes };
}

/** Those of `names` that have an address of this host's loopback. */
async function resolveLoopback(names: readonly string[]): Promise<ReadonlySet<string>> {
  const checks = names.map(async (name) => {
    const addresses = await lookup(name, { all: true }).catch(() => []);
    return addresses.some(({ address }) => /^(?:127\.|::1$|::ffff:127\.)/i.test(address)) ? name : undefined;
  });
  return new Set((await Promise.all(checks)).filter((name) => name !== undefined));
}

function readCertificate(file: string, home: string): string {
  const path = file === "~" || file.startsWith("~/") ? join(home, file.slice(1)) : file;
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new UserError(`field \`caCerts.files\` refers to an unreadable file: ${errorText(cause)}`, { cause });
  }
}
