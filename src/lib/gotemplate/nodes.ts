import { goQuote } from "../quote.ts";

interface Place {
  /** Offset of the node's first token in the template text, in UTF-16 units. */
  readonly pos: number;
}

export interface FieldNode extends Place {
  readonly type: "field";
  readonly names: readonly string[];
}
/** `$x.Field`: the variable's name with its `$`, and the fields below it. */
export interface VariableNode extends Place {
  readonly type: "variable";
  readonly name: string;
  readonly fields: readonly string[];
}
/** Fields of anything that is neither field nor variable: `(pipeline).Field`. */
export interface ChainNode extends Place {
  readonly type: "chain";
  readonly base: Operand;
  readonly fields: readonly string[];
}
export interface FunctionNode extends Place {
  readonly type: "function";
  readonly name: string;
}
/** A boolean, number, character or string constant; `text` as it was written. */
export interface ConstantNode extends Place {
  readonly type: "constant";
  readonly text: string;
  readonly value: unknown;
}
/** An integer constant beyond int64: legal to parse, an error to use. */
export interface OverflowNode extends Place {
  readonly type: "overflow";
  readonly text: string;
}
export interface DotNode extends Place {
  readonly type: "dot";
}
export interface NilNode extends Place {
  readonly type: "nil";
}
export interface PipeNode extends Place {
  readonly type: "pipe";
  /** Names of the variables the pipeline sets, with their `$`. */
  readonly variables: readonly string[];
  /** `=` instead of `:=`. */
  readonly assigns: boolean;
  readonly commands: readonly CommandNode[];
}
export interface CommandNode extends Place {
  readonly type: "command";
  readonly args: readonly [Operand, ...Operand[]];
}

export type Operand =
  | FieldNode
  | VariableNode
  | ChainNode
  | FunctionNode
  | ConstantNode
  | OverflowNode
  | DotNode
  | NilNode
  | PipeNode;

export interface TextNode extends Place {
  readonly type: "text";
  readonly text: string;
}
export interface ActionNode extends Place {
  readonly type: "action";
  readonly pipe: PipeNode;
}
export interface BranchNode extends Place {
  readonly type: "if" | "range" | "with";
  readonly pipe: PipeNode;
  readonly body: ListNode;
  readonly otherwise: ListNode | undefined;
}
export interface JumpNode extends Place {
  readonly type: "break" | "continue";
}
export interface InvokeNode extends Place {
  readonly type: "template";
  readonly name: string;
  readonly pipe: PipeNode | undefined;
}
export interface ListNode extends Place {
  readonly type: "list";
  readonly nodes: readonly BodyNode[];
}

export type BodyNode = TextNode | ActionNode | BranchNode | JumpNode | InvokeNode;
export type Node = Operand | CommandNode | BodyNode | ListNode;

/** The node as it could be written in a template; error texts show it between angle brackets. */
export function nodeText(node: Node): string {
  switch (node.type) {
    case "field":
      return `.${node.names.join(".")}`;
    case "variable":
      return [node.name, ...node.fields].join(".");
    case "chain":
      return `${argumentText(node.base)}.${node.fields.join(".")}`;
    case "function":
      return node.name;
    case "constant":
    case "overflow":
      return node.text;
    case "dot":
      return ".";
    case "nil":
      return "nil";
    case "pipe":
      return pipeText(node);
    case "command":
      return node.args.map(argumentText).join(" ");
    case "text":
      return node.text;
    case "action":
      return `{{${pipeText(node.pipe)}}}`;
    case "if":
    case "range":
    case "with": {
      const otherwise = node.otherwise === undefined ? "" : `{{else}}${nodeText(node.otherwise)}`;
      return `{{${node.type} ${pipeText(node.pipe)}}}${nodeText(node.body)}${otherwise}{{end}}`;
    }
    case "break":
    case "continue":
      return `{{${node.type}}}`;
    case "template":
      return `{{template ${goQuote(node.name)}${node.pipe === undefined ? "" : ` ${pipeText(node.pipe)}`}}}`;
    case "list":
      return node.nodes.map(nodeText).join("");
  }
}

function argumentText(node: Operand): string {
  return node.type === "pipe" ? `(${pipeText(node)})` : nodeText(node);
}

function pipeText(pipe: PipeNode): string {
  const variables = pipe.variables.length === 0 ? "" : `${pipe.variables.join(", ")} ${pipe.assigns ? "=" : ":="} `;
  return variables + pipe.commands.map(nodeText).join(" | ");
}
