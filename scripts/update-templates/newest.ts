import { digestIn } from "./checksums.ts";
import type { Distribution } from "./distributions.ts";
import { compareBuilds, linkedNames } from "./index-page.ts";

/** Reads a page; undefined when the server does not have it. Any other failure throws. */
export type ReadPage = (url: string) => Promise<string | undefined>;

/** Where an image is, and what it must be. */
export interface Pin {
  readonly location: string;
  readonly digest: string;
}

type Parts = Readonly<Record<string, string>>;
type Layout<Name extends Distribution["layout"]> = Extract<Distribution, { readonly layout: Name }>;

/**
 * The newest build of an image: the newest one of which the same file, but for the build's name, is published with a
 * checksum. Never an older one than now.
 * @param location address of the image now; undefined is returned when it is none of this distribution
 * @throws Error when the index page cannot be read or nothing on it fits
 */
export async function newestPin(
  distribution: Distribution,
  location: string,
  readPage: ReadPage,
): Promise<Pin | undefined> {
  const parts = distribution.location.exec(location)?.groups;
  if (parts === undefined) return undefined;
  const pin = await pinOf(distribution, parts, location, readPage);
  if (pin === undefined) throw new Error(`no build with a checksum was found for ${location}`);
  return pin;
}

function pinOf(
  distribution: Distribution,
  parts: Parts,
  location: string,
  readPage: ReadPage,
): Promise<Pin | undefined> {
  switch (distribution.layout) {
    case "build directories":
      return fromBuildDirectories(distribution, parts, readPage);
    case "one directory":
      return fromOneDirectory(distribution, parts, readPage);
    case "one page":
      return fromOnePage(distribution, parts, location, readPage);
  }
}

async function requiredPage(url: string, readPage: ReadPage): Promise<string> {
  const page = await readPage(url);
  if (page === undefined) throw new Error(`there is no page ${url}`);
  return page;
}

/** Those that are not older than the present one, newest first. */
function newestFirst(builds: readonly string[], present: string): readonly string[] {
  return builds.filter((build) => compareBuilds(build, present) >= 0).sort((a, b) => compareBuilds(b, a));
}

async function fromBuildDirectories(
  { location, buildInFile, checksums }: Layout<"build directories">,
  { root = "", build = "", file = "" }: Parts,
  readPage: ReadPage,
): Promise<Pin | undefined> {
  const names = linkedNames(await requiredPage(root, readPage));
  const builds = newestFirst(
    names.filter((name) => location.exec(`${root}${name}/${file}`)?.groups?.build === name),
    build,
  );
  for (const each of builds) {
    const eachFile = buildInFile === undefined ? file : file.replace(buildInFile, buildInFile.exec(each)?.[0] ?? "");
    const digest = await digestFrom(`${root}${each}/`, checksums(eachFile), eachFile, readPage);
    if (digest !== undefined) return { location: `${root}${each}/${eachFile}`, digest };
  }
  return undefined;
}

async function fromOneDirectory(
  { location, index, home, checksums }: Layout<"one directory">,
  { directory = "", before = "", build = "", after = "" }: Parts,
  readPage: ReadPage,
): Promise<Pin | undefined> {
  const indexed = index?.(directory) ?? directory;
  const names = linkedNames(await requiredPage(indexed, readPage));
  const candidates = names.flatMap((name) => {
    const found = location.exec(`${directory}${name}`)?.groups;
    return found?.before === before && found.after === after && found.build !== undefined ? [found.build] : [];
  });
  for (const each of newestFirst(candidates, build)) {
    const file = `${before}${each}${after}`;
    const lists = checksums(file).flatMap((list) =>
      typeof list === "string" ? [list] : names.filter((name) => list.test(name)),
    );
    const digest = await digestFrom(indexed, lists, file, readPage);
    if (digest !== undefined) return { location: `${home?.(directory, each) ?? directory}${file}`, digest };
  }
  return undefined;
}

async function fromOnePage(
  { location, page }: Layout<"one page">,
  { before = "", build = "" }: Parts,
  present: string,
  readPage: ReadPage,
): Promise<Pin | undefined> {
  const html = await requiredPage(page, readPage);
  // The numbers of a build's name are the update and the build; everything else must be the same.
  const kind = (name: string): string => name.replace(/^\d+/, "").replace(/U\d+/, "").replace(/b\d+$/, "");
  const candidates = [...html.matchAll(/href\s*=\s*["']([^"']+)["']/gi)].flatMap((match) => {
    const url = new URL(match[1] ?? "", page).href;
    const parts = location.exec(url)?.groups;
    if (parts?.before !== before || parts.build === undefined || kind(parts.build) !== kind(build)) return [];
    const digest = /\b([0-9a-f]{64})\b/.exec(html.slice(match.index).split(/<\/tr>/i)[0] ?? "")?.[1];
    return digest === undefined ? [] : [{ build: parts.build, pin: { location: url, digest: `sha256:${digest}` } }];
  });
  const newest = candidates.sort((a, b) => compareBuilds(b.build, a.build))[0];
  if (newest === undefined || (newest.pin.location !== present && compareBuilds(newest.build, build) < 0))
    return undefined;
  return newest.pin;
}

async function digestFrom(
  directory: string,
  lists: readonly string[],
  file: string,
  readPage: ReadPage,
): Promise<string | undefined> {
  for (const list of lists) {
    const text = await readPage(directory + list);
    const digest = text === undefined ? undefined : digestIn(text, file);
    if (digest !== undefined) return digest;
  }
  return undefined;
}
