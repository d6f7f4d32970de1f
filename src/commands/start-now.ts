import type { CommandContext } from "../cli/command.ts";
import type { Phase } from "../cli/progress.ts";
import type { StartOptions } from "../instance/start.ts";
import { quote } from "../lib/quote.ts";
import { instanceContext } from "./instance-context.ts";

/** The option by which commands start the instance that they have dealt with. */
export const startFlag = {
  start: { type: "boolean", description: "Start the instance without asking; --start=false never asks" },
} as const;

/** The part of a command's context that starting needs, whatever its options are. */
type StartContext = Omit<CommandContext, "flags" | "changed"> & {
  readonly flags: { readonly start: boolean };
  changed(flag: "start"): boolean;
};

/** Whether the instance is to be started: `--start` decides, else the person at the terminal; nobody there means no. */
export async function mayStart(context: StartContext): Promise<boolean> {
  if (context.changed("start")) return context.flags.start;
  if (!context.tty || !context.stdinIsTerminal) return false;
  const { confirm } = await import("../cli/prompt.ts");
  return confirm("Do you want to start the instance now? ", true);
}

/** Starts an instance as `limactl start` does. */
export async function startNow(
  context: Omit<CommandContext, "flags" | "changed">,
  name: string,
  options: Pick<StartOptions, "forShell" | "progress" | "timeoutMs" | "becomeAgent"> = {},
): Promise<void> {
  const { startInstance } = await import("../instance/start.ts");
  let shown: Phase | undefined;
  const onPhase = (phase: string) => {
    const label = `Starting ${quote(name)}, waiting for ${phase}`;
    if (shown === undefined) shown = context.phase(label);
    else shown.next(label);
  };
  using _line = { [Symbol.dispose]: () => shown?.finish() };
  await startInstance(instanceContext(context), name, {
    ...options,
    debug: context.logLevel === "debug" || context.logLevel === "trace",
    writeMessage: (text) => {
      shown?.finish();
      context.stderr.write(text);
    },
    onPhase,
    watchTransfer: context.progress,
    signal: context.signal,
  });
}
