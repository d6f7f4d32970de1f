import type { ConfigFacts, InstanceFacts, PathKind } from "../../src/config/facts.ts";
import { type LoadInput, loadConfig } from "../../src/config/load.ts";
import type { LoadedConfig } from "../../src/config/load-layers.ts";
import { UserError } from "../../src/lib/errors.ts";
import type { Host } from "../../src/lib/host.ts";

const gib = 1024 ** 3;

/** A Linux host with 8 CPUs and 16 GiB; `changes` replace any of it. */
export function makeHost(changes: Partial<Host> = {}): Host {
  return {
    os: "linux",
    arch: "x86_64",
    osVersion: "",
    cpus: 8,
    memoryBytes: 16 * gib,
    home: "/home/jane",
    user: { name: "jane", comment: "Jane Doe", uid: 1001, gid: 1001 },
    env: {},
    cwd: "/here",
    self: ["/usr/local/bin/limactl"],
    now: new Date(0),
    ...changes,
  };
}

export const macHost: Host = makeHost({ os: "darwin", arch: "aarch64", home: "/Users/jane", osVersion: "15.1" });
export const windowsHost: Host = makeHost({
  os: "windows",
  home: "C:\\Users\\jane",
  cwd: "C:\\work",
  user: { name: "jane", comment: "", uid: -1, gid: -1 },
});

/** Facts in which every host path is a directory, but for `paths`. */
export function makeFacts(
  changes: Partial<Omit<ConfigFacts, "pathKind">> & { readonly paths?: Readonly<Record<string, PathKind>> } = {},
): ConfigFacts {
  const { paths = {}, ...rest } = changes;
  return {
    machineId: "machine",
    timezone: "Europe/Rome",
    limaHome: "/home/jane/.lima",
    networkModes: undefined,
    externalDrivers: [],
    pathKind: (path) => paths[path] ?? "directory",
    readText: () => undefined,
    ...rest,
  };
}

export const newInstance: InstanceFacts = { name: "foo", dir: "/home/jane/.lima/foo", exists: false, version: "" };

/** Loads a text as lima.yaml of the new instance `foo`. */
export function load(text: string, changes: Partial<LoadInput> = {}): LoadedConfig {
  return loadConfig({
    text,
    path: "/home/jane/.lima/foo/lima.yaml",
    host: makeHost(),
    instance: newInstance,
    facts: makeFacts(),
    ...changes,
  });
}

/** An image, which every valid lima.yaml needs. */
export const image = "images: [{location: /disk.img}]\n";

/** The message with which loading fails. */
export function failure(text: string, changes: Partial<LoadInput> = {}): string {
  try {
    load(text, changes);
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
  throw new Error(`was accepted: ${text}`);
}
