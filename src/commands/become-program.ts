import { spawn } from "node:child_process";
import { ChildExit } from "../lib/errors.ts";
import { childEnv } from "../lib/exec.ts";
import { replaceProcess } from "../lib/execve.ts";
import type { Host } from "../lib/host.ts";

/**
 * Ends this program as another one: the process becomes it, so that terminal, signals and exit code are its own.
 * @param argv absolute path of the executable and its arguments
 */
export async function becomeProgram(argv: readonly string[], env: Host["env"]): Promise<void> {
  const [program = "", ...rest] = argv;
  replaceProcess(program, rest, env);
  await runProgram(argv, env);
}

/**
 * Runs a program with our streams to its end, where something is left to do afterwards.
 * @throws ChildExit with its code when that is not 0; 255 when a signal ended it
 */
export function runProgram(argv: readonly string[], env: Host["env"]): Promise<void> {
  const [program = "", ...rest] = argv;
  return new Promise((resolve, reject) => {
    const child = spawn(program, rest, { stdio: "inherit", env: childEnv(env) });
    child.once("error", reject);
    child.once("exit", (code) => (code === 0 ? resolve() : reject(new ChildExit(code ?? 255))));
  });
}
