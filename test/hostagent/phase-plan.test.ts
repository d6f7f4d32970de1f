import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  afterSign,
  type BootSign,
  bootBegins,
  type Phase,
  phases,
  stallAt,
  stallLimits,
  stallOf,
} from "../../src/hostagent/phase-plan.ts";

const limits = stallLimits("10");

/** The state after signs that come a second apart, the first at 1000. */
function after(...signs: readonly BootSign[]) {
  return signs.reduce((state, sign, index) => afterSign(state, sign, (index + 1) * 1000), bootBegins(0));
}

const started: BootSign = { kind: "driver-started" };
const serial = (newLines: number, more: { readonly panic?: string; readonly script?: string } = {}): BootSign => ({
  kind: "serial",
  newLines,
  ...more,
});

describe("the phase that a start is in", () => {
  const cases: readonly (readonly [string, readonly BootSign[], Phase | undefined])[] = [
    ["nothing yet", [], "qemu"],
    ["the driver runs", [started], "serial"],
    ["a line on the console", [started, serial(1)], "network"],
    ["a refused connection", [started, { kind: "refused" }], "sshd"],
    ["a banner without any console", [started, { kind: "banner" }], "cloud-init"],
    ["a refused login", [started, { kind: "login-failed", reason: "no" }], "cloud-init"],
    ["a login", [started, { kind: "connected" }], "cloud-init"],
    ["a boot script on the console", [started, serial(1, { script: "/a" })], "boot-scripts"],
    ["a boot script in the guest's log", [started, { kind: "guest-log", bytes: 1, script: "/a" }], "boot-scripts"],
    ["a marker", [started, { kind: "marker", name: "lima-ssh-ready" }], "boot-scripts"],
    ["the end of the boot scripts", [started, { kind: "boot-done" }], undefined],
    ["a refused connection after the banner (sshd restarts)", [{ kind: "banner" }, { kind: "refused" }], "cloud-init"],
    ["a console line after a marker", [{ kind: "marker", name: "m" }, serial(9)], "boot-scripts"],
  ];
  for (const [name, signs, phase] of cases) test(`${name}: ${phase}`, () => expect(after(...signs).phase).toBe(phase));
});

describe("progress", () => {
  const progress: readonly (readonly [string, readonly BootSign[]])[] = [
    ["more lines on the console", [serial(1), serial(2)]],
    [
      "growth of the guest's log",
      [
        { kind: "guest-log", bytes: 1 },
        { kind: "guest-log", bytes: 2 },
      ],
    ],
    ["another script", [serial(1, { script: "/a" }), serial(1, { script: "/b" })]],
    [
      "another marker",
      [
        { kind: "marker", name: "a" },
        { kind: "marker", name: "b" },
      ],
    ],
    ["a login after refused ones", [{ kind: "login-failed", reason: "no" }, { kind: "connected" }]],
  ];
  for (const [name, signs] of progress) test(name, () => expect(after(...signs).progressAt).toBe(2000));

  const none: readonly (readonly [string, readonly BootSign[]])[] = [
    ["the same lines", [serial(1), serial(1)]],
    ["refused again", [{ kind: "refused" }, { kind: "refused" }]],
    ["greeted again", [{ kind: "banner" }, { kind: "banner" }]],
    [
      "login refused again",
      [
        { kind: "login-failed", reason: "a" },
        { kind: "login-failed", reason: "b" },
      ],
    ],
    [
      "the same marker",
      [
        { kind: "marker", name: "a" },
        { kind: "marker", name: "a" },
      ],
    ],
    [
      "a log that shrank",
      [
        { kind: "guest-log", bytes: 5 },
        { kind: "guest-log", bytes: 4 },
      ],
    ],
    ["a reconnect", [{ kind: "connected" }, { kind: "connected" }]],
  ];
  for (const [name, signs] of none) test(`not: ${name}`, () => expect(after(...signs).progressAt).toBe(1000));
});

describe("a stall", () => {
  test("comes when the phase's limit is over, and says how long", () => {
    const state = after(started);
    expect(stallOf(state, limits, 10_999)).toBeUndefined();
    expect(stallOf(state, limits, 11_000)).toEqual({ phase: "serial", quietMs: 10_000 });
  });

  test("comes early after a kernel panic", () => {
    const state = after(started, serial(1, { panic: "Kernel panic - not syncing: x" }));
    expect(stallAt(state, stallLimits(undefined))).toBe(2000 + 15_000);
    expect(stallAt(state, stallLimits("3"))).toBe(2000 + 3000);
  });

  test("never comes once the boot scripts have finished", () => {
    expect(stallOf(after({ kind: "boot-done" }), limits, Number.MAX_SAFE_INTEGER)).toBeUndefined();
  });

  for (const value of ["", "0", "-1", "x", "Infinity"])
    test(`LIMA_START_STALL_SECONDS=${JSON.stringify(value)} is ignored`, () =>
      expect(stallLimits(value)).toEqual(stallLimits(undefined)));
});

const anySign: fc.Arbitrary<BootSign> = fc.oneof(
  fc.constantFrom<BootSign>(started, { kind: "refused" }, { kind: "banner" }, { kind: "connected" }),
  fc.record({ kind: fc.constant("serial" as const), newLines: fc.nat(5) }),
  fc.record({ kind: fc.constant("serial" as const), newLines: fc.nat(5), panic: fc.string(), script: fc.string() }),
  fc.record({ kind: fc.constant("guest-log" as const), bytes: fc.nat(5), script: fc.constantFrom("", "/a", "/b") }),
  fc.record({ kind: fc.constant("marker" as const), name: fc.constantFrom("a", "b") }),
  fc.record({ kind: fc.constant("login-failed" as const), reason: fc.string() }),
);

test("whatever a guest does: phases never go back, progress is never in the future, a repeated sign is no progress", () => {
  fc.assert(
    fc.property(fc.array(anySign, { maxLength: 30 }), (signs) => {
      let state = bootBegins(0);
      signs.forEach((sign, index) => {
        const next = afterSign(state, sign, index + 1);
        expect(phases.indexOf(next.phase!)).toBeGreaterThanOrEqual(phases.indexOf(state.phase!));
        expect(next.progressAt).toBeLessThanOrEqual(index + 1);
        expect(next.progressAt).toBeGreaterThanOrEqual(state.progressAt);
        expect(afterSign(next, sign, index + 100).progressAt).toBe(next.progressAt);
        state = next;
      });
      expect(stallOf(state, limits, state.progressAt + 10_000)).toBeDefined();
    }),
    { numRuns: 500 },
  );
});
