import type { Decoded } from "./decode.ts";
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

/** A file that is not there, or says nothing. */
export function emptyLayer(path = ""): Layer {
  return { config: {}, warnings: [], places: new Map(), path };
}

/** Puts the files of a configuration together. */
export function layersOf(main: Layer, defaults: Layer, override: Layer): Layers {
  return {
    main,
    default: defaults,
    override,
    warnings: [...main.warnings, ...defaults.warnings, ...override.warnings],
  };
}
