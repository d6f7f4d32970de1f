import { CallError } from "./error.ts";
import { plainSpec } from "./format-spec.ts";
import { formatValue, plainText } from "./format-value.ts";
import { compareStrings, floatValue, type GoComplex, kindOf, typeOf } from "./value.ts";

type BasicKind = "bool" | "int" | "float" | "complex" | "string" | "other";

function basicKind(value: unknown): BasicKind {
  const kind = kindOf(value);
  switch (kind) {
    case "bool":
    case "int":
    case "float":
    case "complex":
    case "string":
      return kind;
    default:
      return "other";
  }
}

function isMissing(value: unknown): boolean {
  const kind = kindOf(value);
  return kind === "invalid" || kind === "nil";
}

function isNil(value: unknown): boolean {
  return isMissing(value) || kindOf(value) === "pointer";
}

/** `eq`: true when the first value equals any of the others. @throws CallError for types that cannot be compared */
export function equalsAny(value: unknown, others: readonly unknown[]): boolean {
  if (others.length === 0) throw new CallError("missing argument for comparison");
  return others.some((other) => equals(value, other));
}

function equals(a: unknown, b: unknown): boolean {
  const kind = basicKind(a);
  if (kind !== basicKind(b)) {
    if (isMissing(a) || isMissing(b)) return false;
    throw new CallError(`incompatible types for comparison: ${typeOf(a)} and ${typeOf(b)}`);
  }
  switch (kind) {
    case "float":
      return floatValue(a) === floatValue(b);
    case "int":
      return BigInt(a as number | bigint) === BigInt(b as number | bigint);
    case "complex": {
      const [x, y] = [a as GoComplex, b as GoComplex];
      return x.real === y.real && x.imaginary === y.imaginary;
    }
    case "other":
      return equalsOther(a, b);
    default:
      return a === b;
  }
}

function equalsOther(a: unknown, b: unknown): boolean {
  if (isNil(a) || isNil(b)) return isNil(a) && isNil(b);
  if (kindOf(a) !== kindOf(b)) {
    const left = `${formatValue(a, "s", plainSpec)}: ${typeOf(a)}`;
    throw new CallError(`non-comparable types ${left}, ${typeOf(b)}: ${plainText(b)}`);
  }
  if (kindOf(b) !== "struct")
    throw new CallError(`non-comparable type ${formatValue(b, "s", plainSpec)}: ${typeOf(b)}`);
  return a === b;
}

/** `lt`. @throws CallError for types without an order */
export function lessThan(a: unknown, b: unknown): boolean {
  const kind = basicKind(a);
  const other = basicKind(b);
  if (kind === "other" || other === "other") throw new CallError("invalid type for comparison");
  if (kind !== other) throw new CallError(`incompatible types for comparison: ${typeOf(a)} and ${typeOf(b)}`);
  switch (kind) {
    case "bool":
    case "complex":
      throw new CallError("invalid type for comparison");
    case "float":
      return floatValue(a) < floatValue(b);
    case "int":
      return BigInt(a as number | bigint) < BigInt(b as number | bigint);
    case "string":
      return compareStrings(a as string, b as string) < 0;
  }
}
