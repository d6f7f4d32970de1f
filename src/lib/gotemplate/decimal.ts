import { floatBits } from "./float-bits.ts";

/** The digits of a number without leading or trailing zeros: the value is `0.DIGITS` times ten to the `point`. */
export interface Decimal {
  readonly digits: string;
  readonly point: number;
}

/** All digits of a finite, non-negative float64; it has at most 767 that are not zero. */
export function exactDecimal(value: number): Decimal {
  if (value === 0) return { digits: "", point: 0 };
  const { mantissa, exponent } = floatBits(value);
  if (exponent >= 0) return decimal((mantissa << BigInt(exponent)).toString(), 0);
  return decimal((mantissa * 5n ** BigInt(-exponent)).toString(), -exponent);
}

/** The fewest digits that tell the number from its neighbours. */
export function shortestDecimal(value: number): Decimal {
  if (value === 0) return { digits: "", point: 0 };
  const [mantissa = "", exponent] = value.toExponential().split("e");
  const digits = mantissa.replace(".", "").replace(/0+$/, "");
  return { digits, point: Number(exponent) + 1 };
}

function decimal(text: string, decimals: number): Decimal {
  return { digits: text.replace(/0+$/, ""), point: text.length - decimals };
}

/** Rounded to `count` digits (may be 0 or negative), halves to even. */
export function rounded(value: Decimal, count: number): Decimal {
  const { digits, point } = value;
  if (count >= digits.length) return value;
  if (count < 0) return { digits: "", point: 0 };
  const next = digits.charCodeAt(count) - 48;
  const tie = next === 5 && count + 1 === digits.length;
  const odd = count > 0 && digits.charCodeAt(count - 1) % 2 === 1;
  const up = tie ? odd : next >= 5;
  const kept = BigInt(`0${digits.slice(0, count)}`) + (up ? 1n : 0n);
  if (kept === 0n) return { digits: "", point: 0 };
  const text = kept.toString();
  return { digits: text.replace(/0+$/, ""), point: point + text.length - count };
}

/** `123.45`, with exactly `decimals` digits after the point. */
export function fixedText({ digits, point }: Decimal, decimals: number): string {
  const whole = point > 0 ? digits.slice(0, point).padEnd(point, "0") : "0";
  const fraction = point > 0 ? digits.slice(point) : "0".repeat(digits === "" ? 0 : -point) + digits;
  return decimals > 0 ? `${whole}.${fraction.slice(0, decimals).padEnd(decimals, "0")}` : whole;
}

/** `1.2345e+02`, with exactly `decimals` digits after the point. */
export function exponentText({ digits, point }: Decimal, decimals: number): string {
  const mantissa = digits.slice(0, 1) || "0";
  const fraction = decimals > 0 ? `.${digits.slice(1, decimals + 1).padEnd(decimals, "0")}` : "";
  const exponent = digits === "" ? 0 : point - 1;
  return `${mantissa}${fraction}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
}
