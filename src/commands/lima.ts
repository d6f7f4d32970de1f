import { openOutput } from "../cli/output.ts";
import { errorText } from "../lib/errors.ts";
import { childEnv } from "../lib/exec.ts";
import { runLimactl } from "./limactl.ts";

const usage = `Usage: lima [COMMAND...]

Runs a command, or without one the login shell, in an instance.
Equivalent to: limactl shell \${LIMA_INSTANCE} [COMMAND...]

Environment variables:
  LIMA_INSTANCE  name of the instance (default: default)
  LIMA_SHELL     shell to run in the guest (default: the guest user's)
  LIMA_WORKDIR   working directory in the guest (default: the host's current directory where it is mounted)
  LIMACTL        the limactl program (default: limactl)
`;

/** The arguments of `limactl` that a call of `lima` stands for. */
export function limaArgs(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  if (args.length === 1 && (args[0] === "-v" || args[0] === "--version")) return args;
  const option = (name: string, value: string | undefined) =>
    value === undefined || value === "" ? [] : [name, value];
  return [
    "shell",
    ...option("--workdir", env.LIMA_WORKDIR),
    ...option("--shell", env.LIMA_SHELL),
    "--instance",
    env.LIMA_INSTANCE === undefined || env.LIMA_INSTANCE === "" ? "default" : env.LIMA_INSTANCE,
    ...args,
  ];
}

/** The program `lima`: `limactl shell` on one instance that the environment names. */
export async function runLima(args: readonly string[], calledAs: string): Promise<never> {
  if (args.length === 1 && (args[0] === "-h" || args[0] === "--help")) {
    openOutput(1).write(usage);
    process.exit(0);
  }
  const limactl = process.env.LIMACTL;
  const words = limaArgs(args, process.env);
  // Programs of MSYS2 otherwise rewrite arguments that look like paths.
  process.env.MSYS2_ARG_CONV_EXCL = "*";
  if (limactl === undefined || limactl === "" || limactl === "limactl") return await runLimactl(words, calledAs);
  process.exit(await runOther(limactl, words));
}

/** @returns the exit code of another `limactl`; 127 where there is none, as a shell has it */
async function runOther(limactl: string, words: readonly string[]): Promise<number> {
  let child: Bun.Subprocess;
  try {
    child = Bun.spawn([limactl, ...words], { env: childEnv(), stdin: "inherit", stdout: "inherit", stderr: "inherit" });
  } catch (error) {
    openOutput(2).write(`lima: cannot run LIMACTL (${limactl}): ${errorText(error)}\n`);
    return 127;
  }
  for (const name of ["SIGTERM", "SIGHUP"] as const) process.on(name, () => child.kill(name));
  // The terminal sends Ctrl-C to both; what becomes of it is the other program's decision.
  process.on("SIGINT", () => undefined);
  return await child.exited;
}
