import { sha256Hex } from "../lib/sha256.ts";
import type { Mount } from "./types.ts";

/** The name by which driver and guest mean the same share of 9p or virtiofs: `lima-` and 16 hex digits. */
export function mountTag({ location, mountPoint }: Pick<Mount, "location" | "mountPoint">): string {
  return `lima-${sha256Hex(`${location}:${mountPoint}`).slice(0, 16)}`;
}
