import { errorCode, UserError } from "../../lib/errors.ts";
import { quote } from "../../lib/quote.ts";
import { nearestNames } from "../nearest.ts";
import { maxTemplateBytes, type TemplateContext, type TemplateSource } from "./source.ts";

/** A template of the store, as listings show it. */
export interface StoredTemplate {
  readonly name: string;
  /** Path of its file, or `template:NAME` for one inside the program. */
  readonly location: string;
}

const fileOf = (name: string): string => (/\.[^./\\0-9][^./\\]*$/.test(name) ? name : `${name}.yaml`);

const join = (directory: string, file: string): string => `${directory.replace(/[/\\]$/, "")}/${file}`;

/** All templates: those of the directories, then the shipped ones; the first of a name wins. Sorted by name. */
export async function listTemplates(source: TemplateSource): Promise<readonly StoredTemplate[]> {
  const found = new Map<string, string>();
  const add = (file: string, location: string): void => {
    const name = file.replace(/\.yaml$/, "");
    if (name === file || /(?:^|\/)\.[^/]*$/.test(name) || found.has(name)) return;
    found.set(name, location);
  };
  for (const directory of source.directories)
    for (const file of await directory.list()) add(file, join(directory.path, file));
  for (const file of Object.keys(source.shipped)) add(file, `template:${file.replace(/\.yaml$/, "")}`);
  return [...found]
    .map(([name, location]) => ({ name, location }))
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** True for names that only people who ask for all templates see: building blocks. */
export function isHiddenTemplate(name: string): boolean {
  return name.startsWith("_");
}

/**
 * Reads `template:NAME` from the store.
 * @throws UserError ``template `NAME.yaml` not found`` with the nearest names
 */
export async function readStoredTemplate(name: string, { source }: TemplateContext): Promise<Uint8Array> {
  if (name.includes("..")) throw new UserError(`template name ${quote(name)} must not contain \`..\``);
  const file = fileOf(name);
  for (const directory of source.directories)
    try {
      return await source.readFile(join(directory.path, file), maxTemplateBytes);
    } catch (error) {
      if (!["ENOENT", "ENOTDIR"].includes(errorCode(error) ?? "")) throw error;
    }
  if (Object.hasOwn(source.shipped, file)) return new TextEncoder().encode(source.shipped[file]);
  const known = (await listTemplates(source)).map((each) => each.name);
  const near = nearestNames(name, name.startsWith("_") ? known : known.filter((each) => !isHiddenTemplate(each)));
  const hint =
    near.length === 0
      ? "`limactl create --list-templates` lists all"
      : `did you mean ${near.map((each) => quote(each)).join(", ")}?`;
  throw new UserError(`template ${quote(file)} not found (Hint: ${hint})`);
}
