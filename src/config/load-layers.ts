import { UserError } from "../lib/errors.ts";
import type { Host } from "../lib/host.ts";
import { adviceOn } from "./advice.ts";
import type { Render } from "./expand.ts";
import type { ConfigFacts, InstanceFacts } from "./facts.ts";
import { fillConfig } from "./fill.ts";
import { emptyLayer, type Layers, layersOf } from "./layer.ts";
import { unusedParam } from "./param-use.ts";
import type { Config } from "./types.ts";
import { validateConfig } from "./validate.ts";
import type { ConfigWarning } from "./warning.ts";

/** What `loadLayers` needs beside the files. */
export interface LoadSettings {
  readonly host: Host;
  readonly instance: InstanceFacts;
  readonly facts: ConfigFacts;
  /** Expands texts with template actions; where no text has one it is never called. */
  readonly render: Render;
  /** Refuse what `validateConfig` finds. @default true */
  readonly validate?: boolean;
  /** Also warn about what is experimental, deprecated or without effect: on create, start and edit. @default false */
  readonly advise?: boolean;
}

/** A configuration that is ready for use. */
export interface LoadedConfig {
  readonly config: Config;
  readonly warnings: readonly ConfigWarning[];
  /** False when `vmType` is the host's default and no file names it. */
  readonly vmTypeGiven: boolean;
}

/**
 * Merges the files of a configuration, fills in the defaults of this host and validates the result.
 * @throws UserError that names file, line, column and field of everything that is wrong
 */
export function loadLayers(layers: Layers, settings: LoadSettings): LoadedConfig {
  const { host, instance, facts, render } = settings;
  const warnings: ConfigWarning[] = [...layers.warnings];
  const unused = unusedParam(layers.main, facts);
  if (unused !== undefined) throw new UserError(unused, { noticed: warnings });
  const filled = fillConfig(layers, { host, instance, facts, render, warnings });
  if (settings.validate !== false) {
    const found = validateConfig(filled.config, { host, facts, place: (path) => filled.origins.find(path) });
    warnings.push(...found.warnings);
    if (found.errors.length > 0) throw new UserError(found.errors.join("\n"), { noticed: warnings });
  }
  if (settings.advise === true) {
    const none = layersOf(emptyLayer(), emptyLayer(), emptyLayer());
    const defaults = () => fillConfig(none, { host, instance, facts, render, warnings: [] }).config;
    warnings.push(...adviceOn(filled, defaults, layers, host));
  }
  return { config: filled.config, warnings, vmTypeGiven: filled.vmTypeGiven };
}
