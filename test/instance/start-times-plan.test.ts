import { expect, test } from "bun:test";
import { startTimesText } from "../../src/instance/start-times-plan.ts";

test("a start's times are told in the order of its phases, the sum first", () => {
  const phases = [
    { name: "preparation", milliseconds: 49 },
    { name: "QEMU up", milliseconds: 450 },
    { name: "boot scripts", milliseconds: 61_500 },
  ];
  expect(startTimesText(phases)).toBe("Started in 62.0s: preparation 0.0s, QEMU up 0.5s, boot scripts 61.5s");
});
