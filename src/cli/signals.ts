/** The signals that ask the program to end. */
export type EndSignal = "SIGINT" | "SIGTERM" | "SIGHUP";

/** Turns the first SIGINT or SIGTERM into an abort. */
export interface SignalWatch {
  readonly signal: AbortSignal;
  /** The signal that arrived, if any. */
  received(): EndSignal | undefined;
}

/**
 * Starts to watch. The reason of the abort is an error that names the signal.
 * @param second what a second signal does: a person who is tired of waiting ends the program at once, while a daemon, which
 * may be told by several at a time to end, cleans up all the same
 */
export function watchSignals(second: "ends" | "is ignored" = "ends"): SignalWatch {
  const controller = new AbortController();
  let first: EndSignal | undefined;
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.on(name, () => {
      if (first !== undefined) {
        if (second === "ends") dieBySignal(name);
        return;
      }
      first = name;
      controller.abort(new Error(`received ${name}`));
    });
  }
  return { signal: controller.signal, received: () => first };
}

/** Ends this process by the signal itself, so that the caller sees it as such (130 for SIGINT in a shell). */
export function dieBySignal(name: EndSignal): never {
  process.removeAllListeners(name);
  process.kill(process.pid, name);
  // The kernel delivers the signal before kill() returns; where it cannot (Windows) the code says the same.
  process.exit(name === "SIGINT" ? 130 : name === "SIGHUP" ? 129 : 143);
}
