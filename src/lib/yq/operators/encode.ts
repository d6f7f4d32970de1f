import { UserError } from "../../errors.ts";
import type { Access, Context, Evaluation, Operator, OperatorTable } from "../context.ts";
import { withoutAliases } from "../explode.ts";
import { decodeBase64, decodeBase64Url, encodeBase64, encodeBase64Url } from "../format/base64.ts";
import { printCsv, readCsv } from "../format/csv.ts";
import { printJson } from "../format/json.ts";
import { printProps, readProps } from "../format/props.ts";
import { shellQuote } from "../format/shell.ts";
import { queryEscape, queryUnescape } from "../format/uri.ts";
import { printXml } from "../format/xml.ts";
import { printYaml } from "../format/yaml-print.ts";
import { parseSnippet } from "../format/yaml-read.ts";
import { copy, dereference, placeAt, text, type YqNode } from "../node.ts";
import { effectiveTag, numberOf } from "../tags.ts";

/** Texts that nodes were decoded from: encoded again, a text without a last newline stays so. */
const decodedFrom = new WeakMap<YqNode, string>();

/** @param keepsAliases the format has aliases and merge keys of its own */
function encoder(encode: (node: YqNode, indent: number) => string, defaultIndent = 2, keepsAliases = false): Operator {
  return (run: Evaluation, args, context: Context) =>
    context.nodes.map((given) => {
      const [argument] = args;
      const level = argument === undefined ? undefined : run.runOn(argument, given, context)[0];
      const plain = dereference(given);
      const node = keepsAliases ? plain : withoutAliases(plain);
      const encoded = encode(node, level === undefined ? defaultIndent : numberOf(level));
      const original = decodedFrom.get(given);
      const isLine = /[^\n]\n$/.test(encoded);
      const result = text(
        original !== undefined && isLine && !original.endsWith("\n") ? encoded.slice(0, -1) : encoded,
      );
      placeAt(result, given);
      return result;
    });
}

function decoder(name: string, decode: (value: string) => YqNode): Operator {
  return (_run, args, context) => {
    if (args.length > 0) throw new UserError(`\`${name}\` takes no argument`);
    return context.nodes.map((given) => {
      const node = dereference(given);
      if (node.kind !== "scalar")
        throw new UserError(`cannot decode ${node.tag} with ${name}, can only decode strings`);
      const result = decode(node.value);
      placeAt(result, given);
      decodedFrom.set(result, node.value);
      return result;
    });
  };
}

function scalarText(what: string, node: YqNode): string {
  if (node.kind === "scalar" && effectiveTag(node) === "!!str") return node.value;
  const advice =
    what === "URI" ? ". Please first pipe through another encoding operator to convert the value to a string" : "";
  throw new UserError(`cannot encode ${node.tag} as ${what}, can only operate on strings${advice}`);
}

function xmlEncoder(defaultIndent: number): Operator {
  return (run, args, context) =>
    encoder((node, indent) => printXml(node, indent, run.access.xmlNames), defaultIndent)(run, args, context);
}

/** Whether scalars are encoded without quotes, as they are printed. */
const unwraps = ({ access }: Evaluation): boolean => access.unwrapScalars ?? true;

const json = (node: YqNode, indent: number): string => {
  const result = printJson(node, indent);
  return indent === 0 ? result : `${result}\n`;
};
const line = (value: string): string => value.replace(/\n$/, "");

/** What reads XML here. @throws UserError where nothing does */
export function xmlReader({ readXml }: Access): (value: string) => YqNode {
  if (readXml === undefined) throw new UserError("reading XML is only supported by the yq command");
  return readXml;
}

/** The encoders (`to_json`, `@csv`, ...) and decoders (`from_yaml`, `@base64d`, ...). */
export const encodingOperators: OperatorTable = {
  to_yaml: (run, args, context) =>
    encoder(
      (node, indent) =>
        node.kind === "scalar" && unwraps(run) ? `${node.value}\n` : printYaml(withoutPlace(node), { indent }),
      2,
      true,
    )(run, args, context),
  from_yaml: decoder("from_yaml", parseSnippet),
  to_json: encoder(json),
  "@json": encoder(json, 0),
  from_json: decoder("from_json", parseSnippet),
  to_props: (run, args, context) =>
    encoder((node) => printProps(node, { unwrapScalars: unwraps(run) }))(run, args, context),
  from_props: decoder("from_props", readProps),
  to_csv: encoder((node) => line(printCsv(node, ","))),
  "@csv": encoder((node) => line(printCsv(node, ","))),
  from_csv: decoder("from_csv", (value) => readCsv(value, ",")),
  to_tsv: encoder((node) => line(printCsv(node, "\t"))),
  "@tsv": encoder((node) => line(printCsv(node, "\t"))),
  from_tsv: decoder("from_tsv", (value) => readCsv(value, "\t")),
  "@base64": encoder((node) => encodeBase64(scalarText("base64", node))),
  "@base64d": decoder("@base64d", (value) => text(decodeBase64(value))),
  "@base64url": encoder((node) => encodeBase64Url(scalarText("base64", node))),
  "@base64urld": decoder("@base64urld", (value) => text(decodeBase64Url(value))),
  "@uri": encoder((node) => queryEscape(scalarText("URI", node))),
  "@urid": decoder("@urid", (value) => text(queryUnescape(value))),
  "@sh": encoder((node) => shellQuote(scalarText("URI", node))),
  to_xml: xmlEncoder(2),
  "@xml": xmlEncoder(0),
  from_xml: (run, args, context) => decoder("from_xml", xmlReader(run.access))(run, args, context),
};

/** The node as a document of its own, so that its key's comments and place do not matter. */
function withoutPlace(node: YqNode): YqNode {
  const result = copy(node);
  result.parent = undefined;
  result.key = undefined;
  return result;
}
