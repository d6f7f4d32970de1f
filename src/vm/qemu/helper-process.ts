import { closeSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { errorText, UserError } from "../../lib/errors.ts";
import { childEnv } from "../../lib/exec.ts";
import { LineTail } from "../../lib/line-tail.ts";
import type { Logger } from "../../lib/log.ts";
import { OutputFile } from "../../lib/output-file.ts";
import { quote } from "../../lib/quote.ts";
import type { HelperPlan } from "./mounts-plan.ts";

/** A program that runs as long as QEMU does. */
export interface HelperProcess {
  readonly pid: number;
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
  const stderr = new OutputFile(join(dirname(plan.socket), `${plan.name}.log`));
  const output = stderr.create();
  let child: Bun.Subprocess<"ignore", "pipe", number>;
  try {
    child = Bun.spawn([...plan.argv], { env: childEnv(env), stdio: ["ignore", "pipe", output], detached: true });
  } finally {
    closeSync(output);
  }
  new LineTail(child.stdout, (line) => log.debug(`${plan.name}[stdout]: ${line}`));
  stderr.follow((line) => log.debug(`${plan.name}[stderr]: ${line}`));
  const deadline = performance.now() + socketLimitMs;
  while (!existsSync(plan.socket)) {
    if (child.exitCode !== null || child.signalCode !== null || performance.now() > deadline) {
      child.kill("SIGKILL");
      await child.exited;
      await stderr.end();
      const what = plan.stateDirectory === undefined ? "vhost socket" : "socket";
      throw new UserError(`${what} ${quote(plan.socket)} never appeared: ${plan.name}: ${stderr.lines().join("; ")}`);
    }
    await Bun.sleep(10);
  }
  // swtpm has state to write; virtiofsd has none that a kill would lose.
  return { pid: child.pid, end: () => end(child, stderr, plan.stateDirectory === undefined ? 0 : termLimitMs, log) };
}

async function end(child: Bun.Subprocess, stderr: OutputFile, patienceMs: number, log: Logger): Promise<void> {
  try {
    if (patienceMs > 0) {
      child.kill("SIGTERM");
      await Promise.race([child.exited, Bun.sleep(patienceMs)]);
    }
    child.kill("SIGKILL");
    await child.exited;
    await stderr.end();
  } catch (error) {
    log.debug(`failed to end a helper of QEMU: ${errorText(error)}`);
  }
}
