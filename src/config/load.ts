import { UserError } from "../lib/errors.ts";
import type { Host } from "../lib/host.ts";
import { adviceOn } from "./advice.ts";
import type { ConfigFacts, InstanceFacts } from "./facts.ts";
import { fillConfig } from "./fill.ts";
import { pathsOf } from "./host-path.ts";
import { readLayers } from "./layers.ts";
import { checkParamUse } from "./param-use.ts";
import type { Config } from "./types.ts";
import { validateConfig } from "./validate.ts";
import type { ConfigWarning } from "./warning.ts";

/** What `loadConfig` reads. */
export interface LoadInput {
  /** lima.yaml's text, bases and script files embedded. */
  readonly text: string;
  /** Where the text is stored, or will be; for messages. */
  readonly path: string;
  /** Names the text in YAML errors. @default ``main file `PATH` `` */
  readonly what?: string;
  /** `_config/default.yaml`. @default there is none */
  readonly defaultText?: string | undefined;
  /** `_config/override.yaml`. @default there is none */
  readonly overrideText?: string | undefined;
  readonly host: Host;
  readonly instance: InstanceFacts;
  readonly facts: ConfigFacts;
  /** Refuse what `validateConfig` finds. @default true */
  readonly validate?: boolean;
  /** Also warn about what is experimental, deprecated or without effect: on create, start and edit. @default false */
  readonly advise?: boolean;
}

/** A configuration that is ready for use. */
export interface LoadedConfig {
  readonly config: Config;
  readonly warnings: readonly ConfigWarning[];
  /** False when `vmType` is the host's default and no file names it. */
  readonly vmTypeGiven: boolean;
}

const emptyFile = { path: "", text: undefined };

/**
 * Makes the configuration of an instance: reads lima.yaml, default.yaml and override.yaml, merges them, fills in the
 * defaults of this host and validates the result.
 * @throws UserError that names file, line, column and field of everything that is wrong
 */
export function loadConfig(input: LoadInput): LoadedConfig {
  const { host, instance, facts } = input;
  const paths = pathsOf(host.os);
  const configFile = (name: string): string => paths.join(facts.limaHome, "_config", name);
  const layers = readLayers(
    { path: input.path, text: input.text },
    { path: configFile("default.yaml"), text: input.defaultText },
    { path: configFile("override.yaml"), text: input.overrideText },
    input.what,
  );
  checkParamUse(layers.main, facts);
  const warnings: ConfigWarning[] = [...layers.warnings];
  const filled = fillConfig(layers, { host, instance, facts, warnings });
  if (input.validate !== false) {
    const found = validateConfig(filled.config, { host, facts, place: (path) => filled.origins.find(path) });
    if (found.errors.length > 0) throw new UserError(found.errors.join("\n"));
    warnings.push(...found.warnings);
  }
  if (input.advise === true) {
    const none = readLayers({ path: input.path, text: "" }, emptyFile, emptyFile);
    const defaults = fillConfig(none, { host, instance, facts, warnings: [] });
    warnings.push(...adviceOn(filled, defaults.config, layers, host));
  }
  return { config: filled.config, warnings, vmTypeGiven: filled.vmTypeGiven };
}
