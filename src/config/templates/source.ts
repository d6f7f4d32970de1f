import type { Host } from "../../lib/host.ts";
import type { ConfigWarning } from "../warning.ts";

/** An answer to a GET. */
export interface Fetched {
  readonly status: number;
  readonly body: Uint8Array;
}

/** How a URL plugin ended: its standard output, or why it failed. */
export type PluginResult = { readonly output: string } | { readonly command: string; readonly error: string };

/** A directory of templates. */
export interface TemplateDirectory {
  readonly path: string;
  /** Paths of its `*.yaml` files below it, with `/`, in any order; symlinked directories are not entered. */
  list(): Promise<readonly string[]>;
}

/** Everything that templates are read with. */
export interface TemplateSource {
  /** At most `limit` bytes and one more of a local file. @throws system errors */
  readFile(path: string, limit: number): Promise<Uint8Array>;
  /** GET with redirects followed; at most `limit` bytes and one more. @throws when there is no answer */
  fetch(url: string, headers: Readonly<Record<string, string>>, limit: number): Promise<Fetched>;
  readStdin(): Promise<Uint8Array>;
  /** Runs `limactl-url-SCHEME ARGUMENT`; undefined when there is no such plugin. */
  runPlugin(scheme: string, argument: string): Promise<PluginResult | undefined>;
  /** Where `template:` names are looked up, first hit wins. */
  readonly directories: readonly TemplateDirectory[];
  /** The shipped templates by file name (`_images/debian.yaml`), looked up after the directories; empty to leave them out. */
  readonly shipped: Readonly<Record<string, string>>;
}

/** What reading and embedding a template needs. */
export interface TemplateContext {
  readonly host: Host;
  readonly source: TemplateSource;
  /** What to warn the user about. */
  readonly warnings: ConfigWarning[];
  /** What to tell the user at info. */
  readonly notes: string[];
  /** What to tell at debug: each step of rewriting a locator. @default not told */
  readonly steps?: string[];
}

/** Largest template, in bytes. */
export const maxTemplateBytes = 4 * 1024 * 1024;
