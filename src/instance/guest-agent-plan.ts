import { posix, win32 } from "node:path";
import type { GuestAgents } from "../assets/guest-agents.ts";
import type { Config } from "../config/types.ts";
import type { Host } from "../lib/host.ts";

/** The C library that a guest's programs use. */
export type Libc = "glibc" | "musl";

/** A place that may have the agent's program; the first that has it is taken. */
export type AgentSource =
  /** A program as it is. */
  | { readonly kind: "file"; readonly path: string }
  /** A zstd-packed program: a file of this host, or one inside this program. */
  | { readonly kind: "packed"; readonly path: string }
  /** A zstd-packed program of this version's release. */
  | { readonly kind: "release"; readonly url: string; readonly digest: string };

export interface AgentSourceFacts {
  readonly host: Pick<Host, "os" | "arch" | "self" | "env">;
  readonly config: Pick<Config, "os" | "arch" | "plain">;
  readonly libc: Libc;
  readonly known: GuestAgents;
}

/** Names of architectures in the names of this program's builds. */
const buildArchitectures: Readonly<Record<string, string>> = { x86_64: "x64", aarch64: "arm64" };

/**
 * Where the program that becomes an instance's guest agent may be: where LIMA_GUESTAGENT_DIR says, this program itself,
 * inside it, beside it, and in the release of its version.
 * @returns nothing for a guest that has no agent, or for an architecture that there is no build for
 */
export function agentSources({ host, config, libc, known }: AgentSourceFacts): readonly AgentSource[] {
  const arch = buildArchitectures[config.arch];
  if (config.os !== "Linux" || config.plain || arch === undefined) return [];
  const platform = `linux-${arch}${libc === "musl" ? "-musl" : ""}`;
  const { dirname } = host.os === "windows" ? win32 : posix;
  const [executable = "", ...rest] = host.self;
  // From source there is no executable that could run alone in the guest, nor anything beside it.
  const compiled = rest.length === 0;
  const isSelf = compiled && libc === "glibc" && host.os === "linux" && host.arch === config.arch;
  const { packed, releaseUrl, digests } = known;
  const digest = digests[platform];
  const directory = host.env.LIMA_GUESTAGENT_DIR ?? "";
  return [
    ...(directory === "" ? [] : inDirectory(host, directory, platform)),
    ...(isSelf ? [{ kind: "file", path: executable } as const] : []),
    ...(packed?.platform === platform ? [{ kind: "packed", path: packed.path } as const] : []),
    ...(compiled ? inDirectory(host, dirname(executable), platform) : []),
    ...(releaseUrl === "" || digest === undefined
      ? []
      : [{ kind: "release", url: `${releaseUrl}/${packedAgentName(platform)}`, digest: `sha256:${digest}` } as const]),
  ];
}

function inDirectory(host: Pick<Host, "os">, directory: string, platform: string): readonly AgentSource[] {
  const { join } = host.os === "windows" ? win32 : posix;
  return [
    { kind: "file", path: join(directory, `limactl-${platform}`) },
    { kind: "packed", path: join(directory, packedAgentName(platform)) },
  ];
}

/** Name of a release's file. @param platform such as `linux-arm64` */
export function packedAgentName(platform: string): string {
  return `lima-guestagent-${platform}.zst`;
}

/**
 * Whether a guest may have musl: its image is of a distribution that does. Which program runs is decided in the guest;
 * this only decides whether the program for musl is worth a download.
 */
export function mayHaveMusl(config: Pick<Config, "images">): boolean {
  return config.images.some(({ location }) => /alpine|musl|postmarketos|chimera/i.test(location));
}
