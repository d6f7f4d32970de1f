import { defineCommand } from "../cli/command.ts";
import { inspectInstance } from "../instance/inspect.ts";
import { endForRestart } from "../instance/restart.ts";
import { quote } from "../lib/quote.ts";
import { editFlags } from "./edit-flags.ts";
import { editStored, storedText } from "./edit-stored.ts";
import { paramNames } from "./flag-expressions.ts";
import { defaultInstance, instanceContext } from "./instance-context.ts";
import { startNow } from "./start-now.ts";

export const command = defineCommand({
  meta: { name: "restart", description: "Restart an instance" },
  positionals: { usage: "INSTANCE", max: 1, complete: "instances" },
  args: {
    ...editFlags,
    force: { type: "boolean", alias: "f", description: "Force stop the instance first" },
    progress: { type: "boolean", description: "Show the provisioning progress by tailing the log of cloud-init" },
  },
  async run(context) {
    const surroundings = instanceContext(context);
    const [name = defaultInstance] = context.positionals;
    const found = await inspectInstance(surroundings, name);
    const { instance, changed } = await editStored(context, found, paramNames(storedText(found)));
    if (changed) context.logger.info(`Instance ${quote(name)} configuration edited`);
    await endForRestart(surroundings, instance, { force: context.flags.force, signal: context.signal });
    await startNow(context, name, { progress: context.flags.progress });
  },
});
