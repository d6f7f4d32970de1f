import { errorText } from "../lib/errors.ts";
import { quote } from "../lib/quote.ts";
import { loadNetworks } from "../network/load.ts";
import { type NetworkUser, planReconciliation } from "../network/reconcile-plan.ts";
import { instanceDirectory, instanceNames } from "../store/directories.ts";
import { runningProcesses } from "../store/running.ts";
import type { InstanceContext } from "./context.ts";
import { loadStoredConfig } from "./load.ts";

/**
 * Tells which networks of networks.yaml the instances that run, and the one that is about to start, need and which not,
 * and complains about those that the file lacks. Instances without networks cost nothing and need no file.
 * @param starting name of the instance that is about to start; undefined after one has stopped
 */
export async function reconcileNetworks(context: InstanceContext, starting?: string): Promise<void> {
  const { logger } = context;
  const { users, vanished } = await networkUsers(context, starting);
  if (users.every(({ networks }) => networks.length === 0)) return;
  const plan = planReconciliation(users, loadNetworks(context), { vanished, macOs: context.host.os === "darwin" });
  for (const { network, instance } of plan.missing) {
    logger.error(`network ${quote(network)} (used by instance ${quote(instance)}) is missing from networks.yaml`);
  }
  logger.debug(`networks in use: [${plan.start.join(" ")}], not in use: [${plan.stop.join(" ")}]`);
}

async function networkUsers(context: InstanceContext, starting: string | undefined) {
  const users: NetworkUser[] = [];
  let vanished = false;
  for (const name of instanceNames(context.limaHome)) {
    try {
      if (name !== starting && !runs(context, name)) continue;
      const { config } = await loadStoredConfig(context, name, { validate: false });
      users.push({ name, networks: config.networks.flatMap(({ lima }) => (lima === "" ? [] : [lima])) });
    } catch (error) {
      context.logger.warn(`Skipping instance ${quote(name)}: ${errorText(error)}`);
      vanished = true;
    }
  }
  return { users, vanished };
}

function runs(context: InstanceContext, name: string): boolean {
  return runningProcesses(instanceDirectory(context.limaHome, name), name, "qemu").hostAgent !== undefined;
}
