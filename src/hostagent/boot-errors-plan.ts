import type { GuestOs } from "../config/types.ts";
import { mediaMountPoint } from "../guest/cidata/places.ts";

/** How many of a failed script's last lines are told. */
const shownLines = 5;

/** The command line that prints the failed scripts of this boot with their last lines; but for macOS the media is root's alone. */
export function bootErrorsCommand(os: GuestOs): string {
  const media = mediaMountPoint(os);
  return os === "Darwin"
    ? `LIMA_CIDATA_MNT=${media} /bin/sh ${media}/util/boot_errors.sh`
    : `sudo -n /bin/sh ${media}/util/boot_errors.sh`;
}

/**
 * What is told of the boot and provisioning scripts that failed.
 * @param scripts their names
 * @param report what `bootErrorsCommand` printed: each name on a line, then lines of its output, each after a tab
 */
export function bootErrorTexts(scripts: readonly string[], report: string): readonly string[] {
  const outputs = new Map<string, string[]>();
  let current: string[] = [];
  for (const line of report.split(/\r?\n/)) {
    if (line.startsWith("\t")) {
      current.push(line.slice(1));
      continue;
    }
    current = [];
    outputs.set(line, current);
  }
  return scripts.map((script) => {
    const output = (outputs.get(script) ?? []).filter((line) => line.trim() !== "").slice(-shownLines);
    return [`boot script failed: ${script}`, ...output.map((line) => `  | ${line}`)].join("\n");
  });
}
