import { mkdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { decodeText } from "../config/decode-text.ts";
import type { Render } from "../config/expand.ts";
import type { ConfigFacts, PathKind } from "../config/facts.ts";
import type { LoadInput } from "../config/load.ts";
import type { LoadedConfig, LoadSettings } from "../config/load-layers.ts";
import type { Config, PartialConfig } from "../config/types.ts";
import { errorText } from "../lib/errors.ts";
import { readBytesSync, readTextIfExistsSync, writeFileAtomic } from "../lib/files.ts";
import type { Host } from "../lib/host.ts";
import { sha256Hex } from "../lib/sha256.ts";
import { limaVersion, programVersion } from "../lib/version.ts";
import { networksFile } from "../network/file.ts";
import { modesByName, type NetworkMode } from "../network/networks.ts";
import { configDirectory, instanceDirectory, isInitialised, knownCacheDirectory } from "../store/directories.ts";
import { instanceFiles } from "../store/instance-files.ts";
import { findExternalDrivers } from "../vm/external-drivers.ts";
import { machineId } from "../vm/machine-id.ts";
import type { InstanceContext } from "./context.ts";
import { hostTimezone } from "./timezone.ts";

/** Everything that decides an instance's configuration. */
interface Sources {
  readonly text: string;
  readonly path: string;
  readonly defaultText: string | undefined;
  readonly overrideText: string | undefined;
  /** The text of networks.yaml, which decides what is valid. */
  readonly networksText: string | undefined;
  readonly dir: string;
  readonly name: string;
  readonly exists: boolean;
  readonly version: string;
  /** Where a template that is no instance counts as stored. */
  readonly file?: string;
  readonly machineId: string;
  readonly timezone: string;
}

export interface LoadOptions {
  /** Where the parts of an embedded template were written. @default in the text itself */
  readonly places?: LoadInput["places"];
  /** Also warn about what is experimental, deprecated or without effect. @default false */
  readonly advise?: boolean;
  /** Refuse what is not valid. @default true */
  readonly validate?: boolean;
}

/**
 * Loads the stored configuration of an instance, filled and validated.
 * @throws UserError for what is wrong in it; a system error (`ENOENT`) when it cannot be read
 */
export async function loadStoredConfig(
  context: InstanceContext,
  name: string,
  options: LoadOptions = {},
): Promise<LoadedConfig> {
  return loadSources(context, readSources(context, name, await sharedTexts(context)), options);
}

/**
 * The same for a look only: where nothing that decides the configuration has changed since it was last loaded, the
 * result of that time is used, which takes a fraction of the time. Host paths in it are not looked at again.
 */
export async function peekStoredConfig(context: InstanceContext, name: string): Promise<Config> {
  const cache = knownCacheDirectory(context.host);
  if (cache === undefined) return (await loadStoredConfig(context, name)).config;
  const shared = await sharedFacts(context);
  const sources = readSources(context, name, shared.texts);
  const key = sha256Hex(shared.key, JSON.stringify(sources));
  const file = join(cache, "config", `${key}.json`);
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Config;
  } catch {
    // Not there, half written, or another user's: what the cache cannot give is loaded anew.
  }
  const { config } = await loadSources(context, sources, {});
  remember(file, config);
  return config;
}

/** Loads the text of an instance that may not exist yet, as it will be loaded once it does. */
export async function loadConfigText(
  context: InstanceContext,
  name: string,
  text: string,
  options: LoadOptions = { advise: true },
): Promise<LoadedConfig> {
  const dir = instanceDirectory(context.limaHome, name);
  const exists = isInitialised(dir);
  const version = exists ? (readTextIfExistsSync(join(dir, instanceFiles.limaVersion))?.trim() ?? "") : limaVersion;
  return loadSources(context, { ...(await commonSources(context, name)), text, exists, version }, options);
}

/**
 * Loads a template that is no instance. Its text then counts as `NAME.yaml` of the Lima home itself: that is what
 * `{{.Dir}}` and `{{.Name}}` stand for in it, and what the addresses of its networks are made from.
 * @param locator names the template in messages; NAME is its last part
 */
