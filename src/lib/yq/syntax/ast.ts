/** Binary operators by their meaning. */
export type BinaryName =
  | "union"
  | "pipe"
  | "or"
  | "and"
  | "equals"
  | "not-equals"
  | "less"
  | "less-equal"
  | "greater"
  | "greater-equal"
  | "add"
  | "subtract"
  | "multiply"
  | "divide"
  | "modulo"
  | "alternative"
  | "assign"
  | "update"
  | "add-assign"
  | "subtract-assign"
  | "multiply-assign"
  | "divide-assign"
  | "modulo-assign"
  | "alternative-assign";

/** Attributes that `exp NAME = value` sets. */
export type AttributeName =
  | "style"
  | "tag"
  | "anchor"
  | "alias"
  | "line_comment"
  | "head_comment"
  | "foot_comment"
  | "comments";

/** A part of a string literal: text, or an interpolated expression. */
export type StringPart = string | Expression;

/** An expression of the yq language. */
export type Expression =
  | { readonly type: "self" }
  | { readonly type: "empty" }
  | { readonly type: "scalar"; readonly tag: string; readonly value: string }
  | { readonly type: "string"; readonly parts: readonly StringPart[] }
  | { readonly type: "path"; readonly key: string; readonly optional: boolean }
  | {
      readonly type: "index";
      readonly target: Expression;
      /** Absent: all children. */
      readonly index: Expression | undefined;
      readonly optional: boolean;
    }
  | { readonly type: "slice"; readonly target: Expression; readonly from?: Expression; readonly to?: Expression }
  | { readonly type: "descend"; readonly keys: boolean }
  | { readonly type: "variable"; readonly name: string }
  | { readonly type: "collect"; readonly inner: Expression | undefined }
  | {
      readonly type: "object";
      readonly entries: readonly { readonly key: Expression; readonly value: Expression }[];
    }
  /** `key: value` outside of braces. */
  | { readonly type: "pair"; readonly key: Expression; readonly value: Expression }
  | { readonly type: "bind"; readonly value: Expression; readonly name: string; readonly reference: boolean }
  | { readonly type: "reduce"; readonly source: Expression; readonly initial: Expression; readonly body: Expression }
  | {
      readonly type: "binary";
      readonly name: BinaryName;
      /** Letters after the operator: `+ d ? n c` of merges, `c` of assignments. */
      readonly flags: string;
      readonly left: Expression;
      readonly right: Expression;
    }
  | {
      readonly type: "set-attribute";
      readonly attribute: AttributeName;
      readonly relative: boolean;
      readonly target: Expression;
      readonly value: Expression;
    }
  | { readonly type: "call"; readonly name: string; readonly args: readonly Expression[] };
