import { defineCommand } from "../cli/command.ts";
import { protectInstance } from "../instance/protect.ts";
import { forEachName } from "./each-name.ts";
import { instanceContext } from "./instance-context.ts";

export const command = defineCommand({
  meta: { name: "protect", description: "Protect instances from accidental removal" },
  positionals: { usage: "INSTANCE [INSTANCE, ...]", min: 1, complete: "instances" },
  async run(context) {
    const surroundings = instanceContext(context);
    await forEachName(context.positionals, (name) => protectInstance(surroundings, name));
  },
});
