import { randomInt } from "node:crypto";
import { lookup } from "node:dns/promises";
import { readFileSync, statSync } from "node:fs";
import { isIP } from "node:net";
import type { Host } from "../host.ts";
import { exchange } from "./exchange.ts";
import { type HostsFile, hostsKey, parseHostsFile } from "./hosts-file-plan.ts";
import { makeQuery, type Question, type RecordData, rcodeOf, rcodes, recordsOf } from "./message.ts";
import { hasOtherSources } from "./nsswitch-plan.ts";
import { candidates, parseResolvConf, type ResolvConf } from "./resolv-conf-plan.ts";

/** How this host finds names. */
export interface HostNamesOptions {
  readonly os: Host["os"];
  /** @default /etc/resolv.conf */
  readonly resolvConf?: string;
  /** @default /etc/hosts */
  readonly hostsFile?: string;
  /** @default /etc/nsswitch.conf */
  readonly nsswitchConf?: string;
  /** Port of the name servers. @default 53 */
  readonly port?: number;
}

/** What the host knows of a question. */
export interface Found {
  /** Records of the type asked for. */
  readonly records: readonly RecordData[];
  /** The host has something of the name, whatever a name server says of it. */
  readonly exists: boolean;
  /** The reply of a name server to the very question, when one was asked. */
  readonly reply?: Buffer;
}

/** What the name servers know of a question. */
type Said = Omit<Found, "exists">;

const addressFamilies: Readonly<Record<string, 4 | 6>> = { A: 4, AAAA: 6 };

/**
 * Names as this host finds them: each time by its hosts file, name servers and search domains as they are then. On Linux
 * the name servers are asked from here, so that one that is slow keeps nobody else waiting; elsewhere the system's own
 * resolver says the addresses (split DNS, multicast), and the name servers the rest.
 */
export class HostNames {
  private readonly over = new AbortController();
  private hosts: { readonly stamp: string; readonly names: HostsFile } = { stamp: "", names: new Map() };

  private elsewhere: Promise<readonly string[]> = Promise.resolve([]);

  constructor(private readonly options: HostNamesOptions) {}

  /** Answers a question. @param query the packet it came in, when the name servers are to be asked with that */
  async find(question: Question, query?: Buffer): Promise<Found> {
    const family = addressFamilies[question.type];
    if (family === undefined) return { ...(await this.byServers(question, query)), exists: false };
    if (this.options.os !== "linux") {
      const all = await systemAddresses(question.name);
      const records = recordsOfFamily(all, family);
      if (records.length > 0) return { records, exists: true };
      return { ...(await this.byServers(question, query)), exists: all.length > 0 };
    }
    const listed = this.hostsNames().get(hostsKey(question.name)) ?? [];
    const records = recordsOfFamily(listed, family);
    if (records.length > 0) return { records, exists: true };
    const conf = this.resolvConf();
    let exists = listed.length > 0;
    for (const name of candidates(question.name, conf)) {
      if (name === question.name) break;
      const { records, reply } = await this.byServers({ ...question, name }, undefined, conf);
      if (records.length > 0) return { records, exists: true };
      exists ||= reply !== undefined && rcodeOf(reply) === rcodes.noError;
    }
    const found = { ...(await this.byServers(question, query, conf)), exists };
    if (found.records.length > 0 || found.reply === undefined || !this.hasOtherSources()) return found;
    // in the C library a question keeps a thread, so there is one at a time
    this.elsewhere = this.elsewhere.then(() => systemAddresses(question.name));
    const all = await this.elsewhere;
    return { ...found, records: recordsOfFamily(all, family), exists: exists || all.length > 0 };
  }

  /** Passes a query on to the name servers, each of which may be asked. @returns the first useful reply, if any came */
  async relay(query: Buffer): Promise<Buffer | undefined> {
    return await this.exchange(query, this.resolvConf());
  }

  /** Gives up what is under way. */
  close(): void {
    this.over.abort();
  }

  private async byServers(question: Question, query: Buffer | undefined, conf = this.resolvConf()): Promise<Said> {
    const reply = await this.exchange(query ?? makeQuery(randomInt(0x10000), question), conf);
    if (reply === undefined) return { records: [] };
    return { records: rcodeOf(reply) === rcodes.noError ? recordsOf(reply, question.type) : [], reply };
  }

  private async exchange(query: Buffer, { servers }: ResolvConf): Promise<Buffer | undefined> {
    const { port } = this.options;
    return await exchange(query, { servers, signal: this.over.signal, ...(port === undefined ? {} : { port }) });
  }

  /** Read for each question: the network that the host is in may change at any time. */
  private resolvConf(): ResolvConf {
    const { os, resolvConf = "/etc/resolv.conf" } = this.options;
    return parseResolvConf(os === "windows" ? undefined : readText(resolvConf));
  }

  private hasOtherSources(): boolean {
    return hasOtherSources(readText(this.options.nsswitchConf ?? "/etc/nsswitch.conf") ?? "");
  }

  /** Long lists are in use to keep advertisers out, so the file is read again only when it has changed. */
  private hostsNames(): HostsFile {
    const path = this.options.hostsFile ?? "/etc/hosts";
    const stamp = stampOf(path);
    if (stamp !== this.hosts.stamp) this.hosts = { stamp, names: parseHostsFile(readText(path) ?? "") };
    return this.hosts.names;
  }
}

async function systemAddresses(name: string): Promise<readonly string[]> {
  try {
    const found = await lookup(name, { all: true });
    return [...new Set(found.map(({ address }) => address))];
  } catch {
    return [];
  }
}

function recordsOfFamily(addresses: readonly string[], family: 4 | 6): readonly RecordData[] {
  const type = family === 4 ? "A" : "AAAA";
  return addresses.filter((each) => isIP(each) === family).map((data) => ({ type, data }));
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function stampOf(path: string): string {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join(" ");
  } catch {
    return "";
  }
}
