import { phaseNames, phases, type Stall } from "./phase-plan.ts";

/** What is known when a start has stalled. */
export interface StallEvidence {
  readonly stall: Stall;
  /** Name of the instance. */
  readonly name: string;
  readonly guestUser: string;
  /** Path of the serial log that spoke last. */
  readonly serialLog: string;
  /** Its last lines, oldest first. */
  readonly serialTail: readonly string[];
  /** The last lines of QEMU's standard error, oldest first. */
  readonly driverOutput: readonly string[];
  readonly panic?: string;
  /** The boot script that was started last. */
  readonly script?: string;
  /** Why the guest refused the login. */
  readonly loginFailure?: string;
}

/** How many lines of each log are shown. */
const shownLines = 10;

/** A stalled start in words: the phase, the time, the likely cause, the logs, the next command. */
export function explainStall(evidence: StallEvidence): string {
  const { stall, name } = evidence;
  const place = `${phases.indexOf(stall.phase) + 1} of ${phases.length}`;
  return [
    `the start of instance ${name} is stuck in phase ${place}, ${phaseNames[stall.phase]}: no progress for ${seconds(stall.quietMs)}`,
    `Likely cause: ${likelyCause(evidence)}`,
    ...quoted(`Last lines of the serial log (${evidence.serialLog}):`, evidence.serialTail),
    ...quoted("Last lines of QEMU's stderr:", evidence.driverOutput),
    `The machine is left running for a look. Next: ${nextCommand(evidence)}; then \`limactl stop -f ${name}\``,
  ].join("\n");
}

/** Words on a console that tell why nothing goes on, the most telling first. */
const consoleCauses: readonly (readonly [RegExp, string])[] = [
  [/Out of memory: Killed process|oom-kill:/, "the guest ran out of memory; give it more (`memory` in lima.yaml)"],
  [/No space left on device/, "the guest's disk is full; give it more (`disk` in lima.yaml)"],
  [
    /\(initramfs\)|dracut:\/#|Entering emergency mode|You are in emergency mode|Cannot open access to console/,
    "the guest stopped in its emergency shell; its root file system could not be mounted or a unit it needs failed",
  ],
  [
    /No bootable device|failed to load Boot|UEFI Interactive Shell|Boot failed: not a bootable disk|grub rescue>/,
    "the firmware found nothing to boot; the image is damaged, or for another firmware or architecture",
  ],
];

function likelyCause(evidence: StallEvidence): string {
  if (evidence.panic !== undefined) return `the guest's kernel panicked: ${evidence.panic}`;
  const said = consoleCauses.find(([pattern]) => evidence.serialTail.some((line) => pattern.test(line)));
  if (said !== undefined) return said[1];
  switch (evidence.stall.phase) {
    case "qemu":
      return "QEMU was started but does not answer on its monitor socket";
    case "serial":
      return (
        "the guest has not written a line to its serial port; it hangs before its kernel speaks (with a nested KVM try " +
        "`LIMA_QEMU_ACCEL=tcg`), or the image is for another architecture or firmware"
      );
    case "network":
      return "the guest has no network: nothing in it answers on its first network card (no driver, or no address by DHCP)";
    case "sshd":
      return "the guest has a network, but no sshd listens on its port 22: not installed, not enabled, or it fails to start";
    case "cloud-init":
      return evidence.loginFailure === undefined
        ? "cloud-init in the guest has not come to run the boot scripts; see /var/log/cloud-init-output.log there"
        : `the guest's sshd answers but does not let user ${evidence.guestUser} in (${evidence.loginFailure}); cloud-init has not made the account`;
    case "boot-scripts":
      return evidence.script === undefined || evidence.script === ""
        ? "a boot or provisioning script does not end"
        : `the script ${evidence.script} does not end`;
  }
}

function nextCommand(evidence: StallEvidence): string {
  const { stall, name, panic, loginFailure } = evidence;
  if (panic === undefined && stall.phase === "boot-scripts") {
    return `\`limactl shell ${name} sudo tail -n 50 /run/lima-boot.log\``;
  }
  if (panic === undefined && stall.phase === "cloud-init" && loginFailure === undefined) {
    return `\`limactl shell ${name} sudo tail -n 50 /var/log/cloud-init-output.log\``;
  }
  return `\`tail -n 50 ${evidence.serialLog}\``;
}

function quoted(title: string, lines: readonly string[]): readonly string[] {
  const shown = lines.filter((line) => line.trim() !== "").slice(-shownLines);
  return shown.length === 0 ? [`${title} none`] : [title, ...shown.map((line) => `  | ${line.slice(0, 200)}`)];
}

function seconds(ms: number): string {
  const whole = Math.round(ms / 1000);
  return whole < 60 ? `${whole}s` : `${Math.floor(whole / 60)}m${whole % 60}s`;
}
