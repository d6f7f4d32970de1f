import { createHash } from "node:crypto";
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from "node:fs";
import { homedir } from "node:os";
import { join, relative } from "node:path";
import { type Lock, lockDirectory, tryLockDirectory } from "../../src/lib/flock.ts";
import { packageVersions } from "./packages.ts";
import type { Recipe } from "./recipe.ts";

const root = import.meta.dir;

/** Where images are looked for, the first being the one that everybody on this machine can read. */
export function cacheDirectories(env: Readonly<Record<string, string | undefined>> = process.env): readonly string[] {
  if (env.LIMABUN_TEST_CACHE) return [env.LIMABUN_TEST_CACHE];
  return ["/var/cache/limabun-test", join(env.XDG_CACHE_HOME || join(env.HOME || homedir(), ".cache"), "limabun-test")];
}

/**
 * The name of a guest's folder in the cache. It changes with the recipe's files and with the versions of the packages
 * that the machine's package lists offer now.
 */
async function cacheKey(recipe: Recipe): Promise<string> {
  const hash = createHash("sha256");
  for (const path of recipe.sources.flatMap((name) => filesBelow(join(root, name))).sort()) {
    hash
      .update(`${relative(root, path)}\0`)
      .update(readFileSync(path))
      .update("\0");
  }
  hash.update(await packageVersions(recipe.keyPackages));
  return `${recipe.name}-${hash.digest("hex").slice(0, 16)}`;
}

function filesBelow(path: string): string[] {
  if (!existsSync(path)) throw new Error(`test image recipe: ${path} does not exist`);
  try {
    return readdirSync(path).flatMap((name) => filesBelow(join(path, name)));
  } catch {
    return [path];
  }
}

/**
 * The folder with the guest's files, built first when no cache has it. A build happens under a lock in a hidden folder
 * of the cache and takes its name by rename, so that nobody sees a part of it and two builders do not both build.
 * @param log receives one line for each step
 */
export async function provideGuest(recipe: Recipe, log: (line: string) => void): Promise<string> {
  const key = await cacheKey(recipe);
  const directories = cacheDirectories();
  const found = directories.map((directory) => join(directory, key)).find((path) => existsSync(path));
  if (found !== undefined) return found;

  const directory = directories.find(makeWritable);
  if (directory === undefined) throw new Error(`cannot write to any of ${directories.join(", ")}`);
  const result = join(directory, key);
  using _building = await lockCache(directory, log);
  if (existsSync(result)) return result;
  const work = join(directory, `.building-${recipe.name}`);
  rmSync(work, { recursive: true, force: true });
  try {
    const out = join(work, "out");
    mkdirSync(out, { recursive: true });
    await recipe.build({ work, out, log });
    for (const name of readdirSync(out)) chmodSync(join(out, name), 0o644);
    chmodSync(out, 0o755);
    renameSync(out, result);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return result;
}

async function lockCache(directory: string, log: (line: string) => void): Promise<Lock> {
  const held = tryLockDirectory(directory);
  if (typeof held !== "string") return held;
  log("waiting for another build of a test guest to end");
  return await lockDirectory(directory, { mode: 0o755 });
}

function makeWritable(directory: string): boolean {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o755 });
    accessSync(directory, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
