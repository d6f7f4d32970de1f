import { join } from "node:path";
import { bootScripts } from "../assets/boot-scripts.ts";
import { defineCommand } from "../cli/command.ts";
import { checkInstanceName } from "../config/identifier.ts";
import { runHostAgent } from "../hostagent/run.ts";
import { configOfRun } from "../hostagent/run-config-plan.ts";
import { processFacts } from "../instance/autostart/manager.ts";
import { autoStartedIdentifier } from "../instance/autostart/start-plan.ts";
import { loadStoredConfig } from "../instance/load.ts";
import { errorText, UserError } from "../lib/errors.ts";
import { readTextIfExists } from "../lib/files.ts";
import { instanceDirectory } from "../store/directories.ts";
import { instanceFiles } from "../store/instance-files.ts";
import { loadDriver } from "../vm/drivers.ts";
import { instanceContext } from "./instance-context.ts";

export const command = defineCommand({
  meta: { name: "hostagent", description: "Run the host agent of an instance", hidden: true },
  positionals: { usage: "INSTANCE", min: 1, max: 1 },
  args: {
    pidfile: { type: "string", alias: "p", description: "Write the PID to this file" },
    socket: { type: "string", description: "Path of the hostagent socket" },
    "run-gui": { type: "boolean", description: "Run the GUI synchronously within the hostagent" },
    guestagent: { type: "string", description: "Local path of the guest agent binary" },
    // Lima's host agent has no such option
    "guestagent-musl": {
      type: "string",
      description: "Local path of the guest agent binary for guests with musl",
      hidden: true,
    },
    "nerdctl-archive": { type: "string", description: "Local path of the nerdctl-full archive" },
    progress: { type: "boolean", description: "Report the progress of provisioning" },
  },
  async run(context) {
    const { flags } = context;
    if (flags.socket === "") throw new UserError("socket must be specified (limactl version mismatch?)");
    const [name = ""] = context.positionals;
    checkInstanceName(name);
    const surroundings = instanceContext(context);
    const directory = instanceDirectory(surroundings.limaHome, name);
    const loaded = await loadStoredConfig(surroundings, name);
    const limaVersion = (await readTextIfExists(join(directory, instanceFiles.limaVersion)))?.trim() ?? "";
    const driver = await loadDriver(loaded.config.vmType);
    // Its warnings were told when the disks were prepared.
    const { config } = driver.configure(loaded.config, { host: context.host, createdBy: limaVersion });
    const nerdctlArchive = flags["nerdctl-archive"] === "" ? undefined : flags["nerdctl-archive"];
    await runHostAgent({
      host: context.host,
      logger: context.logger,
      name,
      limaHome: surroundings.limaHome,
      directory,
      config: configOfRun(config, nerdctlArchive),
      driver,
      limaVersion,
      bootScripts,
      pidFile: flags.pidfile === "" ? join(directory, instanceFiles.hostAgentPid) : flags.pidfile,
      socketPath: flags.socket,
      guestAgentFile: flags.guestagent === "" ? undefined : flags.guestagent,
      guestAgentMuslFile: flags["guestagent-musl"] === "" ? undefined : flags["guestagent-musl"],
      nerdctlArchive,
      autoStartedIdentifier: autoStartedIdentifier(processFacts(context.host), name),
      progress: flags.progress,
      debug: context.debug,
      signal: namedSignal(context.signal),
    });
  },
});

/** The same end, told by the name of the signal alone. */
function namedSignal(signal: AbortSignal): AbortSignal {
  const controller = new AbortController();
  const pass = () => controller.abort(/SIG[A-Z]+/.exec(errorText(signal.reason))?.[0] ?? "SIGTERM");
  if (signal.aborted) pass();
  else signal.addEventListener("abort", pass, { once: true });
  return controller.signal;
}
