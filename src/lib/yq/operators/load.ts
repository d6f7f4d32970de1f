import { UserError } from "../../errors.ts";
import type { Access, Context, Evaluation, OperatorTable } from "../context.ts";
import { decodeBase64 } from "../format/base64.ts";
import { readProps } from "../format/props.ts";
import { readYaml } from "../format/yaml-read.ts";
import { nothing, sequence, text, type YqNode } from "../node.ts";
import type { Expression } from "../syntax/ast.ts";
import { onlyArgument } from "./arguments.ts";
import { xmlReader } from "./encode.ts";

function loader(name: string, decode: (content: string, path: string, access: Access) => YqNode) {
  return (run: Evaluation, args: readonly Expression[], context: Context): readonly YqNode[] => {
    const { readFile } = run.access;
    if (readFile === undefined) throw new UserError("file operations have been disabled");
    const argument = onlyArgument(name, args);
    const contexts =
      context.nodes.length === 0 ? [context] : context.nodes.map((node): Context => ({ ...context, nodes: [node] }));
    return contexts.flatMap((at) => {
      const path = run.read(argument, at)[0]?.value;
      if (path === undefined || path === "" || path === "null") throw new UserError(`${name}: no file name given`);
      let content: string;
      try {
        content = readFile(path);
      } catch (error) {
        throw new UserError(`failed to load ${path}: ${error instanceof Error ? error.message : String(error)}`);
      }
      return [decode(content, path, run.access)];
    });
  };
}

function allDocuments(content: string, filename: string): YqNode {
  const documents = readYaml(content, { filename });
  const [only] = documents;
  if (documents.length > 1) return sequence(documents);
  return only ?? nothing();
}

/** `load` and its kin: the content of a file as YAML, text, properties or base64. */
export const loadOperators: OperatorTable = {
  load: loader("load", allDocuments),
  load_str: loader("load_str", (content) => text(content)),
  load_props: loader("load_props", (content) => readProps(content)),
  load_xml: loader("load_xml", (content, _path, access) => xmlReader(access)(content)),
  load_base64: loader("load_base64", (content) => text(decodeBase64(content))),
};
