import { inByteOrder, isInstanceName } from "./instance-names.ts";

/**
 * Names of all instances in byte order, for completion, without `node:fs`, which takes longer to load than the rest of it.
 * @returns undefined where the home is not told by the environment alone or cannot be read: then the usual way tells
 */
export function quickInstanceNames(env: Readonly<Record<string, string | undefined>>): readonly string[] | undefined {
  const cwd = env.LIMA_HOME || (env.HOME && `${env.HOME}/.lima`);
  if (!cwd || process.platform === "win32") return undefined;
  try {
    return inByteOrder([...new Bun.Glob("*/").scanSync({ cwd, onlyFiles: false })].filter(isInstanceName));
  } catch {
    return undefined;
  }
}
