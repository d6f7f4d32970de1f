import { UserError } from "../../errors.ts";
import { dereference, isNull, pairs, type YqNode } from "../node.ts";
import { effectiveTag, isNumber, numberOf } from "../tags.ts";
import { instantOf, isDate, isDateText } from "./date-arithmetic.ts";
import { nicePath } from "./texts.ts";
import { matchesWildcard } from "./wildcard.ts";

/** Whether two values are the same in depth: type and text of scalars, order of items, keys in any order. */
export function deeplyEqual(leftGiven: YqNode, rightGiven: YqNode): boolean {
  const left = dereference(leftGiven);
  const right = dereference(rightGiven);
  if (left.kind !== right.kind) return false;
  if (left.kind === "scalar") {
    if (isNull(left) || isNull(right)) return isNull(left) && isNull(right);
    return effectiveTag(left) === effectiveTag(right) && left.value === right.value;
  }
  if (left.content.length !== right.content.length) return false;
  if (left.kind === "seq") return left.content.every((item, i) => deeplyEqual(item, right.content[i]!));
  const others = [...pairs(right)];
  for (const [key, value] of pairs(left)) {
    const other = others.find(([name]) => deeplyEqual(name, key));
    if (other === undefined || !deeplyEqual(value, other[1])) return false;
  }
  return true;
}

/** `==`: scalars by their text, the right one with wildcards; null and what is missing equal only each other, collections nothing. */
export function equals(leftGiven: YqNode | undefined, rightGiven: YqNode | undefined): boolean {
  const left = leftGiven && dereference(leftGiven);
  const right = rightGiven && dereference(rightGiven);
  const leftNull = left === undefined || isNull(left);
  const rightNull = right === undefined || isNull(right);
  if (leftNull || rightNull) return leftNull && rightNull;
  if (left.kind === "scalar" && right.kind === "scalar") return matchesWildcard(left.value, right.value);
  return false;
}

/**
 * `<`, `<=`, `>`, `>=` of numbers, strings and dates.
 *
 * @param accept whether the sign of left - right makes it true
 * @throws UserError for values of other or different types
 */
export function compareOrder(
  leftGiven: YqNode | undefined,
  rightGiven: YqNode | undefined,
  accept: (sign: number) => boolean,
  dateLayout: string | undefined,
): boolean {
  if (leftGiven === undefined || rightGiven === undefined) return leftGiven === rightGiven && accept(0);
  const left = dereference(leftGiven);
  const right = dereference(rightGiven);
  if (left.kind === "map") throw new UserError("maps not yet supported for comparison");
  if (left.kind === "seq") throw new UserError("arrays not yet supported for comparison");
  if (right.kind !== "scalar")
    throw new UserError(`${right.tag} (${nicePath(right)}) cannot be subtracted from ${left.tag}`);
  if (isNull(left) || isNull(right)) return isNull(left) && isNull(right) && accept(0);
  if (isNumber(left) && isNumber(right)) return accept(Math.sign(numberOf(left) - numberOf(right)));
  // A text that could be a date is one.
  if (isDate(left, dateLayout) || (effectiveTag(left) === "!!str" && isDateText(left.value, dateLayout)))
    return accept(Math.sign(Number(instantOf(left.value, dateLayout) - instantOf(right.value, dateLayout))));
  if (effectiveTag(left) === "!!str" && effectiveTag(right) === "!!str")
    return accept(byBytes(left.value, right.value));
  throw new UserError(`${left.tag} not yet supported for comparison`);
}

/** -1, 0 or 1 by code points. */
export function byBytes(left: string, right: string): number {
  if (left === right) return 0;
  const a = [...left];
  const b = [...right];
  for (let i = 0; i < a.length && i < b.length; i++) {
    const difference = a[i]!.codePointAt(0)! - b[i]!.codePointAt(0)!;
    if (difference !== 0) return Math.sign(difference);
  }
  return Math.sign(a.length - b.length);
}

function rank(node: YqNode): number {
  if (isNull(node)) return 0;
  return node.kind === "scalar" && effectiveTag(node) === "!!bool" ? 1 : 2;
}

/** The order of `sort`: null, false, true, then numbers by value, dates by time and everything else by text. */
export function sortOrder(leftGiven: YqNode, rightGiven: YqNode, dateLayout: string | undefined): number {
  const left = dereference(leftGiven);
  const right = dereference(rightGiven);
  const difference = rank(left) - rank(right);
  if (difference !== 0) return difference;
  if (rank(left) === 0) return 0;
  if (isNumber(left) && isNumber(right)) return Math.sign(numberOf(left) - numberOf(right));
  // Dates in other forms are texts here.
  const areDates = isDate(left, dateLayout) && isDate(right, dateLayout);
  if (areDates && isDateText(left.value, dateLayout) && isDateText(right.value, dateLayout))
    return Math.sign(Number(instantOf(left.value, dateLayout) - instantOf(right.value, dateLayout)));
  if (rank(left) === 1) return byBytes(left.value.toLowerCase(), right.value.toLowerCase());
  return byBytes(left.value, right.value);
}
