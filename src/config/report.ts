import type { Host } from "../lib/host.ts";
import { quote, quoteList } from "../lib/quote.ts";
import type { ConfigFacts } from "./facts.ts";
import type { FilePlace } from "./origins.ts";
import type { ConfigWarning } from "./warning.ts";

/** What validation needs beside the configuration. */
export interface ValidateContext {
  readonly host: Host;
  readonly facts: ConfigFacts;
  /** Where a field stands, by its path in the merged configuration. */
  place(path: string): FilePlace | undefined;
}

/** Collects what is wrong; each error starts with file, line and column where they are known. */
export class Report {
  readonly errors: string[] = [];
  readonly warnings: ConfigWarning[] = [];

  constructor(private readonly context: ValidateContext) {}

  /** Adds an error about the field at `path`. */
  error(path: string, text: string): void {
    const place = this.context.place(path);
    this.errors.push(place === undefined ? text : `${place.path}:${place.line}:${place.column}: ${text}`);
  }

  /** Adds the error that no driver is known for the instance, as `list` tells it: the file, and below it the type. */
  unresolved(vmType: string): void {
    const text = `vmType ${quote(vmType)} is not a registered driver`;
    const place = this.context.place("vmType");
    this.errors.push(place === undefined ? text : `failed to resolve vm for ${place.path}\n${text}`);
  }

  warn(message: string): void {
    this.warnings.push({ message });
  }

  /** Warns about a value that is none of the known ones; a newer guest or driver may know it. */
  expect(path: string, value: string | undefined, known: readonly string[]): void {
    if (value === undefined || value === "" || known.includes(value)) return;
    this.warn(`field \`${path}\` has the unknown value ${quote(value)}; known are ${quoteList(known)}`);
  }
}
