import type { Host } from "../lib/host.ts";
import { limaVersion } from "../lib/version.ts";
import type { Expand, Render } from "./expand.ts";
import type { ConfigFacts, InstanceFacts } from "./facts.ts";
import { compareLimaVersions } from "./lima-version.ts";
import type { ConfigWarning } from "./warning.ts";

/** Everything that defaults depend on, and where warnings go. */
export interface FillContext {
  readonly host: Host;
  readonly instance: InstanceFacts;
  readonly facts: ConfigFacts;
  readonly warnings: ConfigWarning[];
  /** Expands a text that has an action; only such texts are passed to it. */
  readonly render: Render;
}

/** A `FillContext` once the user is known. */
export interface ExpandContext extends FillContext {
  readonly expandGuest: Expand;
  readonly expandHost: Expand;
}

/** True for instances made by a Lima older than `version`, which keep the defaults they were made with. */
export function createdBefore({ exists, version: createdBy }: InstanceFacts, version: string): boolean {
  return compareLimaVersions(exists ? createdBy : limaVersion, version) < 0;
}
