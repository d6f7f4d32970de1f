import { UserError } from "../../errors.ts";
import { copy, dereference, isNull, lookup, pairs, placeAt, setContent, type YqNode } from "../node.ts";
import { effectiveTag, formatFloat, isNumber, numberOf, parseInteger } from "../tags.ts";
import { deeplyEqual } from "./compare.ts";
import { addDuration, isDate } from "./date-arithmetic.ts";
import { splitText } from "./split.ts";
import { nicePath } from "./texts.ts";

/** A copy of the left value (style, comments, anchor, custom tag) with another tag and text. */
function replaced(left: YqNode, tag: string, value: string): YqNode {
  const result = copy(left);
  result.tag = left.tag.startsWith("!!") ? tag : left.tag;
  if (effectiveTag(left) !== tag && left.tag.startsWith("!!")) result.style = "";
  result.value = value;
  return result;
}

function described(node: YqNode): string {
  return `${node.tag} (${nicePath(node)})`;
}

/** `left + right`: numbers are added, texts joined, sequences appended to, maps merged one level deep; null adds nothing. */
export function add(
  leftGiven: YqNode | undefined,
  rightGiven: YqNode | undefined,
  dateLayout: string | undefined,
): YqNode | undefined {
  if (leftGiven === undefined || rightGiven === undefined) return leftGiven ?? rightGiven;
  const left = dereference(leftGiven);
  const right = dereference(rightGiven);
  if (isNull(left)) return copy(right);
  switch (left.kind) {
    case "map":
      return addMaps(left, right);
    case "seq":
      return addToSequence(left, right);
    default:
      return addScalars(left, right, dateLayout);
  }
}

function cannotAdd(left: YqNode, right: YqNode): UserError {
  return new UserError(`${described(right)} cannot be added to a ${described(left)}`);
}

function addMaps(left: YqNode, right: YqNode): YqNode {
  if (right.kind !== "map") throw cannotAdd(left, right);
  const result = copy(left);
  if (left.content.length === 0) result.style = right.style;
  const content = [...result.content];
  for (const [key, value] of pairs(right)) {
    const there = lookup(result, key.value);
    if (there === undefined) content.push(copy(key), copy(value));
    else content[content.indexOf(there)] = copy(value);
  }
  setContent(result, content);
  return result;
}

function addToSequence(left: YqNode, right: YqNode): YqNode {
  const result = copy(left);
  if (left.content.length === 0) result.style = "";
  const extra = isNull(right) ? [] : right.kind === "seq" ? right.content.map(copy) : [styledLike(left, right)];
  setContent(result, [...result.content, ...extra]);
  return result;
}

/** A copy of a single value to append, in the style of the items that are there. */
function styledLike(seq: YqNode, value: YqNode): YqNode {
  const result = copy(value);
  const [first] = seq.content;
  if (first !== undefined) result.style = first.style;
  return result;
}

function addScalars(left: YqNode, right: YqNode, dateLayout: string | undefined): YqNode {
  if (right.kind !== "scalar" || left.kind !== "scalar") throw cannotAdd(left, right);
  const leftTag = effectiveTag(left);
  const rightTag = effectiveTag(right);
  if (isDate(left, dateLayout) && rightTag === "!!str")
    return replaced(left, left.tag, addDuration(left.value, right.value, 1, dateLayout));
  if (leftTag === "!!str") return replaced(left, "!!str", isNull(right) ? left.value : left.value + right.value);
  if (rightTag === "!!str") {
    const result = replaced(left, "!!str", left.value + right.value);
    result.tag = right.tag;
    return result;
  }
  return (
    calculated(
      left,
      right,
      (a, b) => a + b,
      (a, b) => a + b,
      "+",
    ) ?? fail(new UserError(`${left.tag} cannot be added to ${right.tag}`))
  );
}

function fail(error: Error): never {
  throw error;
}

/** An integer in the notation (decimal, hexadecimal, octal) that another is written in. */
function integerLike(sample: string, value: bigint): string {
  const [sign, magnitude] = value < 0n ? ["-", -value] : ["", value];
  if (/^[-+]?0[xX]/.test(sample)) return `${sign}0x${magnitude.toString(16).toUpperCase()}`;
  if (/^[-+]?0o/.test(sample)) return `${sign}0o${magnitude.toString(8)}`;
  return value.toString();
}

