import { renderTemplate } from "../lib/gotemplate/render.ts";
import type { Places } from "./decode.ts";
import { pathsOf } from "./host-path.ts";
import { type Layer, layersOf } from "./layer.ts";
import { readLayer } from "./layer-text.ts";
import { type LoadedConfig, type LoadSettings, loadLayers } from "./load-layers.ts";

/** What decides a configuration beside lima.yaml. */
export interface LoadOverInput extends Omit<LoadSettings, "render"> {
  /** `_config/default.yaml`. @default there is none */
  readonly defaultText?: string | undefined;
  /** `_config/override.yaml`. @default there is none */
  readonly overrideText?: string | undefined;
}

/** What `loadConfig` reads. */
export interface LoadInput extends LoadOverInput {
  /** lima.yaml's text, bases and script files embedded. */
  readonly text: string;
  /** Where the text is stored, or will be; for messages. */
  readonly path: string;
  /** Names the text in YAML errors. @default ``main file `PATH` `` */
  readonly what?: string;
  /** Where the parts of an embedded template were written. @default in the text itself */
  readonly places?: Places | undefined;
}

/**
 * Makes the configuration of an instance: reads lima.yaml, default.yaml and override.yaml, merges them, fills in the
 * defaults of this host and validates the result.
 * @throws UserError that names file, line, column and field of everything that is wrong
 */
export function loadConfig(input: LoadInput): LoadedConfig {
  const { path, text, what = `main file \`${path}\``, places } = input;
  const layer = readLayer({ path, text }, what, places);
  if (places === undefined) return loadOver(layer, input);
  const placed: Layer = {
    ...layer,
    // Only an error asks where.
    get places() {
      return places();
    },
  };
  return loadOver(placed, input);
}

/** The same with a lima.yaml that is decoded already. */
export function loadOver(main: Layer, input: LoadOverInput): LoadedConfig {
  const read = (name: string, kind: string, text: string | undefined): Layer => {
    const path = pathsOf(input.host.os).join(input.facts.limaHome, "_config", name);
    return readLayer({ path, text }, `${kind} file \`${path}\``);
  };
  const defaults = read("default.yaml", "default", input.defaultText);
  const override = read("override.yaml", "override", input.overrideText);
  return loadLayers(layersOf(main, defaults, override), { ...input, render: renderTemplate });
}
