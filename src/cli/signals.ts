import { readTextIfExistsSync } from "../lib/files.ts";

/** The signals that ask the program to end. */
export type EndSignal = "SIGINT" | "SIGTERM" | "SIGHUP";

/** Turns the first signal that asks to end into an abort. */
export interface SignalWatch {
  readonly signal: AbortSignal;
  /** The signal that arrived, if any. */
  received(): EndSignal | undefined;
}

/**
 * Starts to watch for SIGINT and SIGTERM. The reason of the abort is an error that names the signal.
 * @param kind a command ends at once by a second signal, for a person who is tired of waiting; a daemon, which may be told
 * by several at a time to end, cleans up all the same, and does so also when its terminal goes (SIGHUP)
 */
export function watchSignals(kind: "command" | "daemon" = "command"): SignalWatch {
  const controller = new AbortController();
  let first: EndSignal | undefined;
  const names: EndSignal[] = ["SIGINT", "SIGTERM"];
  if (kind === "daemon" && !ignoresHangUp()) names.push("SIGHUP");
  for (const name of names) {
    process.on(name, () => {
      if (first !== undefined) {
        if (kind === "command") dieBySignal(name);
        return;
      }
      first = name;
      controller.abort(new Error(`received ${name}`));
    });
  }
  return { signal: controller.signal, received: () => first };
}

/** Whether nohup(1) or the like started this process: a handler would undo that. Unknown, and so yes, elsewhere than on Linux. */
function ignoresHangUp(): boolean {
  const mask = /^SigIgn:\s*([0-9a-f]+)$/m.exec(readTextIfExistsSync("/proc/self/status") ?? "")?.[1];
  // bit 0 is signal 1, which SIGHUP is
  return mask === undefined || (Number.parseInt(mask.slice(-1), 16) & 1) === 1;
}

/** Ends this process by the signal itself, so that the caller sees it as such (130 for SIGINT in a shell). */
export function dieBySignal(name: EndSignal): never {
  process.removeAllListeners(name);
  process.kill(process.pid, name);
  // The kernel delivers the signal before kill() returns; where it cannot (Windows) the code says the same.
  process.exit(name === "SIGINT" ? 130 : name === "SIGHUP" ? 129 : 143);
}
