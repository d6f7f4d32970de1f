import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { exec } from "../../src/lib/exec.ts";
import { run } from "./run.ts";

const release = "bookworm";
const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";

/**
 * The Debian repositories that this machine's package manager uses, as lines of a sources.list; empty on a machine that
 * is not Debian's, where mmdebstrap's own default serves.
 */
async function debianSources(): Promise<string> {
  const { stdout } = await exec([
    "apt-get",
    "indextargets",
    "--format",
    "deb $(REPO_URI) $(RELEASE) $(COMPONENT)",
    "Created-By: Packages",
    "Origin: Debian",
  ]);
  const lines = stdout.split("\n").filter((line) => line.split(" ")[2]?.startsWith(release));
  return [...new Set(lines)].sort().join("\n");
}

/** The offered versions of packages, as text for a cache key. */
export async function packageVersions(names: readonly string[]): Promise<string> {
  const { stdout } = await exec(["apt-cache", "policy", ...names], { env: { ...process.env, LC_ALL: "C" } });
  return stdout
    .split("\n")
    .filter((line) => /^\S|^ {2}Candidate/.test(line))
    .join("\n");
}

export interface PackageTreeOptions {
  /** mmdebstrap's variant: `extract` only unpacks the packages, the others also configure them. */
  readonly variant: "extract" | "important";
  readonly packages: readonly string[];
  /** Further arguments of mmdebstrap. @default none */
  readonly arguments?: readonly string[];
}

/** Installs Debian packages into a new tree. @returns the tree as a tar archive inside `work` */
export async function installPackages(work: string, options: PackageTreeOptions): Promise<string> {
  const tar = join(work, "packages.tar");
  const sources = await debianSources();
  const sourcesFile = join(work, "sources.list");
  writeFileSync(sourcesFile, `${sources}\n`);
  // For an ordinary user, mmdebstrap works under another user id, whom a folder in a home directory may be closed to.
  const env: Record<string, string> = process.getuid?.() === 0 ? { TMPDIR: work } : {};
  const from = sources === "" ? [release, tar] : ["", tar, sourcesFile];
  await run(
    [
      "mmdebstrap",
      `--variant=${options.variant}`,
      `--keyring=${keyring}`,
      `--include=${options.packages.join(",")}`,
      ...(options.arguments ?? []),
      ...from,
    ],
    { cwd: work, env },
  );
  return tar;
}
