import { existsSync } from "node:fs";
import { join } from "node:path";
import { type CommandContext, defineCommand } from "../cli/command.ts";
import { checkInstanceName } from "../config/identifier.ts";
import { findInstance, type Request, readRequest } from "../instance/existing.ts";
import type { Instance } from "../instance/record.ts";
import { quote } from "../lib/quote.ts";
import { instanceFiles } from "../store/instance-files.ts";
import { createFlags } from "./edit-flags.ts";
import { editStored } from "./edit-stored.ts";
import { instanceContext } from "./instance-context.ts";
import { listed } from "./listings.ts";
import { makeInstance } from "./new-instance.ts";
import { startNow } from "./start-now.ts";

const defaultTimeoutMs = 600_000;
const windowsTimeoutMs = 1_800_000;

const args = {
  ...createFlags,
  foreground: { type: "boolean", description: "Run the host agent in the foreground" },
  timeout: {
    type: "duration",
    default: defaultTimeoutMs,
    description: "How long to wait for the instance to run",
  },
  progress: { type: "boolean", description: "Show the provisioning progress by tailing the log of cloud-init" },
} as const;

export const command = defineCommand({
  meta: {
    name: "start",
    description: "Start an instance, creating it first where it does not exist",
    examples: [
      "  limactl start                                    # the instance `default`, created where it does not exist",
      "  limactl start template:docker                    # a new instance from a template of this program",
      "  limactl start --name=local ./local.yaml          # a new instance from a file",
      "  limactl start local                              # an existing instance",
    ].join("\n"),
  },
  positionals: { usage: "NAME|FILE.yaml|URL", max: 1, complete: "instances+templates" },
  args,
  inherited: { from: "create", args: createFlags },
  async run(context) {
    if (await listed(context)) return;
    const { flags } = context;
    if (flags.name !== "") checkInstanceName(flags.name);
    const instance = await instanceToStart(context, readRequest(context.positionals[0] ?? "", flags.name));
    if (instance === undefined) return;
    const timeoutMs = context.changed("timeout") ? flags.timeout : usualTimeout(context, instance);
    const foreground = flags.foreground
      ? { becomeAgent: (await import("./foreground-agent.ts")).foregroundAgent(context) }
      : {};
    await startNow(context, instance.name, { timeoutMs, progress: flags.progress, ...foreground });
  },
});

/** The first boot of Windows installs it. */
function usualTimeout({ logger }: CommandContext<typeof args>, { config, dir }: Instance): number {
  const installing = config?.os === "Windows" && !existsSync(join(dir, instanceFiles.windowsInstalled));
  if (!installing) return defaultTimeoutMs;
  logger.info("Extended the default timeout to 30m0s for Windows guest initial boot.");
  return windowsTimeoutMs;
}

async function instanceToStart(context: CommandContext<typeof args>, request: Request): Promise<Instance | undefined> {
  const existing = request.kind === "name" ? await findInstance(instanceContext(context), request.name) : undefined;
  if (existing === undefined) return makeInstance(context, request);
  context.logger.info(`Using the existing instance ${quote(existing.name)}`);
  return (await editStored(context, existing)).instance;
}
