import { parse } from "yaml";
import { errorText } from "../../src/lib/errors.ts";
import type { Distribution } from "./distributions.ts";
import { newestPin, type Pin, type ReadPage } from "./newest.ts";

/** An image whose address or digest has changed. */
export interface Change {
  readonly template: string;
  readonly from: Pin;
  readonly to: Pin;
}

/** What is to be changed, and for which images that could not be found out. */
export interface Refreshed {
  readonly changes: readonly Change[];
  readonly problems: readonly string[];
}

/** Finds the newest builds of all images that a template pins by a digest. */
export async function findChanges(
  template: string,
  text: string,
  distribution: Distribution,
  readPage: ReadPage,
): Promise<Refreshed> {
  const changes: Change[] = [];
  const problems: string[] = [];
  for (const from of pinsIn(text)) {
    try {
      const to = await newestPin(distribution, from.location, readPage);
      const changed = to !== undefined && (to.location !== from.location || to.digest !== from.digest);
      if (changed) changes.push({ template, from, to });
    } catch (error) {
      problems.push(`${template}: ${errorText(error)}`);
    }
  }
  return { changes, problems };
}

function pinsIn(text: string): readonly Pin[] {
  const { images = [] } = (parse(text) ?? {}) as { readonly images?: readonly Partial<Pin>[] };
  return images.flatMap(({ location, digest }) =>
    location === undefined || digest === undefined ? [] : [{ location, digest }],
  );
}

/** The text with old addresses and digests replaced; everything else stays as it was written. */
export function applyChanges(text: string, changes: readonly Change[]): string {
  return changes.reduce(
    (result, { from, to }) =>
      result.replaceAll(from.location, () => to.location).replaceAll(from.digest, () => to.digest),
    text,
  );
}
