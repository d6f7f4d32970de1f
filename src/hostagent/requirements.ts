import { setTimeout as sleep } from "node:timers/promises";
import type { GuestOs } from "../config/types.ts";
import { errorText, UserError } from "../lib/errors.ts";
import { describeExit, type ExecResult } from "../lib/exec.ts";
import type { Logger } from "../lib/log.ts";
import { scriptCommand } from "./guest-script-plan.ts";
import type { GuestMarker, Requirement } from "./requirements-plan.ts";

/** How the checks reach the guest. */
export interface RequirementSource {
  /** Resolves once the guest let us in. */
  login(): Promise<void>;
  marker(marker: GuestMarker): Promise<void>;
  controlMaster(): Promise<void>;
  /** Runs a command line in the guest. */
  exec(command: string, stdin: string, signal: AbortSignal): Promise<ExecResult>;
}

export interface SatisfyOptions {
  readonly list: readonly Requirement[];
  readonly source: RequirementSource;
  /**
   * Sets up what needs the essential requirements and what the others may need.
   * @param satisfied every essential requirement is
   * @returns what went wrong
   */
  readonly onEssential: (satisfied: boolean) => Promise<readonly string[]>;
  /** Begun when the optional requirements are through; waited for beside the final ones, unless one before was not satisfied. */
  readonly onOptional: () => Promise<void>;
  /** Decides how scripts get `PARAM_*`; see `scriptCommand`. */
  readonly guestOs: GuestOs;
  /** How long a script may go on failing. */
  readonly scriptLimitMs: number;
  readonly logger: Logger;
  /** Ends the waiting by throwing its reason. */
  readonly signal: AbortSignal;
}

/** Pauses between attempts at a script that fails. */
const retryMs = { first: 100, last: 3000 } as const;

/**
 * Works through the requirements in order. The control master is started beside the others, for it takes a connection of its
 * own, but is there when this returns.
 * @returns an error text for each one that stayed unsatisfied
 */
export async function satisfyRequirements(options: SatisfyOptions): Promise<readonly string[]> {
  const errors: string[] = [];
  const beside: Promise<void>[] = [];
  for (const label of ["essential", "optional", "final"] as const) {
    for (const requirement of options.list.filter((item) => item.label === label)) {
      const result = satisfy(requirement, options);
      if (requirement.check.kind === "control-master") {
        beside.push(collect(result, errors));
        continue;
      }
      const failed = errors.length;
      await collect(result, errors);
      if (requirement.fatal && errors.length > failed) {
        options.logger.info(`No further ${label} requirements will be checked`);
        break;
      }
    }
    if (label === "essential")
      errors.push(...(await untilAborted(options.onEssential(errors.length === 0), options.signal)));
    if (label === "optional") {
      const begun = untilAborted(options.onOptional(), options.signal);
      // What ends the requirements ends this too, and is told once.
      begun.catch(() => undefined);
      if (errors.length === 0) beside.push(begun);
    }
  }
  await Promise.all(beside);
  return errors;
}

async function collect(result: Promise<string | undefined>, errors: string[]): Promise<void> {
  const error = await result;
  if (error !== undefined) errors.push(error);
}

/** @returns why it stayed unsatisfied. @throws the signal's reason */
async function satisfy(requirement: Requirement, options: SatisfyOptions): Promise<string | undefined> {
  const { label, index, total, description } = requirement;
  const { logger, signal } = options;
  logger.info(`Waiting for the ${label} requirement ${index} of ${total}: \`${description}\``);
  try {
    await untilAborted(check(requirement, options), signal);
  } catch (error) {
    signal.throwIfAborted();
    const further = requirement.fatal ? "; skipping further checks" : "";
    return `failed to satisfy the ${label} requirement ${index} of ${total} \`${description}\`: ${requirement.hint}: ${errorText(error)}${further}`;
  }
  logger.info(`The ${label} requirement ${index} of ${total} is satisfied`);
  return undefined;
}

async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

async function check(requirement: Requirement, options: SatisfyOptions): Promise<void> {
  const { source } = options;
  switch (requirement.check.kind) {
    case "login":
      return source.login();
    case "control-master":
      return source.controlMaster();
    case "marker":
      return source.marker(requirement.check.marker);
    case "script":
      return untilSuccess(scriptCommand(requirement.check.script, options.guestOs), requirement.fatal, options);
    case "command":
      return untilSuccess({ command: requirement.check.command, stdin: "" }, requirement.fatal, options);
  }
}

async function untilSuccess(
  { command, stdin }: { readonly command: string; readonly stdin: string },
  once: boolean,
  options: SatisfyOptions,
): Promise<void> {
  const deadline = AbortSignal.timeout(options.scriptLimitMs);
  const signal = AbortSignal.any([options.signal, deadline]);
  let cause = "it did not end";
  for (let pauseMs: number = retryMs.first; ; pauseMs = Math.min(pauseMs * 2, retryMs.last)) {
    try {
      const result = await options.source.exec(command, stdin, signal);
      if (result.code === 0) return;
      cause = `${describeExit(result)}: ${result.stderr.trim().slice(-1000)}`;
    } catch (error) {
      if (!signal.aborted) cause = errorText(error);
    }
    options.signal.throwIfAborted();
    if (once || deadline.aborted) throw new UserError(cause);
    await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
  }
}
