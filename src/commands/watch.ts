import { defineCommand } from "../cli/command.ts";
import { watchInstances } from "../instance/watch-all.ts";
import { eventTexts, localTime } from "../instance/watch-plan.ts";
import { instanceContext } from "./instance-context.ts";

export const command = defineCommand({
  meta: {
    name: "watch",
    description: "Watch the events of instances",
    long: "Print the events of the given instances, or of all, as they happen, until interrupted.",
  },
  positionals: { usage: "[INSTANCE]...", complete: "instances" },
  args: {
    json: { type: "boolean", description: "Print each event as a line of JSON" },
    history: { type: "boolean", description: "Also print the events of the past that are in the log" },
    verbose: { type: "boolean", description: "Show the log records of the host agents too" },
  },
  async run(context) {
    const { json, history, verbose } = context.flags;
    if (!verbose) context.setLogLevel("warning");
    await watchInstances(instanceContext(context), {
      names: context.positionals,
      history,
      agentLogger: verbose ? context.logger : undefined,
      onStatus: (text) => context.stderr.write(`${localTime(new Date())} ${text}\n`),
      onEvent: (name, event) => {
        if (json) context.stdout.write(`${JSON.stringify({ instance: name, event })}\n`);
        else {
          const time = localTime(new Date(event.time));
          context.stdout.write(
            eventTexts(event)
              .map((text) => `${time} ${name} | ${text}\n`)
              .join(""),
          );
        }
      },
      signal: context.signal,
    });
    context.signal.throwIfAborted();
  },
});
