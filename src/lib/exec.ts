import { UserError } from "./errors.ts";

/** How a child process ended: `code` is null when a signal ended it. */
export interface ExitStatus {
  readonly code: number | null;
  readonly signal: string | null;
}

/** A finished child process with its output. */
export interface ExecResult extends ExitStatus {
  readonly stdout: string;
  readonly stderr: string;
}

export interface ExecOptions {
  readonly cwd?: string;
  /** @default this process's environment, without Bun's own variables */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Bytes for the child's standard input. @default none */
  readonly stdin?: string | Uint8Array;
  readonly signal?: AbortSignal;
  /** Kills the child after this time. @default none */
  readonly timeoutMs?: number;
}

/** A child process that did not end with code 0. The message holds the command, how it ended and the end of its stderr. */
export class ExecError extends UserError {
  constructor(
    readonly command: readonly string[],
    readonly result: ExecResult,
  ) {
    super(`failed to run ${shellWords(command)}: ${describeExit(result)}${stderrTail(result.stderr)}`);
  }
}

function stderrTail(stderr: string): string {
  const text = stderr.trim();
  return text === "" ? "" : `: ${text.length > 2000 ? `...${text.slice(-2000)}` : text}`;
}

/** `exit status N`, or the signal's name. */
export function describeExit(status: ExitStatus): string {
  return status.signal === null ? `exit status ${status.code}` : `signal: ${status.signal}`;
}

/** A command as a person would type it, for messages only. */
function shellWords(command: readonly string[]): string {
  return command.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(" ");
}

/** The environment for children: variables that change what a Bun executable *is* are left out. */
export function childEnv(
  env: Readonly<Record<string, string | undefined>> = process.env,
  extra: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [key, value] of Object.entries(env)) {
    if (value !== undefined && key !== "BUN_OPTIONS" && key !== "BUN_BE_BUN") result[key] = value;
  }
  return { ...result, ...extra };
}

/** Runs a command to its end and captures its output; a non-zero end is a value here, not an error. */
export async function exec(command: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
  const [program] = command;
  if (program === undefined) throw new TypeError("exec: empty command");
  const env = childEnv(options.env);
  if (Bun.which(program, { PATH: env.PATH ?? "" }) === null && !program.includes("/")) {
    throw new UserError(`exec: "${program}": executable file not found in $PATH`);
  }
  const child = Bun.spawn([...command], {
    env,
    stdin: options.stdin === undefined ? "ignore" : new Response(options.stdin),
    stdout: "pipe",
    stderr: "pipe",
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs, killSignal: "SIGKILL" as const }),
  });
  const [stdout, stderr] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  options.signal?.throwIfAborted();
  return { code: child.exitCode, signal: child.signalCode === null ? null : String(child.signalCode), stdout, stderr };
}

/** Runs a command and returns its standard output. @throws ExecError when it does not end with 0 */
export async function execOutput(command: readonly string[], options: ExecOptions = {}): Promise<string> {
  const result = await exec(command, options);
  if (result.code !== 0) throw new ExecError(command, result);
  return result.stdout;
}
