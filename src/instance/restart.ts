import type { InstanceContext } from "./context.ts";
import type { Instance } from "./record.ts";
import { driversOf, forceStopInstance, stopInstance } from "./stop.ts";

export interface RestartOptions {
  /** Pulls the plug instead of shutting down. @default false */
  readonly force?: boolean;
  readonly signal: AbortSignal;
}

/** Ends an instance that is to be started again; one that does not run is only warned about. */
export async function endForRestart(
  context: InstanceContext,
  instance: Instance,
  options: RestartOptions,
): Promise<void> {
  if (options.force === true) {
    context.logger.info("Restarting the instance forcibly");
    await forceStopInstance(context, instance);
  } else if (instance.hostAgent === undefined && driversOf(instance).length === 0) {
    context.logger.warn("The instance is not running, continuing with the restart");
  } else {
    await stopInstance(context, instance, options.signal);
  }
}
