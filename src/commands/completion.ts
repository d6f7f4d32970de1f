import { completionScripts } from "../assets/completion-scripts.ts";
import { type CommandDef, defineCommand } from "../cli/command.ts";
import type { FlagDefs } from "../cli/flags.ts";

const args = {
  "no-descriptions": { type: "boolean", description: "Leave out the descriptions of the candidates" },
} as const satisfies FlagDefs;

function completionCommand(shell: string, file: string, load: string): CommandDef<typeof args> {
  return defineCommand({
    meta: {
      name: shell,
      description: `Print the completion script for ${shell}`,
      long: `Prints the completion script for ${shell}.\n\nTo use it in the current shell:\n\n\t${load}`,
    },
    positionals: { usage: "", max: 0, bareErrors: true, complete: "nothing" },
    args,
    run(context) {
      const script = completionScripts[file] ?? "";
      context.stdout.write(
        context.flags["no-descriptions"] ? script.replaceAll(" __complete ", " __completeNoDesc ") : script,
      );
    },
  });
}

export const bash = completionCommand("bash", "limactl.bash", "source <(limactl completion bash)");
export const fish = completionCommand("fish", "limactl.fish", "limactl completion fish | source");
export const powershell = completionCommand(
  "powershell",
  "limactl.ps1",
  "limactl completion powershell | Out-String | Invoke-Expression",
);
export const zsh = completionCommand("zsh", "limactl.zsh", "source <(limactl completion zsh)");
