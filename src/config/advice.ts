import type { Host } from "../lib/host.ts";
import { quote } from "../lib/quote.ts";
import { effects } from "./effects.ts";
import type { Filled } from "./fill.ts";
import type { Layers } from "./layer.ts";
import { definitionOf } from "./schema.ts";
import type { Config } from "./types.ts";
import type { ConfigWarning } from "./warning.ts";

/** The values at a field path of `effects`; `[]` stands for every element. */
function valuesAt(value: unknown, steps: readonly string[]): readonly unknown[] {
  const [step, ...rest] = steps;
  if (step === undefined) return [value];
  if (typeof value !== "object" || value === null) return [];
  if (step === "[]") return Array.isArray(value) ? value.flatMap((each) => valuesAt(each, rest)) : [];
  return valuesAt((value as Readonly<Record<string, unknown>>)[step], rest);
}

/** Top-level fields that are, or hold, something whose effect is still to come. */
function topLevelLater(): ReadonlySet<string> {
  const found = new Set<string>();
  for (const path in effects) {
    const effect = effects[path];
    if (effect !== undefined && "later" in effect) found.add(path.split(/[.[]/, 1)[0] ?? path);
  }
  return found;
}

/**
 * Collects the paths of the fields in which a file says something, in the form of `effects`. The file is walked, not the table of all
 * fields: this is a part of every `validate`, and files set few.
 */
function collectPaths(value: unknown, path: string, found: Set<string>): void {
  if (typeof value !== "object" || value === null) return;
  for (const [key, each] of Object.entries(value)) {
    if (!says(each)) continue;
    const at = Array.isArray(value) ? `${path}[]` : `${path}.${key}`;
    found.add(at);
    collectPaths(each, at, found);
  }
}

/** Fields that a file sets and whose effect is still to come, sorted as in `effects`. */
function effectsToCome({ main, override, default: defaults }: Layers): readonly (readonly [string, string])[] {
  const given = new Set<string>();
  const names = topLevelLater();
  for (const { config } of [main, override, defaults])
    for (const name of names) {
      const value = (config as Readonly<Record<string, unknown>>)[name];
      if (says(value)) collectPaths(value, name, given.add(name));
    }
  const isLater = (path: string): boolean => Object.hasOwn(effects, path) && "later" in (effects[path] ?? {});
  if (![...given].some(isLater)) return [];
  const all = Object.keys(effects);
  return Object.entries(effects).flatMap(([path, effect]) => {
    // A mapping speaks through its parts, some of which may work.
    const isWhole = given.has(path) && !all.some((other) => other.startsWith(`${path}.`));
    return isWhole && "later" in effect ? [[path, effect.later] as const] : [];
  });
}

/** True for a value that asks for something: not null, not false, not a list or mapping of nothing but such values. */
function says(value: unknown): boolean {
  if (value === undefined || value === null || value === "" || value === false) return false;
  return typeof value !== "object" || Object.values(value).some(says);
}

/** True when a file sets the field to something else than its default, and filling kept it. */
function isSet(steps: readonly string[], layers: Layers, filled: Config, defaults: () => Config): boolean {
  const given = [layers.main, layers.override, layers.default].some((layer) =>
    valuesAt(layer.config, steps).some(says),
  );
  if (!given) return false;
  const now = valuesAt(filled, steps);
  return now.some(says) && JSON.stringify(now) !== JSON.stringify(valuesAt(defaults(), steps));
}

/** A list or mapping is named once, not each of its parts. */
function* withoutEffect(layers: Layers, filled: Config, defaults: () => Config): Iterable<ConfigWarning> {
  const named: string[] = [];
  for (const [path, later] of effectsToCome(layers)) {
    const steps = path.replaceAll("[]", ".[]").split(".");
    if (named.some((other) => path.startsWith(`${other}.`) || path.startsWith(`${other}[`))) continue;
    if (!isSet(steps, layers, filled, defaults)) continue;
    named.push(path);
    yield { message: `field ${quote(path)} has no effect yet: ${later}` };
  }
}

function* deprecated({ main }: Layers): Iterable<ConfigWarning> {
  const given = main.config as Readonly<Record<string, unknown>>;
  for (const field of definitionOf("LimaYAML").fields)
    if (field.replacedBy !== undefined && says(given[field.name]))
      yield { message: `field ${quote(field.name)} is deprecated, use ${quote(field.replacedBy)}` };
  if ((main.config.provision ?? []).some((entry) => entry.mode === "ansible" || says(entry.playbook)))
    yield {
      message: "provision mode `ansible` is deprecated, use `ansible-playbook` with the instance's inventory instead",
    };
}

function* experimental(config: Config, host: Host): Iterable<ConfigWarning> {
  const { arch, audio, video, user, os } = config;
  if (os === "Windows") yield { message: "`os: Windows` is experimental" };
  if (config.mountType === "virtiofs" && host.os === "linux")
    yield { message: "`mountType: virtiofs` on Linux is experimental" };
  if (["riscv64", "armv7l", "s390x", "ppc64le"].includes(arch)) yield { message: `\`arch: ${arch}\` is experimental` };
  if (video.display.includes("vnc")) yield { message: `\`video.display: ${video.display}\` is experimental` };
  if (audio.device !== "") yield { message: `\`audio.device: ${audio.device}\` is experimental` };
  if (audio.device !== "" && audio.interface !== "")
    yield { message: `\`audio.interface: ${audio.interface}\` is experimental` };
  if (config.mountInotify) yield { message: "`mountInotify` is experimental" };
  if (!user.passwordlessSudo && os !== "Darwin") {
    yield { message: "`user.passwordlessSudo: false` is experimental" };
    if (Object.keys(config.param).length > 0)
      yield { message: "`param` can be read by everyone in the guest, also with `user.passwordlessSudo: false`" };
  }
}

/**
 * What someone who makes or changes an instance should know: deprecated fields, experimental ones, and fields whose
 * effect is still to come.
 * @param defaults makes what an empty lima.yaml would be filled to; asked only where something has no effect
 */
export function adviceOn(filled: Filled, defaults: () => Config, layers: Layers, host: Host): readonly ConfigWarning[] {
  return [
    ...deprecated(layers),
    ...experimental(filled.config, host),
    ...withoutEffect(layers, filled.config, defaults),
  ];
}
