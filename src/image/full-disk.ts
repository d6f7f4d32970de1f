import { statfsSync } from "node:fs";
import { errorCode, errorText, UserError } from "../lib/errors.ts";
import { quote } from "../lib/quote.ts";
import { formatSize } from "../lib/sizes.ts";

/** Runs what writes to `path`; a full disk becomes one clear error. */
export async function tellFullDisk<T>(path: string, directory: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    const full =
      ["ENOSPC", "EDQUOT"].includes(errorCode(error) ?? "") ||
      /No space left on device|Disk quota exceeded/.test(errorText(error));
    if (!full) throw error;
    throw new UserError(
      `no space left on device: cannot write ${quote(path)} (${freeText(directory)} free; hint: make room, \`limactl prune\` empties the download cache)`,
      { cause: error },
    );
  }
}

function freeText(directory: string): string {
  try {
    const { bavail, bsize } = statfsSync(directory);
    return formatSize(bavail * bsize);
  } catch {
    return "nothing";
  }
}
