import { existsSync, mkdirSync, rmSync } from "node:fs";
import { errorText, UserError } from "../../lib/errors.ts";
import { childEnv } from "../../lib/exec.ts";
import { LineTail } from "../../lib/line-tail.ts";
import type { Logger } from "../../lib/log.ts";
import { quote } from "../../lib/quote.ts";
import type { HelperPlan } from "./mounts-plan.ts";

/** A program that runs as long as QEMU does. */
export interface HelperProcess {
  /** Ends it, at once or after the time it is given; returns when it is gone. */
  end(): Promise<void>;
}

/** How long a helper may take until it listens. */
const socketLimitMs = 5000;
/** How long swtpm may take to write its state. */
const termLimitMs = 5000;

/** Starts a helper and returns when it listens. @throws UserError when it ends before, or never listens */
export async function startHelper(
  plan: HelperPlan,
  env: Readonly<Record<string, string | undefined>>,
  log: Logger,
): Promise<HelperProcess> {
  rmSync(plan.socket, { force: true });
  if (plan.stateDirectory !== undefined) {
    mkdirSync(plan.stateDirectory, { recursive: true, mode: 0o700 });
    rmSync(`${plan.stateDirectory}/.lock`, { force: true });
  }
  const child = Bun.spawn([...plan.argv], {
    env: childEnv(env),
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  new LineTail(child.stdout, (line) => log.debug(`${plan.name}[stdout]: ${line}`));
  const stderr = new LineTail(child.stderr, (line) => log.debug(`${plan.name}[stderr]: ${line}`));
  const deadline = performance.now() + socketLimitMs;
  while (!existsSync(plan.socket)) {
    if (child.exitCode !== null || child.signalCode !== null || performance.now() > deadline) {
      child.kill("SIGKILL");
      await child.exited;
      await stderr.done;
      const what = plan.stateDirectory === undefined ? "vhost socket" : "socket";
      throw new UserError(`${what} ${quote(plan.socket)} never appeared: ${plan.name}: ${stderr.lines.join("; ")}`);
    }
    await Bun.sleep(10);
  }
  // swtpm has state to write; virtiofsd has none that a kill would lose.
  return { end: () => end(child, plan.stateDirectory === undefined ? 0 : termLimitMs, log) };
}

async function end(child: Bun.Subprocess, patienceMs: number, log: Logger): Promise<void> {
  try {
    if (patienceMs > 0) {
      child.kill("SIGTERM");
      await Promise.race([child.exited, Bun.sleep(patienceMs)]);
    }
    child.kill("SIGKILL");
    await child.exited;
  } catch (error) {
    log.debug(`failed to end a helper of QEMU: ${errorText(error)}`);
  }
}
