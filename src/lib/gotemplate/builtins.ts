import { equalsAny, lessThan } from "./compare.ts";
import { CallError } from "./error.ts";
import { escapeHtml, escapeJs, escapeQuery } from "./escape.ts";
import { sprint, sprintf, sprintln } from "./printf.ts";
import { type GoMap, hasEntry, isTrue, kindOf, plainValue, typeOf, zeroElement } from "./value.ts";

/** A builtin function: how many arguments it takes, and what it gives. */
export interface Builtin {
  readonly least: number;
  readonly variadic: boolean;
  /** The first argument must be a string (`printf`'s format). */
  readonly stringFirst?: boolean;
  /** Arguments are interfaces: no value reaches the function as nil. */
  readonly interfaces?: boolean;
  /** @param callee the first argument as it is written in the template */
  readonly call: (args: readonly unknown[], callee: string) => unknown;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

function escaper(escapeText: (text: string) => string): Builtin {
  return {
    least: 0,
    variadic: true,
    interfaces: true,
    call: (args) => escapeText(sprint(args.map((arg) => (kindOf(arg) === "nil" ? "<no value>" : arg)))),
  };
}

function comparison(call: (a: unknown, b: unknown) => boolean): Builtin {
  return { least: 2, variadic: false, call: ([a, b]) => call(a, b) };
}

/** `and` and `or` stop at the first argument that decides, so whoever evaluates the arguments handles them. */
export const shortCircuits: ReadonlySet<string> = new Set(["and", "or"]);

const builtins: Readonly<Record<string, Builtin>> = {
  and: { least: 1, variadic: true, call: (args) => args.find((arg) => !isTrue(arg)) },
  or: { least: 1, variadic: true, call: (args) => args.find(isTrue) },
  not: { least: 1, variadic: false, call: ([value]) => !isTrue(value) },
  eq: { least: 1, variadic: true, call: ([first, ...rest]) => equalsAny(first, rest) },
  ne: comparison((a, b) => !equalsAny(a, [b])),
  lt: comparison(lessThan),
  le: comparison((a, b) => lessThan(a, b) || equalsAny(a, [b])),
  gt: comparison((a, b) => !(lessThan(a, b) || equalsAny(a, [b]))),
  ge: comparison((a, b) => !lessThan(a, b)),
  len: { least: 1, variadic: false, call: ([value]) => length(value) },
  index: {
    least: 1,
    variadic: true,
    call: ([item, ...indexes]) => indexes.reduce(indexOnce, checkedItem(item, "index")),
  },
  slice: { least: 1, variadic: true, call: ([item, ...indexes]) => slice(checkedItem(item, "slice"), indexes) },
  call: { least: 1, variadic: true, call: ([callee, ...args], text) => callValue(callee, args, text) },
  print: { least: 0, variadic: true, interfaces: true, call: sprint },
  println: { least: 0, variadic: true, interfaces: true, call: sprintln },
  printf: {
    least: 1,
    variadic: true,
    interfaces: true,
    stringFirst: true,
    call: ([format, ...args]) => sprintf(String(format), args),
  },
  html: escaper(escapeHtml),
  js: escaper(escapeJs),
  urlquery: escaper(escapeQuery),
};

/** The names of all builtin functions. */
export const builtinNames: ReadonlySet<string> = new Set(Object.keys(builtins));

/** The builtin of this name. */
export function findBuiltin(name: string): Builtin | undefined {
  return Object.hasOwn(builtins, name) ? builtins[name] : undefined;
}

function length(value: unknown): number {
  switch (kindOf(value)) {
    case "string":
      return encoder.encode(value as string).length;
    case "slice":
      return (value as readonly unknown[]).length;
    case "map":
      return Object.keys(value as GoMap).length;
    case "pointer":
    case "nil":
      throw new CallError("len of nil pointer");
    case "invalid":
      throw new CallError("reflect: call of reflect.Value.Type on zero Value");
    default:
      throw new CallError(`len of type ${typeOf(value)}`);
  }
}

function checkedItem(item: unknown, verb: string): unknown {
  const kind = kindOf(item);
  if (kind === "invalid" || kind === "nil") throw new CallError(`${verb} of untyped nil`);
  if (kind === "pointer") throw new CallError(`${verb} of nil pointer`);
  return item;
}

/** Checks a position in a list or string. @param limit the largest legal position */
function position(index: unknown, limit: number): number {
  const kind = kindOf(index);
  if (kind === "invalid" || kind === "nil") throw new CallError("cannot index slice/array with nil");
  if (kind !== "int") throw new CallError(`cannot index slice/array with type ${typeOf(index)}`);
  const value = Number(index);
  if (value < 0 || value > limit) throw new CallError(`index out of range: ${index}`);
  return value;
}

function indexOnce(item: unknown, index: unknown): unknown {
  const kind = kindOf(item);
  switch (kind) {
    case "string":
    case "slice": {
      const list = kind === "string" ? encoder.encode(item as string) : (item as readonly unknown[]);
      const at = position(index, list.length);
      if (at === list.length) throw new CallError(`reflect: ${kind} index out of range`);
      return list[at];
    }
    case "map": {
      const keyKind = kindOf(index);
      if (keyKind === "invalid" || keyKind === "nil") throw new CallError("value is nil; should be of type string");
      if (keyKind !== "string") throw new CallError(`value has type ${typeOf(index)}; should be string`);
      const map = item as GoMap;
      return hasEntry(map, index as string) ? map[index as string] : zeroElement(map);
    }
    case "pointer":
    case "nil":
      throw new CallError("index of nil pointer");
    default:
      throw new CallError(`can't index item of type ${typeOf(item)}`);
  }
}

function slice(item: unknown, indexes: readonly unknown[]): unknown {
  if (indexes.length > 3) throw new CallError(`too many slice indexes: ${indexes.length}`);
  const kind = kindOf(item);
  if (kind !== "string" && kind !== "slice") throw new CallError(`can't slice item of type ${typeOf(item)}`);
  if (kind === "string" && indexes.length === 3) throw new CallError("cannot 3-index slice a string");
  const list = kind === "string" ? encoder.encode(item as string) : (item as readonly unknown[]);
  const bounds = indexes.map((index) => position(index, list.length));
  const [from = 0, to = list.length, capacity = list.length] = bounds;
  if (from > to) throw new CallError(`invalid slice index: ${from} > ${to}`);
  if (to > capacity) throw new CallError(`invalid slice index: ${to} > ${capacity}`);
  return list instanceof Uint8Array ? decoder.decode(list.subarray(from, to)) : list.slice(from, to);
}

function callValue(callee: unknown, args: readonly unknown[], text: string): unknown {
  const kind = kindOf(callee);
  if (kind === "invalid" || kind === "nil") throw new CallError("call of nil");
  if (typeof callee !== "function") throw new CallError(`non-function ${text} of type ${typeOf(callee)}`);
  return callee(...args.map(plainValue)) as unknown;
}
