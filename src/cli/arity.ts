import { UserError } from "../lib/errors.ts";
import type { AnyCommand, Positionals } from "./command.ts";

/** Why this number of positionals is wrong, or undefined when it is right. */
export function arityProblem(
  positionals: Positionals,
  args: readonly string[],
  commandPath: string,
): string | undefined {
  const { min = 0, max } = positionals;
  const count = args.length;
  if (max === 0) return count === 0 ? undefined : `unknown command "${args[0]}" for "${commandPath}"`;
  if (count >= min && (max === undefined || count <= max)) return undefined;
  if (min === max) return `accepts ${min} arg(s), received ${count}`;
  if (max === undefined) return `requires at least ${min} arg(s), only received ${count}`;
  if (min === 0) return `accepts at most ${max} arg(s), received ${count}`;
  return `accepts between ${min} and ${max} arg(s), received ${count}`;
}

/** The usage line of a command: its path, its arguments, and `[flags]` where the arguments do not hold it. */
export function usageLine(commandPath: string, positionals: Positionals): string {
  const line = positionals.usage === "" ? commandPath : `${commandPath} ${positionals.usage}`;
  return line.includes("[flags]") ? line : `${line} [flags]`;
}

/** @throws UserError in the words of the command's kind when the number of positionals is wrong */
export function checkArity(command: AnyCommand, commandPath: string, args: readonly string[]): void {
  const reason = arityProblem(command.positionals, args, commandPath);
  if (reason === undefined) return;
  if (command.positionals.bareErrors === true) throw new UserError(reason);
  const usage = usageLine(commandPath, command.positionals);
  throw new UserError(
    `\`${commandPath}\` ${reason}.\nSee \`${commandPath} --help\`.\n\nUsage:  ${usage}\n\n${command.meta.description}`,
  );
}
