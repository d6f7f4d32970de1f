import { UserError } from "../../errors.ts";

/** Formats that results can be printed in. */
export type OutputFormat =
  | "yaml"
  | "json"
  | "props"
  | "csv"
  | "tsv"
  | "ini"
  | "xml"
  | "toml"
  | "shell"
  | "base64"
  | "base64url"
  | "uri";

const names: Readonly<Record<string, OutputFormat>> = {
  yaml: "yaml",
  y: "yaml",
  yml: "yaml",
  json: "json",
  j: "json",
  ndjson: "json",
  props: "props",
  p: "props",
  properties: "props",
  csv: "csv",
  c: "csv",
  tsv: "tsv",
  t: "tsv",
  ini: "ini",
  i: "ini",
  xml: "xml",
  x: "xml",
  toml: "toml",
  shell: "shell",
  s: "shell",
  sh: "shell",
  base64: "base64",
  base64url: "base64url",
  uri: "uri",
};

/** Formats of yq that are not supported here; a file of theirs is not taken for YAML. */
const unsupported: ReadonlySet<string> = new Set(["lua", "hcl", "tf", "kyaml", "ky"]);

/** The format of a name or its short form. @throws UserError for one that is not supported, by its name */
export function formatNamed(name: string): OutputFormat {
  const found = Object.hasOwn(names, name) ? names[name] : undefined;
  if (found === undefined)
    throw new UserError(
      `the format ${name} is not supported; please specify one of yaml, json, props, csv, tsv, ini, xml, toml, shell, base64, base64url, uri`,
    );
  return found;
}

/** The format by a file's extension: YAML unless it names another. @throws UserError for one that is not supported, by its name */
export function formatOfFile(path: string): OutputFormat {
  const extension = /\.([^./\\]+)$/.exec(path)?.[1]?.toLowerCase() ?? "";
  if (unsupported.has(extension)) return formatNamed(extension);
  // A script is no result of ours.
  if (extension === "sh") return "yaml";
  return Object.hasOwn(names, extension) && extension.length > 1 ? names[extension]! : "yaml";
}
