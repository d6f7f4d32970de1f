import { constants } from "node:os";
import { errorText, UserError } from "./errors.ts";
import { childEnv } from "./exec.ts";
import { libcNames } from "./libc.ts";

/** Signals that Bun ignores for itself and that the next program expects in their default state. */
const resetSignals = [constants.signals.SIGPIPE, constants.signals.SIGXFSZ] as const;

/** Open files that take the place of the standard output and error of the next program. */
export interface ReplacedStreams {
  readonly stdout: number;
  readonly stderr: number;
}

/**
 * Replaces this program by another one, which keeps the process id, the terminal and the standard streams; so signals,
 * job control and the exit code are exactly its own. Returns only where the system cannot do that (Windows).
 * @param path absolute path of the executable
 * @param args its arguments, without its own name
 * @throws UserError when the system refuses to run the file
 */
export function replaceProcess(
  path: string,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  streams?: ReplacedStreams,
): void {
  if (process.platform === "win32") return;
  const { ptr } = require("bun:ffi") as typeof import("bun:ffi");
  const { dup2, execve, signal } = loadCalls();
  const cString = (text: string) => Buffer.from(`${text}\0`);
  const strings = [path, ...args].map(cString);
  const variables = Object.entries(childEnv(env)).map(([key, value]) => cString(`${key}=${value}`));
  const pointers = (list: readonly Buffer[]) => new BigUint64Array([...list.map((each) => BigInt(ptr(each))), 0n]);
  const argv = pointers(strings);
  const envp = pointers(variables);
  for (const number of resetSignals) signal(number, null);
  if (streams !== undefined) {
    dup2(streams.stdout, 1);
    dup2(streams.stderr, 2);
  }
  execve(ptr(strings[0] ?? cString(path)), ptr(argv), ptr(envp));
  throw new UserError(`cannot run ${path}: the system refused to execute it`);
}

function loadCalls() {
  const { dlopen, FFIType } = require("bun:ffi") as typeof import("bun:ffi");
  const problems: string[] = [];
  for (const name of libcNames()) {
    try {
      return dlopen(name, {
        dup2: { args: [FFIType.i32, FFIType.i32], returns: FFIType.i32 },
        execve: { args: [FFIType.ptr, FFIType.ptr, FFIType.ptr], returns: FFIType.i32 },
        signal: { args: [FFIType.i32, FFIType.ptr], returns: FFIType.ptr },
      }).symbols;
    } catch (error) {
      problems.push(errorText(error));
    }
  }
  throw new Error(`cannot load the C library: ${problems.join("; ")}`);
}
