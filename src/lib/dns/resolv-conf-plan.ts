import { canonicalIp } from "../ip-address.ts";

/** What resolv.conf(5) says, as far as it concerns asking. */
export interface ResolvConf {
  /** Addresses of the name servers, in the order they are to be asked in. */
  readonly servers: readonly string[];
  /** Domains in which a short name is looked for. */
  readonly search: readonly string[];
  /** A name with fewer dots is short. */
  readonly ndots: number;
}

/** Where names are asked for when resolv.conf cannot be read. */
const publicServers: readonly string[] = ["8.8.8.8", "1.1.1.1"];

/** Reads resolv.conf. @param text its content; undefined when it cannot be read, as on Windows */
export function parseResolvConf(text: string | undefined): ResolvConf {
  if (text === undefined) return { servers: publicServers, search: [], ndots: 1 };
  const servers: string[] = [];
  let search: readonly string[] = [];
  let ndots = 1;
  for (const line of text.split("\n")) {
    const [word, ...values] = (/^[^#;]*/.exec(line)?.[0] ?? "").trim().split(/\s+/);
    if (word === "nameserver") {
      const address = serverAddress(values[0] ?? "");
      if (address !== undefined) servers.push(address);
    } else if (word === "search" || word === "domain") {
      search = values.map((value) => value.replace(/\.$/, "")).filter((value) => value !== "");
    } else if (word === "options") {
      const digits = values.map((value) => /^ndots:(\d+)$/.exec(value)?.[1]).findLast((value) => value !== undefined);
      if (digits !== undefined) ndots = Math.min(Number(digits), 15);
    }
  }
  // without a name server the C library asks this machine
  return { servers: servers.length === 0 ? ["127.0.0.1"] : servers, search, ndots };
}

/** An address, which for IPv6 may have a zone (`fe80::1%eth0`). */
function serverAddress(text: string): string | undefined {
  const [address = "", zone] = text.split("%", 2);
  const canonical = canonicalIp(address);
  return canonical === undefined || zone === undefined ? canonical : `${canonical}%${zone}`;
}

/**
 * The names to ask for in turn: a short name stands for itself in each of the search domains, then for itself; any other
 * only for itself, so that a wrong name stays one.
 */
export function candidates(name: string, { search, ndots }: Pick<ResolvConf, "search" | "ndots">): readonly string[] {
  const bare = name.replace(/\.$/, "");
  if (bare === "" || bare.split(".").length - 1 >= ndots) return [name];
  return [...search.map((domain) => `${bare}.${domain}.`), name];
}