export async function loadTemplateText(
  context: InstanceContext,
  locator: string,
  text: string,
  options: LoadOptions = {},
): Promise<LoadedConfig> {
  return loadSources(context, { ...(await templateSources(context, locator)), text }, options);
}

/** The same for a template that is decoded already. Errors in it have no place; the text is needed to find it. */
export async function loadDecodedTemplate(
  context: InstanceContext,
  locator: string,
  config: PartialConfig,
  options: LoadOptions = {},
): Promise<LoadedConfig> {
  const [sources, { emptyLayer, layersOf }] = await Promise.all([
    templateSources(context, locator),
    import("../config/layer.ts"),
  ]);
  const main = { ...emptyLayer(locator), config };
  const { defaultText, overrideText } = sources;
  if (defaultText !== undefined || overrideText !== undefined || config.networks !== undefined) {
    const [{ loadOver }, modes] = await Promise.all([import("../config/load.ts"), networkModesOf(context)]);
    return loadOver(main, { defaultText, overrideText, ...settingsOf(context, sources, modes), ...options });
  }
  const { loadLayers } = await import("../config/load-layers.ts");
  const render = await renderFor(config);
  const settings = settingsOf(context, sources, () => ({}));
  return loadLayers(layersOf(main, emptyLayer(), emptyLayer()), { ...settings, render, ...options });
}

/** The language of templates is loaded only for a configuration that uses it. */
async function renderFor(config: PartialConfig): Promise<Render> {
  if (!JSON.stringify(config).includes("{{")) return (text) => text;
  return (await import("../lib/gotemplate/render.ts")).renderTemplate;
}

/** The last part of a template's locator, as instances are named after it. */
function fileNameOf(locator: string): string {
  return (/[^/\\:]*$/.exec(locator)?.[0] ?? "")
    .toLowerCase()
    .replace(/\.yml$/, "")
    .replace(/\.yaml$/, "");
}

async function templateSources(context: InstanceContext, locator: string) {
  const dir = context.limaHome;
  const name = basename(dir);
  return {
    ...(await commonSources(context, name)),
    ...{
      dir,
      path: locator,
      name,
      exists: false,
      version: limaVersion,
      file: join(dir, `${fileNameOf(locator)}.yaml`),
    },
  };
}

function readSources(context: InstanceContext, name: string, shared: SharedTexts): Sources {
  const common = { ...placeOf(context, name), ...shared };
  const text = decodeText(readBytesSync(common.path), common.path);
  const version = readTextIfExistsSync(join(common.dir, instanceFiles.limaVersion))?.trim() ?? "";
  return { ...common, text, exists: isInitialised(common.dir), version };
}

// Small files are read synchronously: for a list of many instances that is several times faster than in turn.
async function commonSources(context: InstanceContext, name: string) {
  return { ...placeOf(context, name), ...(await sharedTexts(context)) };
}

function placeOf(context: InstanceContext, name: string) {
  const dir = instanceDirectory(context.limaHome, name);
  return { path: `${dir}/${instanceFiles.limaYaml}`, dir, name };
}

type SharedTexts = Omit<Sources, "text" | "path" | "dir" | "name" | "exists" | "version" | "file">;

/** What all instances of a Lima home have in common. */
async function sharedTexts(context: InstanceContext): Promise<SharedTexts> {
  const config = configDirectory(context.limaHome);
  return {
    defaultText: readTextIfExistsSync(join(config, "default.yaml")),
    overrideText: readTextIfExistsSync(join(config, "override.yaml")),
    networksText: networksText(context),
    ...(await machineFacts(context.host)),
  };
}

interface SharedFacts {
  readonly texts: SharedTexts;
  /** All that decides a configuration beside the instance's own files, as text. */
  readonly key: string;
}

const knownShared = new WeakMap<InstanceContext, Promise<SharedFacts>>();

/** The same for the looks of one command, which are many and follow each other at once: read once. */
function sharedFacts(context: InstanceContext): Promise<SharedFacts> {
  const known = knownShared.get(context);
  if (known !== undefined) return known;
  const read = sharedTexts(context).then((texts) => ({ texts, key: cacheKey(context, texts) }));
  knownShared.set(context, read);
  return read;
}

const knownNetworks = new WeakMap<InstanceContext, string | undefined>();

