import { UserError } from "../../errors.ts";
import type { YqNode } from "../node.ts";
import { printCsv } from "./csv.ts";
import type { OutputFormat } from "./formats.ts";
import { printIni } from "./ini.ts";
import { printJson } from "./json.ts";
import { colored, plain } from "./paint.ts";
import { type PropsOptions, printProps } from "./props.ts";
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
  readonly yaml: YamlOptions;
  readonly props: PropsOptions;
  /** @default those of the yq tool */
  readonly xml?: XmlNames;
}

/** One result as text, ended by a newline (unless it is nothing). */
export function printResult(node: YqNode, options: PrintOptions): string {
  const paint = options.colors ? colored : plain;
  switch (options.format) {
    case "yaml":
      if (node.kind === "scalar" && options.unwrapScalars && !isOnlyComments(node)) return `${node.value}\n`;
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
  }
}

/** Whether a document has no value, but comments to keep. */
function isOnlyComments(node: YqNode): boolean {
  return node.parent === undefined && node.value === "" && node.tag === "!!null" && node.head.length > 0;
}

function jsonScalar(node: YqNode): string {
  return node.tag === "!!null" && node.value === "" ? "null" : node.value;
}

/** All results in order; a `---` line where the document changes. */
export function printResults(nodes: readonly YqNode[], options: PrintOptions): string {
  let result = "";
  let previous: YqNode | undefined;
  for (const node of nodes) {
    const changed =
      previous !== undefined &&
      (previous.origin.document !== node.origin.document || previous.origin.file !== node.origin.file);
    if (changed && options.separators && options.format === "yaml" && node.preamble.length === 0) result += "---\n";
    result += printResult(node, options);
    previous = node;
    if (result.length > 500_000_000) throw new UserError("the result is too large");
  }
  return result;
}
