import { type CommandContext, defineCommand } from "../cli/command.ts";
import { stopped } from "../instance/absent.ts";
import { findConfigured } from "../instance/reach.ts";
import { closeMaster, shellArguments } from "../instance/shell.ts";
import { UserError } from "../lib/errors.ts";
import { becomeProgram } from "./become-program.ts";
import { instanceContext } from "./instance-context.ts";
import { mayStart, startNow } from "./start-now.ts";

const args = {
  shell: { type: "string", description: "Shell interpreter, e.g. /bin/bash" },
  workdir: { type: "string", description: "Working directory in the guest" },
  reconnect: { type: "boolean", description: "Reconnect to the SSH session" },
  "preserve-env": { type: "boolean", description: "Pass environment variables of the host to the shell" },
  start: { type: "boolean", description: "Start the instance if it is not running" },
  sync: { type: "string", description: "Copy a host directory to the guest before, and its changes back after" },
  instance: { type: "string", description: "Name of the instance", hidden: true },
} as const;

/** Words after the instance's name by which people who meant another command are recognised. */
const otherCommands: ReadonlySet<string> = new Set(["create", "start", "delete", "shell"]);

export const command = defineCommand({
  meta: {
    name: "shell",
    description: "Run a shell or a command in an instance",
    examples: "  limactl shell default uname -a\n  limactl shell --workdir /tmp default",
  },
  positionals: { usage: "[flags] INSTANCE [COMMAND...]", complete: "instances", endsFlags: true },
  args,
  async run(context) {
    const { name, command: words } = target(context);
    const surroundings = instanceContext(context);
    let { instance, config } = await findConfigured(surroundings, name);
    if (instance.status === "Stopped") {
      if (!(await mayStart(context))) throw stopped(name);
      await startNow(context, name, { forShell: true });
      ({ instance, config } = await findConfigured(surroundings, name));
    }
    if (context.flags.reconnect) await closeMaster(surroundings, instance, config);
    const { flags, host, stdout } = context;
    const shellIn = (synced?: string) =>
      shellArguments(surroundings, instance, config, {
        command: words,
        workdir: flags.workdir || undefined,
        synced,
        shell: flags.shell || undefined,
        preserveEnv: flags["preserve-env"],
        terminal: stdout.isTerminal,
      });
    if (flags.sync === "") {
      await becomeProgram(await shellIn(), host.env);
      return;
    }
    if (flags.workdir !== "") throw new UserError("cannot use `--workdir` and `--sync` at the same time");
    const { shellWithSync } = await import("./shell-sync.ts");
    await shellWithSync(context, { instance, config }, flags.sync, shellIn);
  },
});

/** The instance and the command: with `--instance` every word belongs to the command. */
function target(context: CommandContext<typeof args>): { readonly name: string; readonly command: readonly string[] } {
  const byFlag = context.changed("instance");
  const [name, ...rest] = byFlag ? [context.flags.instance, ...context.positionals] : context.positionals;
  if (name === undefined) throw new UserError("requires instance name as first argument");
  const words = rest[0] === "--" && !byFlag ? rest.slice(1) : rest;
  if (otherCommands.has(words[0] ?? "")) context.logger.warn(`Perhaps you meant \`limactl ${words.join(" ")}\`?`);
  return { name, command: words };
}
