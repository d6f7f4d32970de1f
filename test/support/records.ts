import type { Run, RunOptions, World } from "./limactl.ts";

/** Log records of a run as `level: message`, without the warning for root; other lines of stderr as they are. */
export function records(run: Run): readonly string[] {
  return run.stderr
    .split("\n")
    .filter((line) => line !== "" && !line.includes("Running as root"))
    .map((line) => {
      const [, level, bare, quoted] = /level=(\w+) msg=(?:([^" ]+)|"((?:[^"\\]|\\.)*)")/.exec(line) ?? [];
      return level === undefined ? line : `${level}: ${bare ?? JSON.parse(`"${quoted}"`)}`;
    });
}

/** Runs limactl and tells how it ended and what it said. */
export async function said(world: World, args: readonly string[], options?: RunOptions) {
  const run = await world.limactl(args, options);
  return { code: run.code, stdout: run.stdout, records: records(run) };
}

/** A template of an instance whose disk holds nothing that boots. */
export const noGuest = "{images: [location: /etc/profile], containerd: {user: false}}";

/** Creates a stopped instance of such a template. */
export async function createStopped(world: World, name: string, text = noGuest): Promise<void> {
  await world.ok(["create", "--name", name, "-"], { stdin: text });
}