function calculated(
  left: YqNode,
  right: YqNode,
  ints: (a: bigint, b: bigint) => bigint,
  floats: (a: number, b: number) => number,
  sign: string,
): YqNode | undefined {
  if (!isNumber(left) || !isNumber(right)) return undefined;
  if (effectiveTag(left) === "!!int" && effectiveTag(right) === "!!int") {
    const value = ints(parseInteger(left.value), parseInteger(right.value));
    if (value !== BigInt.asIntN(64, value)) throw new UserError(`${left.value} ${sign} ${right.value} overflows int64`);
    return replaced(left, "!!int", integerLike(left.value, value));
  }
  return replaced(left, "!!float", formatFloat(floats(numberOf(left), numberOf(right))));
}

/** `left - right`: numbers, the items of a sequence that another does not hold, a date less a duration. */
export function subtract(leftGiven: YqNode, rightGiven: YqNode, dateLayout: string | undefined): YqNode {
  const left = dereference(leftGiven);
  const right = dereference(rightGiven);
  if (isNull(left)) return copy(right);
  if (left.kind === "map") throw new UserError("maps not yet supported for subtraction");
  if (left.kind === "seq") {
    if (right.kind !== "seq") throw new UserError(`${described(right)} cannot be subtracted from ${left.tag}`);
    const result = copy(left);
    setContent(
      result,
      result.content.filter((item) => !right.content.some((other) => deeplyEqual(item, other))),
    );
    return result;
  }
  if (right.kind !== "scalar") throw new UserError(`${described(right)} cannot be subtracted from ${left.tag}`);
  if (isDate(left, dateLayout)) return replaced(left, left.tag, addDuration(left.value, right.value, -1, dateLayout));
  if (effectiveTag(left) === "!!str") throw new UserError("strings cannot be subtracted");
  const result = calculated(
    left,
    right,
    (a, b) => a - b,
    (a, b) => a - b,
    "-",
  );
  return result ?? fail(new UserError(`${described(right)} cannot be subtracted from ${left.tag}`));
}

/** The product of two scalars: of numbers, or a text repeated. */
export function multiplyScalars(left: YqNode, right: YqNode): YqNode {
  const leftTag = effectiveTag(left);
  const rightTag = effectiveTag(right);
  if (leftTag === "!!str" && rightTag === "!!int") return repeated(left, left, right);
  if (leftTag === "!!int" && rightTag === "!!str") return repeated(left, right, left);
  const result = calculated(
    left,
    right,
    (a, b) => a * b,
    (a, b) => a * b,
    "*",
  );
  return result ?? fail(new UserError(`cannot multiply ${left.tag} with ${right.tag}`));
}

const maxRepeatedBytes = 10 * 1024 * 1024;

function repeated(left: YqNode, value: YqNode, count: YqNode): YqNode {
  const times = Number(parseInteger(count.value));
  if (times < 0) throw new UserError(`cannot repeat string by a negative number (${times})`);
  const bytes = Buffer.byteLength(value.value);
  if (times * bytes > maxRepeatedBytes)
    throw new UserError(
      `result of repeating string (${bytes} bytes) by ${count.value} would exceed ${maxRepeatedBytes} bytes`,
    );
  const result = replaced(value, "!!str", value.value.repeat(times));
  result.parent = left.parent;
  result.key = left.key;
  return result;
}

/** `left / right`: numbers (always as floats), or a text split at another. */
export function divide(leftGiven: YqNode, rightGiven: YqNode): YqNode {
  const left = dereference(leftGiven);
  const right = dereference(rightGiven);
  if (isNull(left)) throw new UserError(`${described(left)} cannot be divided by ${described(right)}`);
  if (left.kind === "scalar" && right.kind === "scalar") {
    if (effectiveTag(left) === "!!str" && effectiveTag(right) === "!!str") {
      const parts = splitText(left.value, right.value);
      placeAt(parts, left);
      return parts;
    }
    if (isNumber(left) && isNumber(right))
      return replaced(left, "!!float", formatFloat(numberOf(left) / numberOf(right)));
    throw new UserError(`${left.tag} cannot be divided by ${right.tag}`);
  }
  throw new UserError(`${described(left)} cannot be divided by ${described(right)}`);
}

/** `left % right`: the remainder, with the sign of the left number. */
export function modulo(leftGiven: YqNode, rightGiven: YqNode): YqNode {
  const left = dereference(leftGiven);
  const right = dereference(rightGiven);
  if (left.kind !== "scalar" || right.kind !== "scalar" || isNull(left))
    throw new UserError(`${described(left)} cannot modulo by ${described(right)}`);
  if (!isNumber(left) || !isNumber(right)) throw new UserError(`${left.tag} cannot modulo by ${right.tag}`);
  if (effectiveTag(right) === "!!int" && parseInteger(right.value) === 0n && effectiveTag(left) === "!!int")
    throw new UserError("cannot modulo by 0");
  return calculated(
    left,
    right,
    (a, b) => a % b,
    (a, b) => a % b,
    "%",
  )!;
}
