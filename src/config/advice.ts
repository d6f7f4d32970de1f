import type { Host } from "../lib/host.ts";
import { quote } from "../lib/quote.ts";
import { effectsToCome } from "./effects-to-come.ts";
import type { Filled } from "./fill.ts";
import type { Layers } from "./layer.ts";
import { definitionOf } from "./schema.ts";
import type { Config } from "./types.ts";
import type { ConfigWarning } from "./warning.ts";

/** The values at a field path of `effectsToCome`; `[]` stands for every element. */
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
  for (const path in effectsToCome) found.add(path.slice(0, path.search(/[.[]|$/)));
  return found;
}

/**
 * Collects the paths of the fields in which a file says something, in the form of `effectsToCome`. The file is walked, not the table of all
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

/** Fields that a file sets and whose effect is still to come, sorted as in `effectsToCome`. */
function setTooEarly({ main, override, default: defaults }: Layers): readonly (readonly [string, string])[] {
  const given = new Set<string>();
  const names = topLevelLater();
  for (const { config } of [main, override, defaults])
    for (const name of names) {
      const value = (config as Readonly<Record<string, unknown>>)[name];
      if (says(value)) collectPaths(value, name, given.add(name));
    }
  if (![...given].some((path) => Object.hasOwn(effectsToCome, path))) return [];
  const isPart = (path: string): boolean => [...given].some((other) => other.startsWith(`${path}.`));
  // A mapping speaks through its parts, some of which may work.
  return Object.entries(effectsToCome).filter(([path]) => given.has(path) && !isPart(path));
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
function withoutEffect(layers: Layers, filled: Config, defaults: () => Config): readonly string[] {
  const named: string[] = [];
  const messages: string[] = [];
  for (const [path, later] of setTooEarly(layers)) {
    const steps = path.replaceAll("[]", ".[]").split(".");
    if (named.some((other) => path.startsWith(`${other}.`) || path.startsWith(`${other}[`))) continue;
    if (!isSet(steps, layers, filled, defaults)) continue;
    named.push(path);
    messages.push(`field ${quote(path)} has no effect yet: ${later}`);
  }
  return messages;
}

function deprecated({ main }: Layers): readonly string[] {
  const given = main.config as Readonly<Record<string, unknown>>;
  const messages: string[] = [];
  for (const field of definitionOf("LimaYAML").fields)
    if (field.replacedBy !== undefined && says(given[field.name]))
      messages.push(`field ${quote(field.name)} is deprecated, use ${quote(field.replacedBy)}`);
  if ((main.config.provision ?? []).some((entry) => entry.mode === "ansible" || says(entry.playbook)))
    messages.push(
      "provision mode `ansible` is deprecated, use `ansible-playbook` with the instance's inventory instead",
    );
  return messages;
}

function experimental(config: Config, host: Host): readonly string[] {
  const { arch, audio, video, user, os } = config;
  const noSudo = !user.passwordlessSudo && os !== "Darwin";
  const messages: readonly (readonly [boolean, string])[] = [
    [os === "Windows", "`os: Windows` is experimental"],
    [config.mountType === "virtiofs" && host.os === "linux", "`mountType: virtiofs` on Linux is experimental"],
    [["riscv64", "armv7l", "s390x", "ppc64le"].includes(arch), `\`arch: ${arch}\` is experimental`],
    [video.display.includes("vnc"), `\`video.display: ${video.display}\` is experimental`],
    [audio.device !== "", `\`audio.device: ${audio.device}\` is experimental`],
    [audio.device !== "" && audio.interface !== "", `\`audio.interface: ${audio.interface}\` is experimental`],
    [config.mountInotify, "`mountInotify` is experimental"],
    [noSudo, "`user.passwordlessSudo: false` is experimental"],
    [
      noSudo && Object.keys(config.param).length > 0,
      "`param` can be read by everyone in the guest, also with `user.passwordlessSudo: false`",
    ],
  ];
  return messages.filter(([applies]) => applies).map(([, message]) => message);
}

/**
 * What someone who makes or changes an instance should know: deprecated fields, experimental ones, and fields whose
 * effect is still to come.
 * @param defaults makes what an empty lima.yaml would be filled to; asked only where something has no effect
 */
export function adviceOn(filled: Filled, defaults: () => Config, layers: Layers, host: Host): readonly ConfigWarning[] {
  const messages = [
    ...deprecated(layers),
    ...experimental(filled.config, host),
    ...withoutEffect(layers, filled.config, defaults),
  ];
  return messages.map((message) => ({ message }));
}
