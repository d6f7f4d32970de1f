import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { guestAgents } from "../assets/guest-agents.ts";
import type { Config } from "../config/types.ts";
import { errorText } from "../lib/errors.ts";
import { writeFileAtomic } from "../lib/files.ts";
import type { Host } from "../lib/host.ts";
import { cacheDirectory } from "../store/directories.ts";
import type { InstanceContext } from "./context.ts";
import { type AgentSource, agentSources, type Libc, mayHaveMusl } from "./guest-agent-plan.ts";

/** Programs of this host that are put on cidata.iso as guest agent; undefined where there is none. */
export interface GuestAgentFiles {
  readonly glibc: string | undefined;
  readonly musl: string | undefined;
}

/** Finds, unpacks or downloads them. What cannot be had is warned of: the instance works without, but for what it does. */
export async function obtainGuestAgents(
  context: InstanceContext,
  config: Config,
  signal: AbortSignal,
): Promise<GuestAgentFiles> {
  const take = async (libc: Libc) => {
    const sources = agentSources({ host: context.host, config, libc, known: guestAgents });
    // Without a sign of musl, only what is here already is taken along.
    const wanted = libc === "glibc" || mayHaveMusl(config);
    for (const source of wanted ? sources : sources.filter(({ kind }) => kind !== "release")) {
      try {
        const path = await fileOf(source, context, signal);
        if (path !== undefined) return path;
      } catch (error) {
        signal.throwIfAborted();
        context.logger.warn(`no guest agent from ${"url" in source ? source.url : source.path}: ${errorText(error)}`);
      }
    }
    return undefined;
  };
  return { glibc: await take("glibc"), musl: await take("musl") };
}

/**
 * Where the guest agents are that are on this host, by architecture, as `info` tells it; one that is inside this program
 * is where the program is.
 */
export async function installedGuestAgents(
  host: Host,
): Promise<Readonly<Record<string, { readonly location: string }>>> {
  const found: Record<string, { readonly location: string }> = {};
  for (const arch of ["x86_64", "aarch64"] as const) {
    const config = { os: "Linux", arch, plain: false } as const;
    for (const source of agentSources({ host, config, libc: "glibc", known: guestAgents })) {
      if (source.kind === "release" || !(await Bun.file(source.path).exists())) continue;
      found[arch] = { location: source.path === guestAgents.packed?.path ? (host.self[0] ?? "") : source.path };
      break;
    }
  }
  return found;
}

async function fileOf(source: AgentSource, context: InstanceContext, signal: AbortSignal): Promise<string | undefined> {
  const { host, logger } = context;
  if (source.kind === "file") return existsSync(source.path) ? source.path : undefined;
  if (source.kind === "packed") {
    return (await Bun.file(source.path).exists()) ? await unpacked(source.path, context) : undefined;
  }
  const { download } = await import("../image/download.ts");
  const { cachePath } = await download(source.url, undefined, {
    description: "the guest agent",
    digest: source.digest,
    cacheDirectory: cacheDirectory(host),
    home: host.home,
    env: host.env,
    log: logger,
    signal,
  });
  return cachePath === undefined ? undefined : await unpacked(cachePath, context);
}

/** The unpacked program, in the cache under the digest of what it was packed as. */
async function unpacked(path: string, { host }: InstanceContext): Promise<string> {
  const packed = await Bun.file(path).bytes();
  const digest = new Bun.CryptoHasher("sha256").update(packed).digest("hex");
  const directory = join(cacheDirectory(host), "guest-agent");
  const file = join(directory, digest);
  if (!existsSync(file)) {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    writeFileAtomic(file, await Bun.zstdDecompress(packed), 0o755);
  }
  return file;
}
