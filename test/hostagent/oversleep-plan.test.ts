import { expect, test } from "bun:test";
import { oversleptMs } from "../../src/hostagent/oversleep-plan.ts";

test.each([
  ["in time", 2000, undefined],
  ["a little late, as on a busy host", 5900, undefined],
  ["late by a sleep", 62_000, 60_000],
  ["early, as the clock was set back", -3_600_000, undefined],
] as const)("a timer of 2 s that comes %s", (_, afterMs, overslept) => {
  expect(oversleptMs(1_000_000, 1_000_000 + afterMs, 2000)).toBe(overslept);
});
