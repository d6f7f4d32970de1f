/** A float64 as `mantissa` times two to the `exponent`; the mantissa has at most 53 bits. */
export interface FloatBits {
  readonly mantissa: bigint;
  readonly exponent: number;
}

/** Takes a finite, non-negative float64 apart. */
export function floatBits(value: number): FloatBits {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const raw = view.getBigUint64(0);
  const biased = Number((raw >> 52n) & 0x7ffn);
  const fraction = raw & 0xfffffffffffffn;
  return { mantissa: biased === 0 ? fraction : fraction | (1n << 52n), exponent: Math.max(biased, 1) - 1075 };
}

/** `%b`: the mantissa in decimal and the exponent, `4503599627370496p-52`. */
export function binaryText(value: number): string {
  const { mantissa, exponent } = floatBits(value);
  return `${mantissa}p${exponent < 0 ? "-" : "+"}${Math.abs(exponent)}`;
}

/** `%x`: hexadecimal with a binary exponent, `0x1.8p+00`, with `precision` digits after the point or as many as needed. */
export function hexText(value: number, precision: number | undefined): string {
  let { mantissa, exponent } = floatBits(value);
  if (mantissa === 0n) exponent = 0;
  else {
    // The first digit is 1: subnormal numbers have fewer bits.
    const missing = 53 - mantissa.toString(2).length;
    mantissa <<= BigInt(missing);
    exponent += 52 - missing;
  }
  let digits = (mantissa & ((1n << 52n) - 1n)).toString(16).padStart(13, "0");
  let first = mantissa >> 52n;
  if (precision === undefined) digits = digits.replace(/0+$/, "");
  else if (precision >= 13) digits = digits.padEnd(precision, "0");
  else {
    const dropped = BigInt(4 * (13 - precision));
    const half = 1n << (dropped - 1n);
    const rest = mantissa & ((1n << dropped) - 1n);
    let kept = mantissa >> dropped;
    if (rest > half || (rest === half && (kept & 1n) === 1n)) kept += 1n;
    // Rounding up may have made the first digit 2.
    if (kept >> BigInt(4 * precision) > 1n) {
      kept >>= 1n;
      exponent += 1;
    }
    first = kept >> BigInt(4 * precision);
    digits =
      precision === 0
        ? ""
        : kept
            .toString(16)
            .padStart(precision + 1, "0")
            .slice(-precision);
  }
  const sign = exponent < 0 ? "-" : "+";
  return `0x${first}${digits === "" ? "" : `.${digits}`}p${sign}${String(Math.abs(exponent)).padStart(2, "0")}`;
}
