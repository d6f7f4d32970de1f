import { bootScripts } from "../assets/boot-scripts.ts";
import { defineCommand } from "../cli/command.ts";
import { resetInstance } from "../instance/factory-reset.ts";
import { defaultInstance, instanceContext } from "./instance-context.ts";

export const command = defineCommand({
  meta: { name: "factory-reset", description: "Remove everything of an instance but its configuration" },
  positionals: { usage: "INSTANCE", max: 1, complete: "instances" },
  async run(context) {
    await resetInstance(instanceContext(context), context.positionals[0] ?? defaultInstance, bootScripts);
  },
});
