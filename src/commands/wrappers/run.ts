import { openOutput } from "../../cli/output.ts";
import { inspectInstance } from "../../instance/inspect.ts";
import { readHost } from "../../lib/host-read.ts";
import { instanceDirectory, instanceNames, limaHome } from "../../store/directories.ts";
import { becomeProgram } from "../become-program.ts";
import { runLima } from "../lima.ts";
import { runLimactl } from "../limactl.ts";
import { planWrapper, type Wrapper, type WrapperPlan } from "./plan.ts";

/** The programs `nerdctl.lima`, `docker.lima` and their like: ends the process. */
export async function runWrapper(wrapper: Wrapper, args: readonly string[], calledAs: string): Promise<never> {
  const plan = await planned(wrapper, args);
  switch (plan.kind) {
    case "limactl":
      return await runLimactl(plan.args, calledAs);
    case "lima":
      process.env.LIMA_INSTANCE = plan.instance;
      return await runLima(plan.args, calledAs);
    case "program":
      await becomeProgram(plan.argv, { ...process.env, ...plan.env });
      return process.exit(0);
    case "refuse":
      openOutput(2).write(plan.lines.map((line) => `${line}\n`).join(""));
      return process.exit(1);
  }
}

function planned(wrapper: Wrapper, args: readonly string[]): Promise<WrapperPlan> {
  const host = readHost();
  const home = limaHome(host);
  const nothing = () => undefined;
  const logger = { trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing, log: nothing };
  const names = instanceNames(home);
  return planWrapper(wrapper, {
    env: host.env,
    args,
    exists: (instance) => names.includes(instance),
    runs: async (instance) =>
      (await inspectInstance({ host, limaHome: home, logger }, instance, { peek: true })).status === "Running",
    directory: (instance) => instanceDirectory(home, instance),
    find: (program) => Bun.which(program, { PATH: host.env.PATH ?? "" }) ?? undefined,
  });
}
