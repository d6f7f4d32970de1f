import { describe, expect, test } from "bun:test";
import { powerDownStep } from "../../../src/vm/qemu/power-down-plan.ts";

const press = "system_powerdown";

describe("a machine that is to shut down", () => {
  const asked: readonly (readonly [status: string, stoppedByDisk: number, commands: readonly string[]])[] = [
    ["running", 0, [press]],
    ["shutdown", 0, [press]],
    ["", 0, [press]],
    ["paused", 0, ["cont", press]],
    ["paused", 9, ["cont", press]],
    ["suspended", 0, ["system_wakeup", press]],
    ["io-error", 0, ["cont", press]],
    ["io-error", 1, ["cont", press]],
  ];
  for (const [status, stoppedByDisk, commands] of asked) {
    test(`is asked by ${commands.join(", ")} when it is ${status}, ${stoppedByDisk} times stopped by its disk`, () =>
      expect(powerDownStep(status, stoppedByDisk)).toMatchObject({ kind: "ask", commands: [...commands] }));
  }

  for (const [status, stoppedByDisk] of [
    ["io-error", 2],
    ["internal-error", 0],
    ["guest-panicked", 0],
  ] as const) {
    test(`is killed when it is ${status}, ${stoppedByDisk} times stopped by its disk`, () =>
      expect(powerDownStep(status, stoppedByDisk).kind).toBe("kill"));
  }

  test("is told once that there is no room for its disk", () => {
    expect(powerDownStep("io-error", 0)).toHaveProperty("warning");
    expect(powerDownStep("io-error", 1)).not.toHaveProperty("warning");
  });
});
