/** A platform that release files are built for. */
export interface BuildTarget {
  /** Name on the command line and in the release file's name. */
  readonly name: string;
  /** Bun's name of the run time that goes into the executable. */
  readonly runtime: string;
  readonly suffix: "" | ".exe";
}

/** Every release target. Linux on x64 is the baseline build: the same file runs as agent in guests without AVX2. */
export const buildTargets: readonly BuildTarget[] = [
  { name: "linux-x64", runtime: "bun-linux-x64-baseline", suffix: "" },
  { name: "linux-x64-musl", runtime: "bun-linux-x64-musl-baseline", suffix: "" },
  { name: "linux-arm64", runtime: "bun-linux-arm64", suffix: "" },
  { name: "linux-arm64-musl", runtime: "bun-linux-arm64-musl", suffix: "" },
  { name: "darwin-arm64", runtime: "bun-darwin-arm64", suffix: "" },
  { name: "darwin-x64", runtime: "bun-darwin-x64", suffix: "" },
  { name: "windows-x64", runtime: "bun-windows-x64", suffix: ".exe" },
];

/**
 * The target of a machine.
 * @param platform node's name of the operating system
 * @param arch node's name of the architecture
 * @param musl whether the C library is musl
 */
export function targetOf(platform: string, arch: string, musl: boolean): BuildTarget {
  const os = platform === "win32" ? "windows" : platform;
  const name = `${os}-${arch}${musl ? "-musl" : ""}`;
  const target = buildTargets.find((candidate) => candidate.name === name);
  if (target === undefined) throw new Error(`no build for ${name}; there are ${targetNames()}`);
  return target;
}

/** The names of all targets, for messages. */
export function targetNames(): string {
  return buildTargets.map((target) => target.name).join(", ");
}
