import { defineCommand } from "../cli/command.ts";
import { deleteInstance } from "../instance/delete.ts";
import { instanceContext } from "./instance-context.ts";

export const command = defineCommand({
  meta: { name: "delete", description: "Delete instances" },
  positionals: { usage: "INSTANCE [INSTANCE, ...]", min: 1, complete: "instances" },
  args: { force: { type: "boolean", alias: "f", description: "Forcibly kill the processes of the instance first" } },
  async run(context) {
    const surroundings = instanceContext(context);
    for (const name of context.positionals) {
      await deleteInstance(surroundings, name, { force: context.flags.force });
    }
  },
});
