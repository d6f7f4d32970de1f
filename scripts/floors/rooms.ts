/**
 * The rooms below `src/`, and for each the rooms that its files may import. A file belongs to the room with the longest
 * matching path; every room may import itself. Imports of types count as well.
 */
export const rooms: Readonly<Record<string, readonly string[]>> = {
  "main.ts": ["commands", "guest/agent", "lib/yq"],
  commands: [
    "cli",
    "hostagent",
    "instance",
    "hostapi",
    "vm",
    "guest",
    "guest/cidata",
    "guest/protocol.ts",
    "network",
    "image",
    "store",
    "config",
    "assets",
    "lib",
    "lib/yq",
    "lib/gotemplate",
  ],
  cli: ["lib"],
  hostagent: ["hostapi", "vm", "guest/protocol.ts", "guest/cidata", "network", "image", "store", "config", "lib"],
  instance: [
    "hostapi",
    "vm",
    "guest/cidata",
    "network",
    "image",
    "store",
    "config",
    "assets",
    "lib",
    "lib/yq",
    "lib/gotemplate",
  ],
  hostapi: ["store", "lib"],
  vm: ["image", "store", "config", "lib"],
  guest: ["config", "lib"],
  "guest/cidata": ["guest", "config", "lib", "lib/gotemplate"],
  "guest/protocol.ts": ["lib"],
  "guest/agent": ["guest/protocol.ts", "lib", "lib/yq"],
  network: ["store", "config", "lib"],
  image: ["store", "lib"],
  store: ["config", "lib"],
  config: ["lib", "lib/yq", "lib/gotemplate"],
  assets: [],
  lib: [],
  "lib/yq": ["lib"],
  "lib/gotemplate": ["lib"],
};

/** The room of a file, given its path below `src/`; undefined for a file in no room. */
export function roomOf(path: string): string | undefined {
  return Object.keys(rooms)
    .filter((room) => path === room || path.startsWith(`${room}/`))
    .sort((a, b) => b.length - a.length)[0];
}

/** A decision is a pure function: files where one may not touch the process, the clock, the disk or the network. */
export function mustBePure(path: string): boolean {
  if (/(^|[/-])plan\.ts$/.test(path)) return true;
  if (path.startsWith("config/")) return !path.endsWith("-read.ts");
  return path.startsWith("lib/yq/") || path.startsWith("lib/gotemplate/");
}
