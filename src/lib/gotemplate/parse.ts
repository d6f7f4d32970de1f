import { goQuote } from "../quote.ts";
import { unquote } from "./constant.ts";
import { isKeyword, newScope } from "./cursor.ts";
import type { Token } from "./lex.ts";
import type { BodyNode, BranchNode, InvokeNode, ListNode } from "./nodes.ts";
import type { TemplateOptions } from "./options.ts";
import { PipelineParser } from "./parse-pipeline.ts";

/** A parsed template with the templates it defines, ready to be executed any number of times. */
export interface ParsedTemplate {
  readonly name: string;
  readonly text: string;
  /** Bodies by template name; the template itself is among them. */
  readonly bodies: ReadonlyMap<string, ListNode>;
}

/**
 * Parses a template. Calls of functions that are neither builtin nor in `options.functions` are errors.
 * @throws TemplateError `template: NAME:LINE: ...`
 */
export function parseTemplate(
  text: string,
  name: string,
  options: Pick<TemplateOptions, "functions"> = {},
): ParsedTemplate {
  return new Parser(text, name, new Set(Object.keys(options.functions ?? {}))).parse();
}

/** What ends a list of nodes. */
interface Terminator {
  readonly type: "end" | "else";
  readonly pos: number;
}

function isTerminator(node: BodyNode | Terminator): node is Terminator {
  return node.type === "end" || node.type === "else";
}

class Parser extends PipelineParser {
  private readonly bodies = new Map<string, ListNode>();

  parse(): ParsedTemplate {
    const nodes: BodyNode[] = [];
    const { pos } = this.peek();
    while (this.peek().type !== "eof") {
      if (this.startsDefinition()) {
        this.definition();
        continue;
      }
      const node = this.textOrAction();
      if (isTerminator(node)) this.fail(`unexpected {{${node.type}}}`);
      nodes.push(node);
    }
    this.add(this.name, { type: "list", pos, nodes });
    return { name: this.name, text: this.text, bodies: this.bodies };
  }

  // Definitions

  private startsDefinition(): boolean {
    if (this.peek().type !== "left-delimiter") return false;
    const start = this.index;
    this.index += 1;
    const token = this.peekPastSpace();
    if (token.type === "keyword" && token.text === "define") return true;
    this.index = start;
    return false;
  }

  private definition(): void {
    this.index += 1;
    const context = "define clause";
    const outer = this.scope;
    this.scope = newScope();
    const token = this.expect(["string", "raw-string"], context);
    const name = this.constant(() => unquote(token.text));
    this.expect(["right-delimiter"], context);
    this.body(name, context);
    this.scope = outer;
  }

  private body(name: string, context: string): void {
    const [list, end] = this.itemList();
    if (end.type !== "end") this.fail(`unexpected {{${end.type}}} in ${context}`);
    this.add(name, list);
  }

  /** Registers a body; only an empty one may be replaced. */
  private add(name: string, list: ListNode): void {
    const known = this.bodies.get(name);
    if (known === undefined || isEmpty(known)) this.bodies.set(name, list);
    else if (!isEmpty(list)) this.fail(`template: multiple definition of template ${goQuote(name)}`);
  }

  // Text and control structures

  private itemList(): [ListNode, Terminator] {
    const { pos } = this.peekPastSpace();
    const nodes: BodyNode[] = [];
    while (this.peekPastSpace().type !== "eof") {
      const node = this.textOrAction();
      if (isTerminator(node)) return [{ type: "list", pos, nodes }, node];
      nodes.push(node);
    }
    return this.fail("unexpected EOF");
  }

  private textOrAction(): BodyNode | Terminator {
    const token = this.nextPastSpace();
    if (token.type === "text") return { type: "text", pos: token.pos, text: token.text };
    if (token.type !== "left-delimiter") this.unexpected(token, "input");
    const { scope } = this;
    scope.actionLine = token.line;
    const node = this.nested(() => this.action());
    scope.actionLine = 0;
    return node;
  }

  private action(): BodyNode | Terminator {
    const token = this.peekPastSpace();
    if (token.type === "keyword") {
      const control = this.control(token);
      if (control !== undefined) return control;
    }
    return { type: "action", pos: token.pos, pipe: this.pipeline("command", "right-delimiter") };
  }

  private control(token: Token): BodyNode | Terminator | undefined {
    const keyword = token.text;
    if (keyword === "." || keyword === "nil" || keyword === "define") return undefined;
    this.index += 1;
    switch (keyword) {
      case "if":
      case "with":
      case "range":
        return this.branch(keyword);
      case "break":
      case "continue":
        return this.jump(keyword, token);
      case "block":
      case "template":
        return this.invocation(keyword);
      case "end":
        return { type: "end", pos: this.expect(["right-delimiter"], "end").pos };
      default:
        return this.elseControl();
    }
  }

  private elseControl(): Terminator {
    const token = this.peekPastSpace();
    // `else if` and `else with` leave the keyword for the branch that the else belongs to.
    if (isKeyword(token, "if") || isKeyword(token, "with")) return { type: "else", pos: token.pos };
    return { type: "else", pos: this.expect(["right-delimiter"], "else").pos };
  }

  private jump(type: "break" | "continue", token: Token): BodyNode {
    const close = this.nextPastSpace();
    if (close.type !== "right-delimiter") this.unexpected(close, `{{${type}}}`);
    if (this.scope.rangeDepth === 0) this.fail(`{{${type}}} outside {{range}}`);
    return { type, pos: token.pos };
  }

  private branch(type: "if" | "range" | "with"): BranchNode {
    const { scope } = this;
    const mark = scope.variables.length;
    const pipe = this.pipeline(type, "right-delimiter");
    if (type === "range") scope.rangeDepth += 1;
    const [body, end] = this.itemList();
    if (type === "range") scope.rangeDepth -= 1;
    const otherwise = end.type === "else" ? this.otherwise(type, end) : undefined;
    scope.variables.length = mark;
    return { type, pos: pipe.pos, pipe, body, otherwise };
  }

  private otherwise(type: "if" | "range" | "with", end: Terminator): ListNode {
    if (type !== "range" && isKeyword(this.peek(), type)) {
      this.index += 1;
      return { type: "list", pos: end.pos, nodes: [this.nested(() => this.branch(type))] };
    }
    const [list, close] = this.itemList();
    if (close.type !== "end") this.fail(`expected end; found {{${close.type}}}`);
    return list;
  }

  private invocation(keyword: "block" | "template"): InvokeNode {
    const context = `${keyword} clause`;
    const token = this.nextPastSpace();
    if (token.type !== "string" && token.type !== "raw-string") this.unexpected(token, context);
    const name = this.constant(() => unquote(token.text));
    const { pos } = token;
    if (keyword === "template" && this.peekPastSpace().type === "right-delimiter") {
      this.index += 1;
      return { type: "template", pos, name, pipe: undefined };
    }
    const pipe = this.pipeline(context, "right-delimiter");
    if (keyword === "block") {
      const outer = this.scope;
      this.scope = newScope();
      this.body(name, context);
      this.scope = outer;
    }
    return { type: "template", pos, name, pipe };
  }
}

/** True for a body of nothing but white space, which a later definition may replace. */
function isEmpty(list: ListNode): boolean {
  return list.nodes.every((node) => node.type === "text" && node.text.trim() === "");
}
