import { UserError } from "../../errors.ts";
import type { Context, Evaluation, OperatorTable } from "../context.ts";
import { parseSnippet } from "../format/yaml-read.ts";
import { copy, dereference, isNull, text, type YqNode } from "../node.ts";
import type { Expression } from "../syntax/ast.ts";

type Environment = Readonly<Record<string, string | undefined>>;

function environment(run: Evaluation): Environment {
  if (run.access.env === undefined) throw new UserError("env operations have been disabled");
  return run.access.env;
}

/** What `envsubst` refuses. */
interface SubstitutionRules {
  /** `nu`: variables that are not set. */
  readonly noUnset: boolean;
  /** `ne`: variables that are empty. */
  readonly noEmpty: boolean;
  /** `ff`: report only the first refusal. */
  readonly failFast: boolean;
}

const reference =
  /\$(?:\$|([A-Za-z_][A-Za-z0-9_]*)|\{([A-Za-z_][A-Za-z0-9_]*)(?:(:?[-=+?]|[^}\s])((?:[^{}]|\{[^{}]*\})*))?\}|\{(?!\}))/g;

function substitute(value: string, env: Environment, rules: SubstitutionRules): string {
  const refusals: string[] = [];
  const result = value.replace(reference, (whole, bare?: string, braced?: string, form?: string, word = "") => {
    if (whole === "$$") return "$";
    if (whole === "${") throw new UserError("closing brace expected");
    const name = bare ?? braced ?? "";
    if (form !== undefined && !/^:?[-=+?]$/.test(form)) throw new UserError(`envsubst: ${whole} is not supported`);
    const found = env[name];
    const usable = form?.startsWith(":") ? found !== undefined && found !== "" : found !== undefined;
    if (form?.endsWith("+")) return usable ? substitute(word, env, rules) : "";
    if (form !== undefined && !form.endsWith("?") && !usable) return substitute(word, env, rules);
    if (found === undefined && rules.noUnset) refusals.push(`variable \${${name}} not set`);
    else if (found === "" && rules.noEmpty) refusals.push(`variable \${${name}} set but empty`);
    return found ?? "";
  });
  if (refusals.length > 0) throw new UserError(rules.failFast ? refusals[0]! : refusals.join("\n"));
  return result;
}

function optionsOf(argument: Expression | undefined): SubstitutionRules {
  const letters = argument?.type === "scalar" ? argument.value.split(",").map((option) => option.trim()) : [];
  return { noUnset: letters.includes("nu"), noEmpty: letters.includes("ne"), failFast: letters.includes("ff") };
}

function nameOf(argument: Expression | undefined): string {
  return argument?.type === "scalar" ? argument.value : "";
}

/** `env(NAME)`, `strenv(NAME)`, `envsubst`; and `system`, which is never available. */
export const environmentOperators: OperatorTable = {
  env: (run, args) => {
    const name = nameOf(args[0]);
    const value = environment(run)[name] ?? "";
    if (value === "") throw new UserError(`Value for env variable '${name}' not provided in env()`);
    return [parseSnippet(value)];
  },
  strenv: (run, args) => [text(environment(run)[nameOf(args[0])] ?? "")],
  envsubst: (run, args, context: Context) => {
    const env = environment(run);
    const rules = optionsOf(args[0]);
    return context.nodes.map((given): YqNode => {
      const node = dereference(given);
      if (isNull(node)) return given;
      if (node.kind !== "scalar" || node.tag !== "!!str")
        throw new UserError(
          `cannot substitute with ${node.tag}, can only substitute strings. Hint: Most often you'll want to use '|=' over '=' for this operation.`,
        );
      const result = copy(node);
      result.value = substitute(node.value, env, rules);
      return result;
    });
  },
  system: () => {
    throw new UserError("system operations are disabled: this program never runs other programs for an expression");
  },
};
