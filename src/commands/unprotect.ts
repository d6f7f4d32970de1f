import { defineCommand } from "../cli/command.ts";
import { unprotectInstance } from "../instance/protect.ts";
import { forEachName } from "./each-name.ts";
import { instanceContext } from "./instance-context.ts";

export const command = defineCommand({
  meta: { name: "unprotect", description: "Unprotect instances" },
  positionals: { usage: "INSTANCE [INSTANCE, ...]", min: 1, complete: "instances" },
  async run(context) {
    const surroundings = instanceContext(context);
    await forEachName(context.positionals, (name) => unprotectInstance(surroundings, name));
  },
});
