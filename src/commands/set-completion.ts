import { type Completion, directive } from "../cli/completion-types.ts";
import { type DefinitionName, definitionOf, type Field } from "../config/schema.ts";

/** Fields whose values are known and few. */
const choices: Readonly<Record<string, readonly string[]>> = {
  ".vmType": ["qemu", "vz", "wsl2"],
  ".os": ["Linux", "Darwin", "FreeBSD"],
  ".arch": ["x86_64", "aarch64", "armv7l", "ppc64le", "riscv64", "s390x"],
  ".mountType": ["reverse-sshfs", "9p", "virtiofs", "wsl2"],
};

/** The fields of lima.yaml as expressions name them, two levels deep, in the schema's order. */
function settablePaths(): readonly (readonly [string, Field])[] {
  const fieldsOf = (name: DefinitionName) =>
    definitionOf(name).fields.filter((field) => field.replacedBy === undefined);
  return fieldsOf("LimaYAML").flatMap((field) => {
    const path = `.${field.name}`;
    const inner = field.type.kind === "struct" ? fieldsOf(field.type.name) : [];
    return [[path, field] as const, ...inner.map((sub) => [`${path}.${sub.name}`, sub] as const)];
  });
}

/**
 * What `--set` completes to: `.path=` while the path is typed, and `.path=value` after it where the values are known.
 * @param typed the expression so far
 */
export function completeSet(typed: string): Completion {
  const bits = directive.noSpace + directive.noFiles;
  const equals = typed.indexOf("=");
  const paths = settablePaths();
  if (equals < 0) {
    const found = paths.filter(([path]) => path.startsWith(typed));
    return { candidates: found.map(([path]) => ({ value: `${path}=` })), directive: bits };
  }
  const path = typed.slice(0, equals);
  const field = paths.find(([candidate]) => candidate === path)?.[1];
  const values = field?.type.kind === "bool" ? ["true", "false"] : ((field && choices[path]) ?? []);
  const begun = values.filter((value) => value.startsWith(typed.slice(equals + 1)));
  return { candidates: begun.map((value) => ({ value: `${path}=${value}` })), directive: bits };
}
