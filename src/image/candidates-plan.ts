import { UserError } from "../lib/errors.ts";
import type { Arch } from "../lib/host.ts";
import { goQuote, quote } from "../lib/quote.ts";

/** Something to fetch. */
export interface RemoteFile {
  /** URL or local path. */
  readonly location: string;
  readonly arch: Arch;
  /** `ALGO:HEX`; empty: not verified. */
  readonly digest: string;
}

/** One entry of `images`. */
export interface ImageCandidate extends RemoteFile {
  readonly variant: string;
  readonly archVariant: string;
  readonly kernel?: RemoteFile & { readonly cmdline: string };
  readonly initrd?: RemoteFile;
}

/** Images to try in order, and why others are not. */
export interface CandidatePlan {
  readonly candidates: readonly ImageCandidate[];
  readonly skipped: readonly string[];
}

/**
 * Chooses which images to try: those of the instance's architecture that are of the same variant as the first such one.
 * @throws UserError when there are no images at all, or none of this architecture
 */
export function planCandidates(images: readonly ImageCandidate[], arch: Arch): CandidatePlan {
  if (images.length === 0) {
    throw new UserError(
      "no images are configured (did you set --image-variant or --arch-variant to a value not present in the template?)",
    );
  }
  const first = images.find((image) => image.arch === arch);
  const skipped: string[] = [];
  const candidates = images.filter((image) => {
    const why = first === undefined ? archMismatch(image) : mismatch(image, first);
    if (why !== undefined) skipped.push(`skipped to download: ${why}`);
    return why === undefined;
  });
  if (candidates.length === 0) throw new UserError(`[${skipped.join(" ")}]`);
  return { candidates, skipped };
}

function mismatch(image: ImageCandidate, first: ImageCandidate): string | undefined {
  if (image.variant !== first.variant) {
    return `variant mismatch (expected ${goQuote(first.variant)}, got ${goQuote(image.variant)})`;
  }
  if (image.archVariant !== first.archVariant) {
    return `archVariant mismatch (expected ${goQuote(first.archVariant)}, got ${goQuote(image.archVariant)})`;
  }
  return image.arch === first.arch ? undefined : archMismatch(image);
}

function archMismatch({ location, arch }: ImageCandidate): string {
  return `${quote(location)}: unsupported arch: ${quote(arch)}`;
}
