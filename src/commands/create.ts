import { defineCommand } from "../cli/command.ts";
import { checkInstanceName } from "../config/identifier.ts";
import { findInstance, readRequest } from "../instance/existing.ts";
import { prepareInstance } from "../instance/prepare.ts";
import { UserError } from "../lib/errors.ts";
import { quote } from "../lib/quote.ts";
import { createFlags } from "./edit-flags.ts";
import { instanceContext } from "./instance-context.ts";
import { listed } from "./listings.ts";
import { makeInstance } from "./new-instance.ts";

export const command = defineCommand({
  meta: {
    name: "create",
    description: "Create an instance",
    examples: [
      "  limactl create                                   # from the default template",
      "  limactl create --name=docker template:docker     # from a template of this program",
      "  limactl create --name=local ./local.yaml         # from a file",
      "  cat template.yaml | limactl create --name=local -",
    ].join("\n"),
  },
  positionals: { usage: "FILE.yaml|URL", max: 1, complete: "templates" },
  args: createFlags,
  async run(context) {
    if (await listed(context)) return;
    const { flags } = context;
    if (flags.name !== "") checkInstanceName(flags.name);
    const request = readRequest(context.positionals[0] ?? "", flags.name);
    const surroundings = instanceContext(context);
    if (request.kind === "name" && (await findInstance(surroundings, request.name)) !== undefined) {
      throw new UserError(`instance ${quote(request.name)} already exists`);
    }
    const instance = await makeInstance(context, request, { refuseExisting: true });
    if (instance === undefined) return;
    await prepareInstance(surroundings, instance, {
      creating: true,
      watchTransfer: context.progress,
      signal: context.signal,
    });
    context.logger.info(`Run \`limactl start ${instance.name}\` to start the instance.`);
  },
});
