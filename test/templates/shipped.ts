import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

/** What the tests read of a template; every key may be missing. */
export interface ShippedTemplate {
  readonly minimumLimaVersion?: string;
  readonly base?: string | readonly string[];
  readonly vmType?: string | null;
  readonly images?: readonly {
    readonly location: string;
    readonly arch: string;
    readonly variant?: string;
    readonly archVariant?: string;
    readonly digest?: string;
  }[];
  readonly provision?: readonly { readonly mode: string; readonly script?: string; readonly content?: string }[];
  readonly probes?: readonly { readonly description: string; readonly script: string; readonly hint: string }[];
  readonly message?: string;
  readonly param?: Readonly<Record<string, unknown>>;
  readonly [key: string]: unknown;
}

/** The folder of the shipped templates. */
export const folder: string = join(import.meta.dir, "../../templates");

/** Names of all shipped templates, as `template:NAME` takes them. */
export const names: readonly string[] = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".yaml"))
  .map((file) => file.replaceAll("\\", "/").replace(/\.yaml$/, ""))
  .sort();

/** The names that are other names of a template: symbolic links. */
export const aliases: readonly string[] = names.filter((name) => lstatSync(pathOf(name)).isSymbolicLink());

export function pathOf(name: string): string {
  return join(folder, `${name}.yaml`);
}

export function textOf(name: string): string {
  return readFileSync(pathOf(name), "utf8");
}

export function templateOf(name: string): ShippedTemplate {
  return parse(textOf(name)) as ShippedTemplate;
}

/** The bases of a template, as a list. */
export function basesOf(template: ShippedTemplate): readonly string[] {
  const { base = [] } = template;
  return typeof base === "string" ? [base] : base;
}
