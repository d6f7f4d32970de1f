import { decodeConfig, type Places } from "./decode.ts";
import { emptyLayer, type Layer } from "./layer.ts";

/** A text and the file it is from; `text` is undefined when there is no such file. */
export interface LayerText {
  readonly path: string;
  readonly text: string | undefined;
}

/**
 * Reads one of the files of a configuration.
 * @param what names it in errors
 * @param places where its parts were written, when it was put together from several texts
 * @throws UserError when it is no valid YAML or has a value of the wrong type
 */
export function readLayer({ path, text }: LayerText, what: string, places?: Places): Layer {
  return text === undefined ? emptyLayer(path) : { ...decodeConfig(text, what, places), path };
}
