import { programVersion } from "../lib/version.ts";

/** What `limactl --version` prints. */
export const versionLine = `limactl version ${programVersion}`;

/** True for the command line that asks for nothing but the version, which is answered without loading anything else. */
export function asksVersionOnly(args: readonly string[]): boolean {
  return args.length === 1 && (args[0] === "--version" || args[0] === "-v") && !process.env.LIMA_REFUSE_ROOT;
}
