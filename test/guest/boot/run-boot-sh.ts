import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Config } from "../../../src/config/types.ts";
import type { GuestMediaFacts } from "../../../src/guest/cidata/facts.ts";
import { planGuestMedia } from "../../../src/guest/cidata/plan.ts";
import { sampleFacts } from "../sample-facts.ts";

/** How a boot went. */
export interface BootRun {
  readonly output: string;
  readonly code: number;
  /** The guest's /run as it was when boot.sh had ended. */
  readonly run: string;
  /** Text of a file of it. */
  file(name: string): string;
}

/**
 * Runs boot.sh on planned media in a mount namespace of its own, with an empty /run. Plain mode keeps it from changing
 * this machine: of the modules only those for Alpine are looked at.
 * @param directory where the media are laid out
 */
export function runBootSh(
  directory: string,
  shell: string,
  config: Partial<Config>,
  facts: Partial<GuestMediaFacts> = {},
): BootRun {
  const place = mkdtempSync(join(directory, "media-"));
  const media = join(place, "media");
  const run = join(place, "run");
  mkdirSync(run);
  for (const { path, content } of planGuestMedia(sampleFacts({ plain: true, ...config }, facts)).files) {
    const target = join(media, path);
    mkdirSync(dirname(target), { recursive: true });
    if (typeof content === "string") writeFileSync(target, content);
    chmodSync(target, 0o755);
  }
  const inner = `mount --bind "$1" /run && exec env -i PATH="$PATH" LIMA_CIDATA_MNT="$2" ${shell} "$2/boot.sh"`;
  const args = [
    "--user",
    "--map-root-user",
    "--mount",
    "--pid",
    "--fork",
    "--kill-child",
    "sh",
    "-c",
    inner,
    "sh",
    run,
    media,
  ];
  const { status, stdout, stderr } = spawnSync("unshare", args, { encoding: "utf8", timeout: 20_000 });
  return { output: stdout + stderr, code: status ?? -1, run, file: (name) => readFileSync(join(run, name), "utf8") };
}
