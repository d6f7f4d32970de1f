import { printYaml } from "../format/yaml-print.ts";
import { dereference, pathOf, type YqNode } from "../node.ts";

/** A node as a string: a scalar's text, a collection as YAML without the last newline. */
export function stringOf(node: YqNode): string {
  const at = dereference(node);
  return at.kind === "scalar" ? at.value : printYaml(at).replace(/\n$/, "");
}

/** A path as people write it (`a.b[0]`), for messages. */
export function nicePath(node: YqNode): string {
  let result = "";
  for (const step of pathOf(node))
    result += typeof step === "number" ? `[${step}]` : result === "" ? step.value : `.${step.value}`;
  return result;
}
