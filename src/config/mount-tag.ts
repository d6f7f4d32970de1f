import { createHash } from "node:crypto";
import type { Mount } from "./types.ts";

/** The name by which driver and guest mean the same share of 9p or virtiofs: `lima-` and 16 hex digits. */
export function mountTag({ location, mountPoint }: Pick<Mount, "location" | "mountPoint">): string {
  return `lima-${createHash("sha256").update(`${location}:${mountPoint}`).digest("hex").slice(0, 16)}`;
}
