import { defineCommand } from "../../cli/command.ts";
import { UserError } from "../../lib/errors.ts";
import { removalOf } from "../../network/edit-plan.ts";
import { instanceContext } from "../instance-context.ts";
import { editNetworks } from "./edit-file.ts";

export const command = defineCommand({
  meta: { name: "delete", description: "Delete networks" },
  positionals: { usage: "NETWORK [NETWORK, ...]", min: 1, complete: "networks" },
  args: {
    force: { type: "boolean", alias: "f", description: "Delete them (always required at present)" },
  },
  async run(context) {
    if (!context.flags.force) {
      throw new UserError("`limactl network delete` currently always requires `--force`");
    }
    await editNetworks(instanceContext(context), () => removalOf(context.positionals));
  },
});
