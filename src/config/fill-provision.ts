import type { ExpandContext } from "./fill-context.ts";
import type { GuestOs, PartialConfig, Probe, Provision, ScriptFile } from "./types.ts";

type GivenProvision = NonNullable<PartialConfig["provision"]>[number];
type GivenProbe = NonNullable<PartialConfig["probes"]>[number];

function fillScriptFile(given: GivenProvision["file"]): { readonly file?: ScriptFile } {
  return given === undefined ? {} : { file: { url: given.url ?? "", digest: given.digest ?? "" } };
}

/** `T` without the properties that are undefined. */
function defined<T extends object>(value: T): { readonly [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

/** Fills one provisioning entry. Fields that its mode does not know keep what was given, for validation to see. */
export function fillProvision(given: GivenProvision, index: number, os: GuestOs, context: ExpandContext): Provision {
  const mode = given.mode || "system";
  const writesFile = mode === "data" || mode === "yq";
  const at = (name: string): string => `provision[${index}].${name}`;
  const expand = (name: "content" | "expression" | "owner" | "path", text: string | undefined): string | undefined =>
    text === undefined ? undefined : context.expandGuest(text, at(name));
  const owner = given.owner || (os === "Linux" || os === "Windows" ? "root:root" : "root:wheel");
  return {
    mode,
    script: context.expandGuest(given.script ?? "", at("script")),
    playbook: given.playbook ?? "",
    ...defined({
      skipDefaultDependencyResolution:
        given.skipDefaultDependencyResolution ?? (mode === "dependency" ? false : undefined),
      content: mode === "data" ? expand("content", given.content ?? "") : given.content,
      overwrite: given.overwrite ?? (mode === "data" ? true : undefined),
      owner: writesFile ? expand("owner", owner) : given.owner,
      path: writesFile ? expand("path", given.path) : given.path,
      permissions: writesFile ? given.permissions || "644" : given.permissions,
      expression: mode === "yq" ? expand("expression", given.expression) : given.expression,
      format: mode === "yq" ? given.format || "auto" : given.format,
    }),
    ...fillScriptFile(given.file),
  };
}

/** Fills one probe of `total`. */
export function fillProbe(given: GivenProbe, index: number, total: number, context: ExpandContext): Probe {
  return {
    mode: given.mode || "readiness",
    description: given.description || `user probe ${index + 1}/${total}`,
    script: context.expandGuest(given.script ?? "", `probes[${index}].script`),
    hint: given.hint ?? "",
    ...fillScriptFile(given.file),
  };
}
