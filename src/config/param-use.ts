import { quote } from "../lib/quote.ts";
import type { ConfigFacts } from "./facts.ts";
import type { Layer } from "./layer.ts";
import type { PartialConfig } from "./types.ts";

/** Parameters that the program itself reads. */
const internalParams: ReadonlySet<string> = new Set(["internal_netplanOptional"]);

/** Every text of the raw file that may refer to a parameter. */
function* textsOf(config: PartialConfig, facts: Pick<ConfigFacts, "readText">): Iterable<string | undefined> {
  for (const each of config.provision ?? []) {
    yield each.script;
    yield each.content;
    yield each.expression;
    yield each.owner;
    yield each.path;
    yield each.permissions;
    if (each.playbook) yield facts.readText(each.playbook);
  }
  for (const each of config.probes ?? []) yield each.script;
  for (const each of config.copyToHost ?? []) {
    yield each.guest;
    yield each.host;
  }
  for (const each of config.portForwards ?? []) {
    yield each.guestSocket;
    yield each.hostSocket;
  }
  for (const each of config.mounts ?? []) {
    yield each.location;
    yield each.mountPoint;
  }
}

/**
 * True when a text holds `{{ ... .Param.KEY ... }}` or the word `PARAM_KEY`. Looks at the text once, whatever it holds: a
 * regular expression for the first form takes for ever on a text of nothing but braces.
 */
function usesParam(text: string, key: string): boolean {
  const field = `.Param.${key}`;
  if (text.includes(field)) {
    const parts = text.split("}");
    for (let index = 0; index + 2 < parts.length; index += 1) {
      if (parts[index + 1] !== "") continue;
      const part = parts[index] ?? "";
      const open = part.indexOf("{{");
      if (open >= 0 && part.includes(field, open + 2)) return true;
    }
  }
  if (!text.includes(`PARAM_${key}`)) return false;
  const name = key.replaceAll(/[^A-Za-z0-9_]/g, "\\$&");
  return new RegExp(`\\bPARAM_${name}\\b`).test(text);
}

/**
 * Sees to it that each parameter of lima.yaml is used: as `{{.Param.K}}` or as `PARAM_K`.
 * @returns the error about the first that is not
 */
export function unusedParam(layer: Layer, facts: Pick<ConfigFacts, "readText">): string | undefined {
  const keys = Object.keys(layer.config.param ?? {}).filter((key) => !internalParams.has(key));
  if (keys.length === 0) return undefined;
  const texts = [...textsOf(layer.config, facts)].filter((text) => text !== undefined);
  for (const key of keys) {
    if (texts.some((text) => usesParam(text, key))) continue;
    const place = layer.places.get(`param.${key}`);
    const at = place === undefined ? "" : `${place.file ?? layer.path}:${place.line}:${place.column}: `;
    return `${at}field \`param\` key ${quote(key)} is not used in any provision, probe, copyToHost, or portForward`;
  }
  return undefined;
}
