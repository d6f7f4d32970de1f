/** A test that may be skipped, and why. */
export interface AllowedSkip {
  /** `FILE > GROUP > TEST`, as a run lists it. */
  readonly test: string;
  readonly reason: string;
}

/** Reads the list of `test/allowed-skips.json`; every entry must give a reason. */
export function readAllowedSkips(json: string): readonly AllowedSkip[] {
  const value: unknown = JSON.parse(json);
  if (!Array.isArray(value)) throw new Error("allowed-skips.json: must be a list");
  return value.map((entry: unknown, index) => {
    const { test, reason } = (entry ?? {}) as Readonly<Record<string, unknown>>;
    if (typeof test !== "string" || typeof reason !== "string" || reason.trim() === "") {
      throw new Error(`allowed-skips.json: entry ${index} needs "test" and a "reason"`);
    }
    return { test, reason };
  });
}

/** The skipped tests that nobody has allowed. */
export function unlistedSkips(skips: readonly string[], allowed: readonly AllowedSkip[]): readonly string[] {
  const names = new Set(allowed.map(({ test }) => test));
  return skips.filter((skip) => !names.has(skip));
}
