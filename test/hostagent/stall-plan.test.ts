import { describe, expect, test } from "bun:test";
import { phases } from "../../src/hostagent/phase-plan.ts";
import { explainStall, type StallEvidence } from "../../src/hostagent/stall-plan.ts";

const evidence: StallEvidence = {
  stall: { phase: "sshd", quietMs: 180_000 },
  name: "foo",
  guestUser: "ann",
  serialLog: "/h/foo/serial.log",
  serialTail: ["one", "", "two"],
  driverOutput: [],
};

test("a stall names the phase, the time, the logs' last lines and the next command", () => {
  expect(explainStall(evidence).split("\n")).toEqual([
    "the start of instance foo is stuck in phase 4 of 6, sshd: no progress for 3m0s",
    expect.stringContaining("Likely cause: the guest has a network, but no sshd"),
    "Last lines of the serial log (/h/foo/serial.log):",
    "  | one",
    "  | two",
    "Last lines of QEMU's stderr: none",
    "The machine is left running for a look. Next: `tail -n 50 /h/foo/serial.log`; then `limactl stop -f foo`",
  ]);
});

describe("the likely cause", () => {
  const cases: readonly (readonly [Partial<StallEvidence>, string])[] = [
    [{ panic: "Kernel panic - not syncing: oops" }, "kernel panicked: Kernel panic - not syncing: oops"],
    [{ serialTail: ["(initramfs) "] }, "emergency shell"],
    [{ serialTail: ["BdsDxe: failed to load Boot0001"] }, "nothing to boot"],
    [{ serialTail: ["[1.0] Out of memory: Killed process 1 (x)"] }, "ran out of memory"],
    [{ serialTail: ["tee: /x: No space left on device"] }, "disk is full"],
    [{ stall: { phase: "qemu", quietMs: 1000 } }, "does not answer on its monitor"],
    [{ stall: { phase: "serial", quietMs: 1000 } }, "LIMA_QEMU_ACCEL=tcg"],
    [{ stall: { phase: "network", quietMs: 1000 } }, "no network"],
    [{ stall: { phase: "cloud-init", quietMs: 1000 } }, "cloud-init in the guest"],
    [{ stall: { phase: "cloud-init", quietMs: 1000 }, loginFailure: "denied" }, "does not let user ann in (denied)"],
    [{ stall: { phase: "boot-scripts", quietMs: 1000 }, script: "/mnt/x.sh" }, "the script /mnt/x.sh does not end"],
    [{ stall: { phase: "boot-scripts", quietMs: 1000 } }, "a boot or provisioning script does not end"],
  ];
  for (const [change, text] of cases) {
    test(text, () => expect(explainStall({ ...evidence, ...change }).split("\n")[1]).toContain(text));
  }
});

test("a guest that can be looked into is looked into", () => {
  const inside = (change: Partial<StallEvidence>) =>
    explainStall({ ...evidence, ...change }).includes("limactl shell foo");
  expect(phases.map((phase) => inside({ stall: { phase, quietMs: 1 } }))).toEqual([
    false,
    false,
    false,
    false,
    true,
    true,
  ]);
  expect(inside({ stall: { phase: "boot-scripts", quietMs: 1 }, panic: "p" })).toBe(false);
  expect(inside({ stall: { phase: "cloud-init", quietMs: 1 }, loginFailure: "denied" })).toBe(false);
});
