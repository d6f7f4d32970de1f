/** What is asked of a machine that is to shut down: commands of QEMU's monitor, or that it is killed for a reason. */
export type PowerDownStep =
  | { readonly kind: "ask"; readonly commands: readonly string[]; readonly warning?: string }
  | { readonly kind: "kill"; readonly reason: string };

const noRoom = "the virtual machine is stopped, for this host has no room for its disk";

/** How often a machine whose disk has no room is let go on: the host may have got room meanwhile. */
const tries = 2;

/**
 * What a machine needs so that its guest sees the power button: one that is stopped or asleep sees nothing.
 * @param status `status` of QMP's `query-status`
 * @param stoppedByDisk how often in a row it was found stopped by its disk before, and let go on
 */
export function powerDownStep(status: string, stoppedByDisk: number): PowerDownStep {
  switch (status) {
    case "io-error":
      return stoppedByDisk < tries
        ? { kind: "ask", commands: ["cont", "system_powerdown"], ...(stoppedByDisk === 0 ? { warning: noRoom } : {}) }
        : { kind: "kill", reason: `${noRoom}, and its guest cannot shut down` };
    case "paused":
      return { kind: "ask", commands: ["cont", "system_powerdown"] };
    case "suspended":
      return { kind: "ask", commands: ["system_wakeup", "system_powerdown"] };
    case "internal-error":
    case "guest-panicked":
      return { kind: "kill", reason: `the virtual machine does not run any more (${status})` };
    default:
      return { kind: "ask", commands: ["system_powerdown"] };
  }
}