/** The text of networks.yaml, read once for all instances that are looked at together. */
function networksText(context: InstanceContext): string | undefined {
  if (!knownNetworks.has(context)) {
    knownNetworks.set(context, readTextIfExistsSync(networksFile(context.limaHome)));
  }
  return knownNetworks.get(context);
}

interface MachineFacts {
  readonly machineId: string;
  readonly timezone: string;
}

const knownMachines = new WeakMap<Host, Promise<MachineFacts>>();

/** What does not change while a program runs is read once. */
function machineFacts(host: Host): Promise<MachineFacts> {
  const known = knownMachines.get(host);
  if (known !== undefined) return known;
  const read = machineId(host).then((id) => ({ machineId: id, timezone: hostTimezone(host) }));
  knownMachines.set(host, read);
  return read;
}

async function loadSources(context: InstanceContext, sources: Sources, options: LoadOptions): Promise<LoadedConfig> {
  const [{ loadConfig }, modes] = await Promise.all([import("../config/load.ts"), networkModesOf(context)]);
  const { text, path, defaultText, overrideText } = sources;
  return loadConfig({ text, path, defaultText, overrideText, ...settingsOf(context, sources, modes), ...options });
}

type NetworkModes = () => Readonly<Record<string, NetworkMode>>;

const knownModes = new WeakMap<InstanceContext, Readonly<Record<string, NetworkMode>>>();

/** networks.yaml is read once, and warned about once, however many fields refer to it. */
async function networkModesOf(context: InstanceContext): Promise<NetworkModes> {
  const { peekNetworks } = await import("../network/load.ts");
  return () => {
    const modes = knownModes.get(context) ?? modesByName(peekNetworks(context));
    knownModes.set(context, modes);
    return modes;
  };
}

function settingsOf(
  context: InstanceContext,
  sources: Omit<Sources, "text">,
  modes: NetworkModes,
): Omit<LoadSettings, "render"> {
  const { dir, name, exists, version, file } = sources;
  return {
    host: context.host,
    instance: { name, dir, exists, version, ...(file === undefined ? {} : { file }) },
    facts: configFacts(context, sources, modes),
  };
}

/** What filling and validating may look at beyond the host value. */
function configFacts(context: InstanceContext, known: MachineFacts, modes: NetworkModes): ConfigFacts {
  return {
    machineId: known.machineId,
    timezone: known.timezone,
    limaHome: context.limaHome,
    // Read for an instance that names a network, and for no other.
    get networkModes() {
      return modes();
    },
    // Looked for where a `vmType` is none of Lima's own, and nowhere else.
    get externalDrivers() {
      return Object.keys(findExternalDrivers(context.host).paths);
    },
    pathKind,
    readText: (path) => {
      try {
        return readFileSync(path, "utf8");
      } catch {
        return undefined;
      }
    },
  };
}

function pathKind(path: string): PathKind {
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return "missing";
    return stat.isDirectory() ? "directory" : stat.isSocket() ? "socket" : "file";
  } catch (error) {
    return { error: errorText(error) };
  }
}

function cacheKey(context: InstanceContext, shared: SharedTexts): string {
  const { os, arch, osVersion, cpus, memoryBytes, home, user, env } = context.host;
  const { TMPDIR, TMP, TEMP, USERPROFILE, LIMA_SSH_OVER_VSOCK, LIMA_DRIVERS_PATH } = env;
  const variables = { TMPDIR, TMP, TEMP, USERPROFILE, LIMA_SSH_OVER_VSOCK, LIMA_DRIVERS_PATH };
  return JSON.stringify([
    programVersion,
    programStamp(context.host),
    { os, arch, osVersion, cpus, memoryBytes, home, user, variables },
    context.limaHome,
    shared,
  ]);
}

/** Tells this build of the program from another of the same version. */
function programStamp({ self }: Host): readonly number[] {
  const stat = statSync(self.at(-1) ?? "", { throwIfNoEntry: false });
  return stat === undefined ? [] : [stat.size, stat.mtimeMs];
}

/** A cache that cannot be written only costs time. */
function remember(file: string, config: Config): void {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileAtomic(file, JSON.stringify(config), 0o600);
  } catch {
    // A read-only home or a full disk: the next look loads it again.
  }
}
