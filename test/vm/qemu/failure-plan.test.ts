import { describe, expect, test } from "bun:test";
import { explainFailure } from "../../../src/vm/qemu/failure-plan.ts";

describe("a QEMU that did not come up is explained by what it said", () => {
  const rows = [
    [
      "qemu-system-x86_64: -netdev user,id=net0: Could not set up host forwarding rule 'tcp:127.0.0.1:2222-:22'",
      "port 2222 of 127.0.0.1 is in use",
    ],
    [
      'qemu-system-x86_64: -drive file=a: Failed to get "write" lock',
      "a disk of this instance is in use by another process",
    ],
    ["qemu-system-x86_64: -drive file=a: No space left on device", "the disk of this host is full"],
    ["qemu-system-x86_64: cannot set up guest memory 'pc.ram': Cannot allocate memory", "not enough free memory"],
    ["qemu-system-x86_64: -drive file=a: Image is corrupt; cannot be opened read/write", "a disk image cannot be read"],
    ["Could not access KVM kernel module: Permission denied", "LIMA_QEMU_ACCEL=tcg"],
    ["qemu-system-x86_64: -drive file=a: Could not open 'a': Permission denied", "a file is not accessible"],
  ] as const;
  for (const [line, cause] of rows) {
    test(line, () => {
      const text = explainFailure({
        status: { code: 1, signal: null },
        stderr: [line],
        sshAddress: "127.0.0.1",
        sshLocalPort: 2222,
      });
      expect(text).toStartWith("QEMU did not start, exit status 1: ");
      expect(text).toContain(cause);
      expect(text).toEndWith(line);
    });
  }

  test("or else by its own words, or by nothing but how it ended", () => {
    const failure = { status: { code: null, signal: "SIGSEGV" }, sshAddress: "127.0.0.1", sshLocalPort: 2222 };
    expect(explainFailure({ ...failure, stderr: ["a", "b"] })).toBe("QEMU did not start, signal: SIGSEGV: a; b");
    expect(explainFailure({ ...failure, stderr: [] })).toBe("QEMU did not start, signal: SIGSEGV");
  });
});
