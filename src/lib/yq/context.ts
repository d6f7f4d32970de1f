import type { XmlNames } from "./format/xml-names.ts";
import type { YqNode } from "./node.ts";
import type { Expression } from "./syntax/ast.ts";

/** What an expression may reach outside of its documents. */
export interface Access {
  /** Environment of `env`, `strenv`, `envsubst`; absent: `env operations have been disabled`. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Reads a file for the `load` operators; absent: `file operations have been disabled`. */
  readonly readFile?: (path: string) => string;
  /** The clock of `now`; absent: `now` fails. */
  readonly now?: () => Date;
  /** Numbers in [0, 1) for `shuffle`; absent: `shuffle` fails. */
  readonly random?: () => number;
  /** Reads XML; absent where its parser is not loaded: reading XML fails. */
  readonly readXml?: (text: string) => YqNode;
  /** Whether scalars as YAML and properties have no quotes. @default true */
  readonly unwrapScalars?: boolean;
  /** How XML is written. @default those of the yq tool */
  readonly xmlNames?: XmlNames;
}

/** The nodes an expression is applied to, and what surrounds it. */
export interface Context {
  readonly nodes: readonly YqNode[];
  readonly variables: ReadonlyMap<string, readonly YqNode[]>;
  /** Go layout that dates are read and written with; undefined: RFC 3339. */
  readonly dateLayout: string | undefined;
  /** Whether a key that is looked up and is not there yields nothing; otherwise it is made, as null. */
  readonly readOnly: boolean;
}

/** What operators are handed to evaluate their arguments with. */
export interface Evaluation {
  readonly access: Access;
  /** The nodes that an expression yields. @throws UserError when an operator fails */
  run(expression: Expression, context: Context): readonly YqNode[];
  /** The nodes that an expression yields for one node. */
  runOn(expression: Expression, node: YqNode, context: Context): readonly YqNode[];
  /** The nodes that an expression yields, when what is not there is not to be made. */
  read(expression: Expression, context: Context): readonly YqNode[];
  /** The nodes that an expression yields for one node, when what is not there is not to be made. */
  readOn(expression: Expression, node: YqNode, context: Context): readonly YqNode[];
  /** Parses an expression, for `eval`. */
  parse(source: string): Expression;
}

/** An operator written as a word: yields nodes for its arguments and the nodes it is applied to. */
export type Operator = (run: Evaluation, args: readonly Expression[], context: Context) => readonly YqNode[];

/** Operators of one family by their canonical name. */
export type OperatorTable = Readonly<Record<string, Operator>>;
