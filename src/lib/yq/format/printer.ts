import { UserError } from "../../errors.ts";
import { withoutAliases } from "../explode.ts";
import type { DocumentOrigin, YqNode } from "../node.ts";
import { effectiveTag } from "../tags.ts";
import { encodeBase64, encodeBase64Url } from "./base64.ts";
import { printCsv } from "./csv.ts";
import type { OutputFormat } from "./formats.ts";
import { printIni } from "./ini.ts";
import { printJson } from "./json.ts";
import { colored, plain } from "./paint.ts";
import { type PropsOptions, printProps } from "./props.ts";
import { printShellVariables } from "./shell-variables.ts";
import { printToml } from "./toml.ts";
import { queryEscape } from "./uri.ts";
import { printXml } from "./xml.ts";
import type { XmlNames } from "./xml-names.ts";
import { printYaml, type YamlOptions } from "./yaml-print.ts";

export interface PrintOptions {
  readonly format: OutputFormat;
  readonly indent: number;
  readonly unwrapScalars: boolean;
  readonly colors: boolean;
  /** Whether `---` stands between documents. */
  readonly separators: boolean;
  /** @default "," */
  readonly csvSeparator?: string;
  /** Between the keys in the name of a shell variable. @default "_" */
  readonly shellSeparator?: string;
  readonly yaml: YamlOptions;
  readonly props: PropsOptions;
  /** @default those of the yq tool */
  readonly xml?: XmlNames;
}

/** One result as text, ended by a newline (unless it is nothing). */
export function printResult(given: YqNode, options: PrintOptions): string {
  const node = options.format === "yaml" ? given : withoutAliases(given);
  const paint = options.colors ? colored : plain;
  switch (options.format) {
    case "yaml":
      if (node.kind === "scalar" && options.unwrapScalars && !isOnlyComments(node))
        return `${commentsBefore(node)}${node.value}\n`;
      return printYaml(node, { ...options.yaml, indent: options.indent, paint });
    case "json":
      if (node.kind === "scalar" && options.unwrapScalars) return `${jsonScalar(node)}\n`;
      return `${printJson(node, options.indent, paint)}\n`;
    case "props":
      return printProps(node, options.props);
    case "csv":
      return printCsv(node, options.csvSeparator ?? ",");
    case "tsv":
      return printCsv(node, "\t");
    case "ini":
      return printIni(node);
    case "xml":
      return printXml(node, options.indent, options.xml);
    case "toml":
      return printToml(node);
    case "shell":
      return printShellVariables(node, options.shellSeparator);
    case "base64":
      return encodeBase64(scalarText(node, options.format));
    case "base64url":
      return encodeBase64Url(scalarText(node, options.format));
    case "uri":
      return queryEscape(scalarText(node, options.format));
  }
}

function scalarText(node: YqNode, format: string): string {
  if (node.kind !== "scalar" || effectiveTag(node) !== "!!str")
    throw new UserError(`cannot encode ${node.tag} as ${format}, can only operate on strings`);
  return node.value;
}

/** What stands before a document that is a single value; of a part of a document nothing. */
function commentsBefore(node: YqNode): string {
  if (node.parent !== undefined || node.key !== undefined) return "";
  return [...node.preamble, ...node.head].map((line) => `${line}\n`).join("");
}

/** Whether a document has no value, but comments to keep. */
function isOnlyComments(node: YqNode): boolean {
  return node.parent === undefined && node.value === "" && node.tag === "!!null" && node.head.length > 0;
}

function jsonScalar(node: YqNode): string {
  return node.tag === "!!null" && node.value === "" ? "null" : node.value;
}

/**
 * Tells of each result in turn whether a line parts it from the one before: where the document's number changes, and before
 * everything that is not of the first result's file.
 */
export function documentChanges(): (origin: DocumentOrigin) => boolean {
  let first: DocumentOrigin | undefined;
  let previous: DocumentOrigin | undefined;
  return (origin) => {
    first ??= origin;
    const changed = (previous ?? origin).document !== origin.document || first.file !== origin.file;
    previous = origin;
    return changed;
  };
}

/** All results in order; a `---` line where the document changes. */
export function printResults(nodes: readonly YqNode[], options: PrintOptions): string {
  let result = "";
  const isOther = documentChanges();
  for (const node of nodes) {
    if (!options.separators) node.preamble = node.preamble.filter((line) => line !== "---");
    const changed = isOther(node.origin);
    if (changed && options.separators && options.format === "yaml" && node.preamble.length === 0) result += "---\n";
    result += printResult(node, options);
    if (result.length > 500_000_000) throw new UserError("the result is too large");
  }
  return result;
}
