import { UserError } from "../errors.ts";

/**
 * A template that cannot be parsed or executed. The message is the one Go's text/template gives:
 * `template: NAME:LINE: ...` from parsing, `template: NAME:LINE:COLUMN: executing "NAME" at <NODE>: ...` from executing.
 */
export class TemplateError extends UserError {}

/** What a builtin or extension function throws; the caller adds `error calling NAME: ` and the place. */
export class CallError extends Error {}
