import { readFileSync } from "node:fs";
import { join } from "node:path";
import { errorText } from "../src/lib/errors.ts";
import { provideGuest } from "./test-image/cache.ts";
import { debian } from "./test-image/debian.ts";
import { mini, miniGeneric } from "./test-image/mini.ts";

const usage = `usage: bun scripts/build-test-image.ts debian|mini|mini-generic|all [--print]

Builds the test guests, unless the cache has them, and with --print writes one line of JSON for each to stdout:
{"guest","disk"} for debian; {"guest","disk","kernel","initrd","cmdline"} for the mini ones.
The cache is $LIMABUN_TEST_CACHE, else /var/cache/limabun-test, else $XDG_CACHE_HOME/limabun-test.
`;

const recipes = { mini, "mini-generic": miniGeneric, debian };

/** What a test needs to start a guest: absolute paths, and for direct kernel boot the kernel's words. */
interface GuestFiles {
  readonly guest: string;
  readonly disk: string;
  readonly kernel?: string;
  readonly initrd?: string;
  readonly cmdline?: string;
}

function guestFiles(guest: keyof typeof recipes, folder: string): GuestFiles {
  const disk = join(folder, "disk.qcow2");
  if (guest === "debian") return { guest, disk };
  const cmdline = readFileSync(join(folder, "cmdline"), "utf8").trim();
  return { guest, disk, kernel: join(folder, "vmlinuz"), initrd: join(folder, "initrd"), cmdline };
}

async function main(words: readonly string[]): Promise<number> {
  const [wanted = "", ...rest] = words;
  const guests = (["mini", "mini-generic", "debian"] as const).filter((name) => wanted === name || wanted === "all");
  if (guests.length === 0 || rest.some((word) => word !== "--print")) {
    console.error(usage);
    return 2;
  }
  process.umask(0o022);
  const start = performance.now();
  const log = (line: string) =>
    console.error(`[${((performance.now() - start) / 1000).toFixed(1).padStart(6)}s] ${line}`);
  for (const guest of guests) {
    const folder = await provideGuest(recipes[guest], log);
    if (rest.length > 0) console.log(JSON.stringify(guestFiles(guest, folder)));
    else log(`${guest} guest: ${folder}`);
  }
  return 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(`build-test-image: ${errorText(error)}`);
  process.exitCode = 1;
}
