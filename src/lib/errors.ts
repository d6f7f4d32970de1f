import type { LogFields } from "./log.ts";

/** Something that was noticed before a failure and may explain it; told as a warning ahead of it. */
export interface Notice {
  readonly message: string;
  readonly fields?: LogFields;
}

/**
 * A failure that the user can understand and mend. Its message says what is wrong, where, and what to do;
 * the program prints it as one fatal record and exits with 1, without a stack.
 */
export class UserError extends Error {
  override readonly name = "UserError";

  readonly noticed: readonly Notice[];

  constructor(message: string, options?: { readonly cause?: unknown; readonly noticed?: readonly Notice[] }) {
    super(message, options);
    this.noticed = options?.noticed ?? [];
  }
}

/** A child's non-zero exit, passed on silently: the program exits with `code` and prints nothing of its own. */
export class ChildExit extends Error {
  override readonly name = "ChildExit";

  /** @param code exit code, 0-255; 255 when the child died by a signal */
  constructor(readonly code: number) {
    super(`exit status ${code}`);
  }
}

/** The text of anything that was thrown; a system error's as `systemErrorText` words it. */
export function errorText(error: unknown): string {
  return error instanceof Error ? (systemErrorText(error) ?? error.message) : String(error);
}

/** The `code` of a system error (`ENOENT`, `EADDRINUSE`, ...), or undefined for any other value. */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/** System calls whose names say less than those of what they are for. */
const operations: Readonly<Record<string, string>> = {
  rmdir: "remove",
  unlink: "remove",
  rm: "remove",
  scandir: "open",
  posix_spawn: "fork/exec",
};

/** The text of a system error as people know it from other programs: `open /x: no such file or directory`. */
export function systemErrorText(error: Error): string | undefined {
  const match = /^E[A-Z0-9]+: (.+?), (\w+)(?: '(.*?)'(?: -> '(.*)')?)?$/s.exec(error.message);
  if (match === null) return undefined;
  const [, reason, call, path, target] = match;
  const what = operations[call ?? ""] ?? call;
  const known = error.message.startsWith("ENOEXEC:") ? "exec format error" : reason;
  const where = path === undefined ? what : `${what} ${path}${target === undefined ? "" : ` ${target}`}`;
  return `${where}: ${known}`;
}
