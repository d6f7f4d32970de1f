import { expect, test } from "bun:test";
import { clockShiftMs } from "../../src/hostagent/guest-agent/clock-plan.ts";

test.each<[string, { drift: number; roundTrip: number }, number]>([
  ["a clock that agrees is left alone", { drift: 3, roundTrip: 5 }, 0],
  ["a tenth of a second is left alone", { drift: 100, roundTrip: 0 }, 0],
  ["so is one that is slow by that", { drift: -100, roundTrip: 0 }, 0],
  ["a fast clock is set back", { drift: 2000, roundTrip: 4 }, -1998],
  ["a slow clock is set forward", { drift: -46_225, roundTrip: 4 }, 46_227],
  ["a question that a busy guest heard late does not set its clock back", { drift: 4528, roundTrip: 4530 }, 0],
  ["a late answer to a question that was heard at once changes nothing either", { drift: 0, roundTrip: 4530 }, 0],
  ["a clock that is wrong whatever was late is set to the middle", { drift: -7132, roundTrip: 2000 }, 8132],
  ["a fast clock is told from a late question", { drift: 9000, roundTrip: 2000 }, -8000],
])("%s", (_, { drift, roundTrip }, shift) => {
  expect(clockShiftMs(drift, roundTrip)).toBe(shift);
});
