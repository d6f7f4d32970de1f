import type { Arch, HostOs } from "../lib/host.ts";
import { printConfig } from "./print.ts";
import type { StoredTemplate } from "./templates/store.ts";
import type { Config } from "./types.ts";

/** Where something that the program uses is. */
export interface Located {
  readonly location: string;
}

/** A CLI plugin (`limactl-NAME`). */
export interface InfoPlugin {
  readonly name: string;
  readonly path: string;
  readonly description?: string;
}

/** What `limactl info` tells of. */
export interface InfoFacts {
  readonly version: string;
  /** All templates, hidden ones too, sorted by name. */
  readonly templates: readonly StoredTemplate[];
  /** `template:default` filled without its bases and without validation. */
  readonly defaultTemplate: Config;
  readonly limaHome: string;
  /** Drivers by name: `internal`, or the path of an external one. */
  readonly drivers: Readonly<Record<string, Located>>;
  /** Guest agents by architecture, or `OS-ARCH` for guests other than Linux. */
  readonly guestAgents: Readonly<Record<string, Located>>;
  readonly shellEnvBlock: readonly string[];
  readonly hostOS: HostOs;
  readonly hostArch: Arch;
  readonly identityFile: string;
  readonly plugins: readonly InfoPlugin[];
  readonly libexecPaths: readonly string[];
  readonly sharePaths: readonly string[];
}

/** Go prints a list that was never made as null. */
function orNull<T>(list: readonly T[]): readonly T[] | null {
  return list.length === 0 ? null : list;
}

/** A plugin that says nothing of itself has no description. */
function pluginOf({ name, path, description = "" }: InfoPlugin): InfoPlugin {
  return description === "" ? { name, path } : { name, path, description };
}

/** The object that `limactl info` prints, in the order of its keys. */
export function infoOf(facts: InfoFacts): Readonly<Record<string, unknown>> {
  return {
    version: facts.version,
    templates: orNull(facts.templates.map(({ name, location }) => ({ name, location }))),
    defaultTemplate: printConfig(facts.defaultTemplate, { withoutVmType: true }),
    limaHome: facts.limaHome,
    vmTypes: Object.keys(facts.drivers),
    vmTypesEx: facts.drivers,
    guestAgents: facts.guestAgents,
    shellEnvBlock: facts.shellEnvBlock,
    hostOS: facts.hostOS,
    hostArch: facts.hostArch,
    identityFile: facts.identityFile,
    plugins: orNull(facts.plugins.map(pluginOf)),
    libexecPaths: orNull(facts.libexecPaths),
    sharePaths: orNull(facts.sharePaths),
  };
}
