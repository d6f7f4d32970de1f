import { defineCommand } from "../cli/command.ts";
import { renameInstance } from "../instance/clone.ts";
import { editFlags } from "./edit-flags.ts";
import { editStored } from "./edit-stored.ts";
import { instanceContext } from "./instance-context.ts";
import { mayStart, startFlag, startNow } from "./start-now.ts";

export const command = defineCommand({
  meta: { name: "rename", description: "Rename a stopped instance" },
  positionals: { usage: "OLDINST NEWINST", min: 2, max: 2, complete: "instances" },
  args: { ...editFlags, ...startFlag },
  async run(context) {
    const [oldName = "", newName = ""] = context.positionals;
    const instance = await renameInstance(instanceContext(context), oldName, newName);
    await editStored(context, instance);
    if (await mayStart(context)) await startNow(context, newName);
  },
});
