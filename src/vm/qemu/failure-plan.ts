import { describeExit, type ExitStatus } from "../../lib/exec.ts";

/** What is known when QEMU ends before its monitor answered. */
export interface QemuFailure {
  readonly status: ExitStatus;
  /** Last lines of its standard error, oldest first. */
  readonly stderr: readonly string[];
  readonly sshAddress: string;
  readonly sshLocalPort: number;
}

/** Causes known by what QEMU prints, and what to do about each. */
const causes: readonly { readonly pattern: RegExp; readonly advice: (failure: QemuFailure) => string }[] = [
  {
    pattern: /Could not set up host forwarding rule/,
    advice: ({ sshAddress, sshLocalPort }) =>
      `port ${sshLocalPort} of ${sshAddress} is in use (hint: end the program that listens there, or set \`ssh.localPort\` to another port or to 0)`,
  },
  {
    pattern: /Failed to (get|lock)|lock byte|Is another process using the image/,
    advice: () => "a disk of this instance is in use by another process (hint: look for another QEMU with its path)",
  },
  {
    pattern: /No space left on device/,
    advice: () => "the disk of this host is full (hint: make room, then start again)",
  },
  {
    pattern: /Cannot allocate memory|cannot set up guest memory/,
    advice: () => "this host has not enough free memory (hint: lower `memory`)",
  },
  {
    pattern: /Image is corrupt|not in \w+ format|Could not read (image|qcow2|L1 table)|Could not open backing file/,
    advice: () => "a disk image cannot be read (hint: `qemu-img check` tells more)",
  },
  {
    pattern: /Could not access KVM|failed to initialize kvm|Failed to create VM/i,
    advice: () => "KVM cannot be used (hint: LIMA_QEMU_ACCEL=tcg runs without it)",
  },
  {
    pattern: /Permission denied/,
    advice: () => "a file is not accessible to this user",
  },
];

/** One message for a QEMU that did not come up: how it ended, the likely cause, and its own words. */
export function explainFailure(failure: QemuFailure): string {
  const words = failure.stderr.join("\n");
  const cause = causes.find(({ pattern }) => pattern.test(words));
  const advice = cause === undefined ? "" : `: ${cause.advice(failure)}`;
  const said = failure.stderr.slice(-10).join("; ");
  return `QEMU did not start, ${describeExit(failure.status)}${advice}${said === "" ? "" : `: ${said}`}`;
}
