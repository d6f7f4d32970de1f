import { openSync, rmSync, writeFileSync } from "node:fs";
import type { CommandContext } from "../cli/command.ts";
import type { AgentLogs } from "../instance/agent-launch.ts";
import { UserError } from "../lib/errors.ts";
import { replaceProcess } from "../lib/execve.ts";

type Context = Pick<CommandContext, "host" | "logger" | "stdinIsTerminal">;

/**
 * Makes what puts the host agent in the place of this program (`start --foreground`): at a terminal it speaks there, and
 * each log file says so in a line; elsewhere its output goes to the log files as ever.
 * @throws UserError on Windows
 */
export function foregroundAgent(context: Context): (command: readonly string[], logs: AgentLogs) => Promise<never> {
  if (context.host.os === "windows") throw new UserError("`limactl start --foreground` is not supported on Windows");
  return async ([program = "", ...args], logs) => {
    context.logger.info("Running the host agent in the foreground");
    const paths = [logs.stdout, logs.stderr] as const;
    for (const path of paths) rmSync(path, { force: true });
    if (context.stdinIsTerminal) {
      for (const path of paths)
        writeFileSync(path, "The host agent runs in the foreground and writes to its terminal.\n");
      replaceProcess(program, args, context.host.env);
    } else {
      const [stdout, stderr] = [openSync(logs.stdout, "ax", 0o644), openSync(logs.stderr, "ax", 0o644)];
      replaceProcess(program, args, context.host.env, { stdout, stderr });
    }
    throw new UserError(`cannot run ${program}: this system cannot replace a program by another`);
  };
}
