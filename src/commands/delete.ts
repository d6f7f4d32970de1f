import { defineCommand } from "../cli/command.ts";
import { deleteInstance, UnreadableInstance } from "../instance/delete.ts";
import { UserError } from "../lib/errors.ts";
import { instanceContext } from "./instance-context.ts";

export const command = defineCommand({
  meta: { name: "delete", description: "Delete instances" },
  positionals: { usage: "INSTANCE [INSTANCE, ...]", min: 1, complete: "instances" },
  args: { force: { type: "boolean", alias: "f", description: "Forcibly kill the processes of the instance first" } },
  async run(context) {
    const surroundings = instanceContext(context);
    const problems: string[] = [];
    for (const name of context.positionals) {
      try {
        await deleteInstance(surroundings, name, { force: context.flags.force });
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        problems.push(error.message);
        // One that may not be deleted ends the command; a directory that is no instance yet does not.
        if (!(error instanceof UnreadableInstance)) break;
      }
    }
    const { reconcileNetworks } = await import("../instance/reconcile-networks.ts");
    await reconcileNetworks(surroundings);
    if (problems.length > 0) throw new UserError(problems.join("\n"));
  },
});
