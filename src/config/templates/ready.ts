import type { PartialConfig } from "../types.ts";

/** A shipped template that was embedded and decoded when the program was built. */
export interface ReadyTemplate {
  /** Files of the template store that it is made of; a directory of templates that has one of them changes the result. */
  readonly parts: readonly string[];
  readonly config: PartialConfig;
}
