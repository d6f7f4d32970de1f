import { decodeConfig } from "./decode.ts";
import { emptyLayer, type Layer } from "./layer.ts";

/** A text and the file it is from; `text` is undefined when there is no such file. */
export interface LayerText {
  readonly path: string;
  readonly text: string | undefined;
}

/**
 * Reads one of the files of a configuration.
 * @param what names it in errors
 * @throws UserError when it is no valid YAML or has a value of the wrong type
 */
export function readLayer({ path, text }: LayerText, what: string): Layer {
  return text === undefined ? emptyLayer(path) : { ...decodeConfig(text, what), path };
}
