import type { ExpandContext } from "./fill-context.ts";
import { expandHostPath, guestPathOf, pathsOf } from "./host-path.ts";
import type { Layers } from "./layer.ts";
import type { Origin, Origins } from "./origins.ts";
import type { Mount, PartialConfig } from "./types.ts";

type GivenMount = NonNullable<PartialConfig["mounts"]>[number];

interface Placed {
  readonly given: GivenMount;
  readonly location: string;
  readonly mountPoint: string;
  readonly origin: Origin;
}

/** Expands templates, cleans lexically, then expands `~`; what cannot be expanded stays for validation to name. */
function expandLocation(text: string, field: string, context: ExpandContext): string {
  const expanded = context.expandHost(text, field);
  if (expanded === "") return "";
  const clean = pathsOf(context.host.os)
    .normalize(expanded)
    .replace(/(?<=[^/\\:])[/\\]$/, "");
  if (!clean.startsWith("~")) return clean;
  try {
    return expandHostPath(clean, context.host);
  } catch {
    return clean;
  }
}

function place(given: GivenMount, origin: Origin, context: ExpandContext): Placed {
  const at = `mounts[${origin.index}]`;
  const location = expandLocation(given.location ?? "", `${at}.location`, context);
  const mountPoint =
    given.mountPoint === undefined
      ? guestPathOf(location, context.host.os)
      : context.expandGuest(given.mountPoint, `${at}.mountPoint`);
  return { given, location, mountPoint, origin };
}

/** `later` over `earlier`, per option; the location is the first one's. */
function merge(earlier: Placed, later: Placed): Placed {
  const { sshfs, virtiofs, writable } = later.given;
  return {
    ...earlier,
    given: {
      writable: writable ?? earlier.given.writable,
      sshfs: { ...earlier.given.sshfs, ...sshfs },
      "9p": { ...earlier.given["9p"], ...later.given["9p"] },
      virtiofs: { ...earlier.given.virtiofs, ...virtiofs },
    },
  };
}

function fill({ given, location, mountPoint }: Placed): Mount {
  const writable = given.writable ?? false;
  const nineP = given["9p"] ?? {};
  const queueSize = given.virtiofs?.queueSize;
  return {
    location,
    mountPoint,
    writable,
    sshfs: {
      cache: given.sshfs?.cache ?? true,
      followSymlinks: given.sshfs?.followSymlinks ?? false,
      sftpDriver: given.sshfs?.sftpDriver ?? "",
    },
    "9p": {
      securityModel: nineP.securityModel ?? "none",
      protocolVersion: nineP.protocolVersion ?? "9p2000.L",
      msize: nineP.msize ?? "128KiB",
      cache: nineP.cache ?? (writable ? "mmap" : "fscache"),
    },
    virtiofs: queueSize === undefined ? {} : { queueSize },
  };
}

/** The mounts of all files, one per mount point: default.yaml's first, later files override options. */
export function fillMounts(layers: Layers, origins: Origins, context: ExpandContext): readonly Mount[] {
  const mounts = new Map<string, Placed>();
  for (const layer of [layers.default, layers.main, layers.override])
    for (const [index, given] of (layer.config.mounts ?? []).entries()) {
      const placed = place(given, { layer, index }, context);
      const earlier = mounts.get(placed.mountPoint);
      mounts.set(placed.mountPoint, earlier === undefined ? placed : merge(earlier, placed));
    }
  const placed = [...mounts.values()];
  origins.noteList(
    "mounts",
    placed.map((each) => each.origin),
  );
  return placed.map(fill);
}
