import type { Notice } from "../lib/errors.ts";

/** Something to tell the user that does not stop the work; whoever loads the configuration logs it. */
export type ConfigWarning = Notice;
