import { quote } from "../lib/quote.ts";

/** What `qemu-img info --output=json` says, as far as it matters. */
export interface ImageInfo {
  readonly virtualSizeBytes: number;
  readonly backingFile: string | undefined;
  /** Names of the files that hold a vmdk image's data. */
  readonly extents: readonly string[];
  /** Files below the image in QEMU 8.1 and later: the image itself, when it is made of one file. */
  readonly children: readonly { readonly filename: string; readonly childCount: number }[];
}

/** Reads `qemu-img info --output=json`. @throws Error when it is something else */
export function parseImageInfo(text: string): ImageInfo {
  const info = record(JSON.parse(text));
  const size = info["virtual-size"];
  if (typeof size !== "number") throw new Error("qemu-img info: no virtual-size");
  const backing = info["full-backing-filename"] ?? info["backing-filename"];
  const specific = record(record(info["format-specific"]).data);
  return {
    virtualSizeBytes: size,
    backingFile: typeof backing === "string" && backing !== "" ? backing : undefined,
    extents: list(specific.extents).map((extent) => String(record(extent).filename ?? "")),
    children: list(info.children).map((child) => {
      const inner = record(record(child).info);
      return { filename: String(inner.filename ?? ""), childCount: list(inner.children).length };
    }),
  };
}

/** Why an image may not be used as the base of a boot disk, or undefined. */
export function infoProblem(info: ImageInfo, path: string): string | undefined {
  if (info.backingFile !== undefined) return `must not have a backing file, but names ${quote(info.backingFile)}`;
  const foreign = info.extents.find((name) => name !== path);
  if (foreign !== undefined) return `must not have an extent in another file, but names ${quote(foreign)}`;
  if (info.children.length > 1) return `must not have more than one child, but has ${info.children.length}`;
  const [child] = info.children;
  if (child === undefined) return undefined;
  if (child.filename !== path) return `must not have a child in another file, but names ${quote(child.filename)}`;
  return child.childCount > 0 ? "must not have children that have children" : undefined;
}

type JsonRecord = Readonly<Record<string, unknown>>;

function record(value: unknown): JsonRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonRecord) : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
