import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { GuestAgents } from "../src/assets/guest-agents.ts";
import { packedAgentName } from "../src/instance/guest-agent-plan.ts";
import { writeFileAtomic } from "../src/lib/files.ts";
import { type BuildTarget, buildTargets } from "./build-targets.ts";

/** How hard the agents are packed: half a minute each, for a third of the size. */
const level = 19;

/** The Linux build whose program a build carries inside, for guests of its own architecture. Linux builds carry none: they are it. */
export function carriedAgent({ name }: BuildTarget): BuildTarget | undefined {
  const [os = "", arch = ""] = name.split("-");
  return os === "linux" ? undefined : buildTargets.find((target) => target.name === `linux-${arch}`);
}

/** The Linux builds that are packed as guest agents when these targets are built. */
export function packedAgents(targets: readonly BuildTarget[], release: boolean): readonly BuildTarget[] {
  if (release) return buildTargets.filter(({ name }) => name.startsWith("linux-"));
  const carried = targets.map(carriedAgent);
  return buildTargets.filter((target) => carried.includes(target));
}

/** A packed agent. */
export interface PackedAgent {
  readonly name: string;
  readonly path: string;
  readonly sha256: string;
}

/** Packs a program into `lima-guestagent-<platform>.zst` of a folder. */
export async function packAgent(target: BuildTarget, program: string, folder: string): Promise<PackedAgent> {
  const name = packedAgentName(target.name);
  const path = join(folder, name);
  const bytes = await Bun.zstdCompress(readFileSync(program), { level });
  writeFileAtomic(path, bytes);
  return { name, path, sha256: new Bun.CryptoHasher("sha256").update(bytes).digest("hex") };
}

/**
 * The text of src/assets/guest-agents.ts for a build.
 * @param packed the agents of this release, by platform
 */
export function guestAgentsModule(
  target: BuildTarget,
  packed: Readonly<Record<string, PackedAgent>>,
  releaseUrl: string,
): string {
  const carried = carriedAgent(target);
  const agent = carried === undefined ? undefined : packed[carried.name];
  const digests = Object.fromEntries(Object.entries(packed).map(([name, { sha256 }]) => [name, sha256]));
  const known: GuestAgents = { packed: undefined, releaseUrl, digests };
  if (agent === undefined) return `export const guestAgents = ${JSON.stringify(known)};\n`;
  return `import path from ${JSON.stringify(agent.path)} with { type: "file" };
export const guestAgents = { ...${JSON.stringify(known)}, packed: { platform: ${JSON.stringify(carried?.name)}, path } };
`;
}

/** Puts that text in the place of the module. */
export function withGuestAgents(text: string): Bun.BunPlugin {
  return {
    name: "with guest agents",
    setup(build) {
      build.onLoad({ filter: /[\\/]src[\\/]assets[\\/]guest-agents\.ts$/ }, () => ({ contents: text, loader: "js" }));
    },
  };
}
