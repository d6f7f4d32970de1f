import { join } from "node:path";
import { ChildExit, UserError } from "../lib/errors.ts";
import { childEnv } from "../lib/exec.ts";
import { writeFileAtomic } from "../lib/files.ts";
import { quote } from "../lib/quote.ts";
import { instanceFiles } from "../store/instance-files.ts";
import { planAnsible } from "./ansible-plan.ts";
import type { InstanceContext } from "./context.ts";
import type { Instance } from "./record.ts";

/**
 * Runs the playbooks of lima.yaml against an instance that runs; they speak on this program's own output.
 * @throws ChildExit with the code of the first that fails; UserError without Ansible
 */
export async function runPlaybooks(context: InstanceContext, instance: Instance, signal: AbortSignal): Promise<void> {
  const { host, logger } = context;
  if (instance.config === undefined) return;
  const inventoryFile = join(instance.dir, instanceFiles.ansibleInventory);
  const plan = planAnsible(instance, instance.config, host, inventoryFile);
  if (plan === undefined) return;
  const env = childEnv(host.env, plan.env);
  const program = Bun.which("ansible-playbook", { PATH: env.PATH ?? "" });
  if (program === null) {
    throw new UserError(
      "`ansible-playbook` is not in $PATH, and lima.yaml has a provision of mode `ansible` (hint: install Ansible)",
    );
  }
  writeFileAtomic(inventoryFile, plan.inventory, 0o644);
  for (const [, ...args] of plan.commands) {
    const playbook = args.at(-1) ?? "";
    logger.info(`Waiting for ansible playbook ${quote(playbook)}`);
    const child = Bun.spawn([program, ...args], {
      env,
      stdin: "inherit",
      stdout: "inherit",
      stderr: "inherit",
      signal,
    });
    await child.exited;
    signal.throwIfAborted();
    if (child.exitCode === 0) continue;
    // Ansible has told why; its code is passed on.
    throw new ChildExit(child.exitCode ?? 255);
  }
}
