import { defineCommand } from "../cli/command.ts";
import type { AutostartEntry } from "../instance/autostart/entry.ts";
import { isRegistered, register, requireEntry, unregister } from "../instance/autostart/manager.ts";
import { errorText, UserError } from "../lib/errors.ts";
import { quote } from "../lib/quote.ts";
import { instanceExists } from "./autostart/require-instance.ts";
import { defaultInstance, instanceContext } from "./instance-context.ts";

export const command = defineCommand({
  meta: {
    name: "start-at-login",
    description: "Let an instance start when its user logs in",
    deprecated: 'use "limactl autostart" instead',
    hidden: true,
  },
  positionals: { usage: "INSTANCE", max: 1, complete: "instances" },
  args: {
    enabled: { type: "boolean", default: true, description: "Let it start; --enabled=false ends that" },
  },
  async run(context) {
    const { host, logger } = context;
    if (host.os !== "darwin" && host.os !== "linux") {
      throw new UserError("start-at-login command is only supported on macOS and Linux right now");
    }
    const surroundings = instanceContext(context);
    const [name = defaultInstance] = context.positionals;
    if (!instanceExists(surroundings, name)) {
      logger.info(`Instance ${quote(name)} not found`);
      return;
    }
    const of = `the autostart entry for instance ${quote(name)}`;
    const told = `The autostart entry for instance ${quote(name)}`;
    const wrap = async <T>(what: string, act: () => T | Promise<T>): Promise<T> => {
      try {
        return await act();
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        throw new UserError(`failed to ${what}: ${errorText(error)}`, { cause: error });
      }
    };
    const entry: AutostartEntry = await wrap(`check if ${of} is registered`, () => requireEntry(surroundings, name));
    const before = isRegistered(entry, name);
    if (context.flags.enabled) {
      await wrap(`${before ? "update" : "create"} ${of}`, () => register(host, entry, name));
      logger.info(`${told} has been ${before ? "updated" : "created"}`);
    } else if (before) {
      await wrap(`unregister ${of}`, () => unregister(host, entry, name));
      logger.info(`${told} has been unregistered`);
    } else {
      logger.info(`${told} is not registered`);
    }
  },
});
