import type { LogFields } from "../lib/log.ts";

/** Something to tell the user that does not stop the work; whoever loads the configuration logs it. */
export interface ConfigWarning {
  readonly message: string;
  readonly fields?: LogFields;
}
