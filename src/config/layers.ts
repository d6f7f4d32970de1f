import { type Decoded, decodeConfig } from "./decode.ts";
import type { Place } from "./place.ts";
import type { ConfigWarning } from "./warning.ts";

/** One of the files that make up a configuration. */
export interface Layer extends Decoded {
  readonly path: string;
}

/** The files of a configuration, highest first: override.yaml, lima.yaml, default.yaml. */
export interface Layers {
  readonly override: Layer;
  readonly main: Layer;
  readonly default: Layer;
  readonly warnings: readonly ConfigWarning[];
}

/** A text and the file it is from; `text` is undefined when there is no such file. */
export interface LayerText {
  readonly path: string;
  readonly text: string | undefined;
}

function readLayer({ path, text }: LayerText, what: string): Layer {
  const decoded: Decoded =
    text === undefined ? { config: {}, warnings: [], places: new Map<string, Place>() } : decodeConfig(text, what);
  return { ...decoded, path };
}

/**
 * Reads the three files.
 * @param what names the main text in errors. @default ``main file `PATH` ``
 * @throws UserError for the first that is no valid YAML or has a value of the wrong type
 */
export function readLayers(
  main: LayerText,
  defaults: LayerText,
  override: LayerText,
  what = `main file \`${main.path}\``,
): Layers {
  const layers = {
    main: readLayer(main, what),
    default: readLayer(defaults, `default file \`${defaults.path}\``),
    override: readLayer(override, `override file \`${override.path}\``),
  };
  return {
    ...layers,
    warnings: [...layers.main.warnings, ...layers.default.warnings, ...layers.override.warnings],
  };
}
