import { defineCommand } from "../cli/command.ts";
import { forEachName } from "./each-name.ts";
import { defaultInstance, instanceContext } from "./instance-context.ts";

export const command = defineCommand({
  meta: { name: "stop", description: "Stop instances" },
  positionals: { usage: "INSTANCE [INSTANCE, ...]", complete: "instances" },
  args: { force: { type: "boolean", alias: "f", description: "Force stop the instance" } },
  async run(context) {
    const [{ inspectInstance }, { forceStopInstance, stopInstance }, { reconcileNetworks }] = await Promise.all([
      import("../instance/inspect.ts"),
      import("../instance/stop.ts"),
      import("../instance/reconcile-networks.ts"),
    ]);
    const surroundings = instanceContext(context);
    const names = context.positionals.length === 0 ? [defaultInstance] : context.positionals;
    const { signal } = context;
    const stopped = forEachName(names, async (name) => {
      signal.throwIfAborted();
      const instance = await inspectInstance(surroundings, name);
      if (context.flags.force) await forceStopInstance(surroundings, instance);
      else await stopInstance(surroundings, instance, signal);
    });
    await stopped.finally(() => reconcileNetworks(surroundings));
  },
});
