import { defineCommand } from "../../cli/command.ts";
import { isRegistered, requireEntry, unregister } from "../../instance/autostart/manager.ts";
import { errorText, UserError } from "../../lib/errors.ts";
import { quote } from "../../lib/quote.ts";
import { instanceContext } from "../instance-context.ts";
import { requireInstance } from "./require-instance.ts";

export const command = defineCommand({
  meta: { name: "disable", description: "Let an instance not start by itself any more" },
  positionals: { usage: "INSTANCE", min: 1, max: 1, complete: "instances" },
  async run(context) {
    const { host, logger } = context;
    const surroundings = instanceContext(context);
    const [name = ""] = context.positionals;
    requireInstance(surroundings, name);
    const entry = requireEntry(surroundings, name);
    let daemonRemoved = false;
    if (host.os === "darwin") {
      const { uninstallBootDaemon } = await import("../../instance/autostart/boot-daemon.ts");
      daemonRemoved = await uninstallBootDaemon(surroundings, name);
    }
    if (!isRegistered(entry, name)) {
      if (!daemonRemoved) logger.info(`Instance ${quote(name)} is not registered for automatic startup`);
      return;
    }
    try {
      await unregister(host, entry, name);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      throw new UserError(`failed to unregister instance ${quote(name)} from start at login: ${errorText(error)}`, {
        cause: error,
      });
    }
    logger.info(`Instance ${quote(name)} unregistered from start at login`);
  },
});
