import { UserError } from "../lib/errors.ts";

const nanoseconds: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  "\u00b5s": 1_000n,
  "\u03bcs": 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};

const limit = 1n << 63n;

/** Double quotes as Go's `time` package makes them: everything outside printable ASCII byte by byte. */
function quoteAscii(text: string): string {
  const body = Array.from(Buffer.from(text), (byte) => {
    if (byte === 0x22 || byte === 0x5c) return `\\${String.fromCharCode(byte)}`;
    return byte < 0x20 || byte >= 0x80 ? `\\x${byte.toString(16).padStart(2, "0")}` : String.fromCharCode(byte);
  });
  return `"${body.join("")}"`;
}

/**
 * Parses a duration such as `300ms`, `1h30m` or `-1.5h` into milliseconds.
 * @throws UserError `time: invalid duration "x"`, `time: missing unit in duration "5"`, `time: unknown unit "x" in duration "5x"`
 */
export function parseDuration(text: string): number {
  const invalid = () => new UserError(`time: invalid duration ${quoteAscii(text)}`);
  const negative = text.startsWith("-");
  let rest = /^[-+]/.test(text) ? text.slice(1) : text;
  if (rest === "0") return 0;
  if (rest === "") throw invalid();
  let total = 0n;
  while (rest !== "") {
    const number = /^(\d*)(?:\.(\d*))?/.exec(rest);
    const whole = number?.[1] ?? "";
    const fraction = number?.[2] ?? "";
    if (whole === "" && fraction === "") throw invalid();
    if (BigInt(whole || "0") > limit) throw invalid();
    rest = rest.slice(number?.[0].length ?? 0);
    const unit = /^[^.\d]*/.exec(rest)?.[0] ?? "";
    if (unit === "") throw new UserError(`time: missing unit in duration ${quoteAscii(text)}`);
    const scale = Object.hasOwn(nanoseconds, unit) ? nanoseconds[unit] : undefined;
    if (scale === undefined) {
      throw new UserError(`time: unknown unit ${quoteAscii(unit)} in duration ${quoteAscii(text)}`);
    }
    const digits = fraction.slice(0, 18);
    total += BigInt(whole || "0") * scale + (BigInt(digits || "0") * scale) / 10n ** BigInt(digits.length);
    if (total > limit) throw invalid();
    rest = rest.slice(unit.length);
  }
  if (total === limit && !negative) throw invalid();
  const milliseconds = Number(total / 1_000_000n) + Number(total % 1_000_000n) / 1e6;
  return negative && milliseconds !== 0 ? -milliseconds : milliseconds;
}

/** Milliseconds as people read a duration: `10m0s`, `1.5s`, `300ms`, `0s`. */
export function formatDuration(milliseconds: number): string {
  const size = Math.abs(milliseconds);
  const whole = Math.trunc(size);
  const total = BigInt(whole) * 1_000_000n + BigInt(Math.round((size - whole) * 1e6));
  if (total === 0n) return "0s";
  const sign = milliseconds < 0 ? "-" : "";
  if (total < 1_000n) return `${sign}${total}ns`;
  if (total < 1_000_000n) return `${sign}${decimal(total, 1_000n)}\u00b5s`;
  if (total < 1_000_000_000n) return `${sign}${decimal(total, 1_000_000n)}ms`;
  const minutes = total / 60_000_000_000n;
  const seconds = `${decimal(total % 60_000_000_000n, 1_000_000_000n)}s`;
  if (minutes === 0n) return `${sign}${seconds}`;
  const hours = minutes / 60n;
  return `${sign}${hours === 0n ? "" : `${hours}h`}${minutes % 60n}m${seconds}`;
}

/** `value / scale` in decimal, without trailing zeros. */
function decimal(value: bigint, scale: bigint): string {
  const digits = String(scale).length - 1;
  const fraction = String(value % scale)
    .padStart(digits, "0")
    .replace(/0+$/, "");
  return fraction === "" ? String(value / scale) : `${value / scale}.${fraction}`;
}
