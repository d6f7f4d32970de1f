import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { HostAgentEvent } from "../hostapi/events.ts";
import { errorText, UserError } from "../lib/errors.ts";
import type { Logger } from "../lib/log.ts";
import { quote } from "../lib/quote.ts";
import { instanceDirectory, instanceNames } from "../store/directories.ts";
import { instanceFiles } from "../store/instance-files.ts";
import type { InstanceContext } from "./context.ts";
import { inspectInstance } from "./inspect.ts";
import { currentPosition, watchHostAgent } from "./watch.ts";

export interface WatchAllOptions {
  /** The instances to watch; empty for all, those that are yet to be made too. */
  readonly names: readonly string[];
  /** Also tell what is in the logs already. */
  readonly history: boolean;
  /** Receives the host agents' own log records; undefined to drop them. */
  readonly agentLogger: Logger | undefined;
  readonly onEvent: (name: string, event: HostAgentEvent) => void;
  /** Tells what the watch itself is doing. */
  readonly onStatus: (text: string) => void;
  /** Ends the watch. */
  readonly signal: AbortSignal;
}

/** How often new instances are looked for. */
const lookIntervalMs = 500;

/** Hands out the events of instances as they happen, until the signal ends it. */
export async function watchInstances(context: InstanceContext, options: WatchAllOptions): Promise<void> {
  const all = options.names.length === 0;
  const watched = new Map<string, Promise<void>>();
  const names = all ? instanceNames(context.limaHome) : options.names;
  if (names.length === 0) options.onStatus("No instances found");
  for (const name of new Set(names)) {
    if (await isUsable(context, name)) watched.set(name, watchOne(context, name, options.history, options));
  }
  // Told once the logs' ends are known: what happens from here on is not missed.
  options.onStatus("Watching for events...");
  while (!options.signal.aborted) {
    await sleep(lookIntervalMs, undefined, { signal: options.signal }).catch(() => undefined);
    const arrived = all ? present(context.limaHome).filter((name) => !watched.has(name)) : [];
    for (const name of arrived) {
      options.onStatus(`New instance detected: ${name}`);
      watched.set(name, watchOne(context, name, true, options));
    }
  }
  await Promise.all(watched.values());
}

function present(limaHome: string): readonly string[] {
  return instanceNames(limaHome).filter((name) =>
    existsSync(join(instanceDirectory(limaHome, name), instanceFiles.limaYaml)),
  );
}

async function isUsable(context: InstanceContext, name: string): Promise<boolean> {
  try {
    await inspectInstance(context, name, { peek: true });
    return true;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    context.logger.warn(`Failed to inspect instance ${quote(name)}`, { error: error.message });
    return false;
  }
}

async function watchOne(
  context: InstanceContext,
  name: string,
  history: boolean,
  options: WatchAllOptions,
): Promise<void> {
  const dir = instanceDirectory(context.limaHome, name);
  // What the receiver of the events throws ends the whole watch; a log that makes no sense ends this one only.
  let refused = false;
  const onEvent = (event: HostAgentEvent): undefined => {
    refused = true;
    options.onEvent(name, event);
    refused = false;
  };
  const from = history ? { stdout: 0, stderr: 0 } : currentPosition(dir);
  try {
    const { agentLogger: logger, signal } = options;
    await watchHostAgent({ dir, from, since: new Date(0), logger, signal }, onEvent);
  } catch (error) {
    if (refused) throw error;
    context.logger.warn(`Watcher for instance ${quote(name)} stopped`, { error: errorText(error) });
  }
}
