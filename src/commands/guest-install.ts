import { defineCommand } from "../cli/command.ts";
import { installInGuest } from "../instance/guest-install.ts";
import { instanceContext } from "./instance-context.ts";

export const command = defineCommand({
  meta: {
    name: "guest-install",
    description: "Install the guest agent, and containerd where it is wanted, in a running instance",
    hidden: true,
  },
  positionals: { usage: "INSTANCE", max: 1, complete: "nothing" },
  async run(context) {
    await installInGuest(instanceContext(context), context.positionals[0] ?? "default", context.signal);
  },
});
