/** A float64 whose value may be integral (`1.0`), which a plain number would show as an int. */
export class GoFloat {
  constructor(readonly value: number) {}
}

/** A complex128, only ever written in a template as a constant. */
export class GoComplex {
  constructor(
    readonly real: number,
    readonly imaginary: number,
  ) {}
}

/** A nil pointer, as an unset field of a struct is. */
export class NilPointer {
  constructor(readonly typeName: string) {}
}

export type GoKind =
  | "invalid"
  | "nil"
  | "pointer"
  | "bool"
  | "int"
  | "float"
  | "complex"
  | "string"
  | "slice"
  | "map"
  | "struct"
  | "func";

export type GoMap = Readonly<Record<string, unknown>>;

const goTypeName: unique symbol = Symbol("Go type");
const unknownPointer = new NilPointer("*interface {}");

/**
 * Gives an object or array the Go type by which error texts and `%T` name it (`[]string`, `map[string]string`;
 * without it, elements are interfaces). Any other type makes an object a struct (`store.FormatData`): an unknown field
 * is an error, and fields print in key order.
 */
export function withGoType<T extends object>(typeName: string, value: T): T {
  const copy = (Array.isArray(value) ? [...value] : { ...value }) as T;
  Object.defineProperty(copy, goTypeName, { value: typeName });
  return copy;
}

function declaredType(value: object): string | undefined {
  const name = (value as { readonly [goTypeName]?: string })[goTypeName];
  return typeof name === "string" ? name : undefined;
}

/**
 * What kind of Go value this is. Templates are executed over plain values, which Go would see so:
 *
 * | value | seen as |
 * |---|---|
 * | undefined | no value (a missing map key) |
 * | null in a map or list | nil interface |
 * | null or undefined in a struct | nil pointer |
 * | integral number, bigint | int |
 * | other number, {@link GoFloat} | float64 |
 * | array | slice |
 * | object | map with string keys, or what {@link withGoType} says |
 */
export function kindOf(value: unknown): GoKind {
  switch (typeof value) {
    case "undefined":
      return "invalid";
    case "boolean":
      return "bool";
    case "bigint":
      return "int";
    case "number":
      return Number.isInteger(value) ? "int" : "float";
    case "string":
      return "string";
    case "function":
      return "func";
    case "symbol":
      return "invalid";
    case "object":
      return kindOfObject(value);
  }
}

function kindOfObject(value: object | null): GoKind {
  if (value === null) return "nil";
  if (Array.isArray(value)) return "slice";
  if (value instanceof GoFloat) return "float";
  if (value instanceof GoComplex) return "complex";
  if (value instanceof NilPointer) return "pointer";
  const name = declaredType(value);
  return name === undefined || name.startsWith("map[") ? "map" : "struct";
}

/** The Go type of a value as `%T` and error texts show it; `<nil>` for no value. */
export function typeOf(value: unknown): string {
  switch (kindOf(value)) {
    case "invalid":
    case "nil":
      return "<nil>";
    case "bool":
      return "bool";
    case "int":
      return "int";
    case "float":
      return "float64";
    case "complex":
      return "complex128";
    case "string":
      return "string";
    case "func":
      return "func(...interface {}) interface {}";
    case "pointer":
      return (value as NilPointer).typeName;
    case "slice":
      return declaredType(value as object) ?? "[]interface {}";
    case "map":
      return declaredType(value as object) ?? "map[string]interface {}";
    case "struct":
      return declaredType(value as object) ?? "struct {}";
  }
}

/** What a map gives for a key it does not have: the zero of its element type. */
export function zeroElement(map: GoMap): unknown {
  switch (typeOf(map).replace(/^map\[[^\]]*\]/, "")) {
    case "string":
      return "";
    case "int":
      return 0;
    case "bool":
      return false;
    case "float64":
      return new GoFloat(0);
    default:
      return null;
  }
}

/** True when the elements of a map are interfaces, which error texts name instead of what they hold. */
export function holdsInterfaces(map: GoMap): boolean {
  return typeOf(map).endsWith("]interface {}");
}

/** A field of a struct; unset ones are nil pointers. */
export function structField(struct: GoMap, name: string): unknown {
  return struct[name] ?? unknownPointer;
}

/** True when the map or struct has an entry of this name of its own. */
export function hasEntry(map: GoMap, name: string): boolean {
  return Object.hasOwn(map, name);
}

/** The keys of a map as Go orders them: by the bytes of their UTF-8 text. */
export function sortedKeys(map: GoMap): string[] {
  return Object.keys(map).sort(compareStrings);
}

/** Orders two strings by their UTF-8 bytes, which is the order of their code points. */
export function compareStrings(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i += 1) {
    if (a.charCodeAt(i) !== b.charCodeAt(i)) {
      // Inside a surrogate pair the difference of the whole code points decides.
      const from = i > 0 && isHighSurrogate(a.charCodeAt(i - 1)) ? i - 1 : i;
      return (a.codePointAt(from) ?? 0) - (b.codePointAt(from) ?? 0);
    }
  }
  return a.length - b.length;
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00;
}

/** Truth as `if` sees it: everything but the zero of its type. */
export function isTrue(value: unknown): boolean {
  switch (kindOf(value)) {
    case "invalid":
    case "nil":
    case "pointer":
      return false;
    case "bool":
      return value === true;
    case "int":
      return Number(value) !== 0;
    case "float":
      return floatValue(value) !== 0;
    case "complex":
      return (value as GoComplex).real !== 0 || (value as GoComplex).imaginary !== 0;
    case "string":
      return value !== "";
    case "slice":
      return (value as readonly unknown[]).length > 0;
    case "map":
      return Object.keys(value as GoMap).length > 0;
    case "struct":
    case "func":
      return true;
  }
}

/** The number in a float64. */
export function floatValue(value: unknown): number {
  return value instanceof GoFloat ? value.value : Number(value);
}

/** The value as extension functions see it: plain, nil as null. */
export function plainValue(value: unknown): unknown {
  if (value === undefined || value instanceof NilPointer) return null;
  return value instanceof GoFloat ? value.value : value;
}
