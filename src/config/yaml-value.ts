import { Decoder } from "./decode.ts";
import { parseYaml } from "./yaml-document.ts";

/**
 * A YAML text as plain data, by the rules that lima.yaml is read by; null for an empty text.
 * @throws UserError when the text is no YAML
 */
export function decodeYamlValue(text: string, what: string): unknown {
  const yaml = parseYaml(text, what);
  return new Decoder(yaml, what).value(yaml.contents, { kind: "any" }, "") ?? null;
}
