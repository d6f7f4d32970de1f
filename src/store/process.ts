import { readdirSync, readFileSync } from "node:fs";
import { errorCode } from "../lib/errors.ts";

/**
 * Which process is meant, beyond its number: numbers are given out again, so a process is known by when it started and
 * in which boot of the machine.
 */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, in the system's own unit; only compared for equality. */
  readonly startTime: string;
}

/** Names this boot of the machine; a process recorded under another boot is gone. */
export function bootId(): string {
  if (process.platform === "linux") return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  if (process.platform === "darwin") return output(["sysctl", "-n", "kern.bootsessionuuid"]);
  return output([
    "powershell",
    "-NoProfile",
    "-Command",
    "(Get-CimInstance Win32_OperatingSystem).LastBootUpTime.ToFileTimeUtc()",
  ]);
}

/** The identity of a running process, or undefined when no process has that number (a zombie counts as gone). */
export function processIdentity(pid: number): ProcessIdentity | undefined {
  if (!exists(pid)) return undefined;
  const startTime = process.platform === "linux" ? linuxStartTime(pid) : startTimeByTool(pid);
  return startTime === undefined || startTime === "" ? undefined : { pid, startTime };
}

/** The arguments a process was started with; empty when they cannot be read. */
export function commandLine(pid: number): readonly string[] {
  if (process.platform !== "linux") {
    const line = output(
      process.platform === "darwin"
        ? ["ps", "-ww", "-o", "command=", "-p", String(pid)]
        : [
            "powershell",
            "-NoProfile",
            "-Command",
            `(Get-CimInstance Win32_Process -Filter "ProcessId=${pid}").CommandLine`,
          ],
    );
    return line === "" ? [] : line.split(" ");
  }
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").slice(0, -1);
  } catch {
    return [];
  }
}

/** Numbers of all processes whose arguments satisfy `matches`; what another user hides is left out. */
export function findProcesses(matches: (argv: readonly string[]) => boolean): number[] {
  if (process.platform === "linux") {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .filter((pid) => matches(commandLine(pid)));
  }
  if (process.platform !== "darwin") return [];
  return output(["ps", "-axww", "-o", "pid=,command="])
    .split("\n")
    .flatMap((line) => {
      const parts = line.trim().split(" ");
      return matches(parts.slice(1)) ? [Number(parts[0])] : [];
    });
}

/**
 * Sends a signal to the very process that is meant, and to no other that has got its number since.
 * @returns false when that process is gone
 */
export function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals): boolean {
  if (processIdentity(identity.pid)?.startTime !== identity.startTime) return false;
  try {
    process.kill(identity.pid, signal);
    return true;
  } catch (error) {
    if (errorCode(error) === "ESRCH") return false;
    throw error;
  }
}

/** Resolves to true once the process is gone, or to false after the limit. @param pollMs pause between two looks */
export async function waitForEnd(identity: ProcessIdentity, timeoutMs: number, pollMs = 25): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (processIdentity(identity.pid)?.startTime === identity.startTime) {
    if (performance.now() > deadline) return false;
    await Bun.sleep(pollMs);
  }
  return true;
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === "EPERM";
  }
}

/** Field 22 of /proc/PID/stat (proc(5)); the command name before it may hold spaces and parentheses. */
function linuxStartTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

function startTimeByTool(pid: number): string {
  return process.platform === "darwin"
    ? output(["ps", "-o", "lstart=", "-p", String(pid)])
    : output(["powershell", "-NoProfile", "-Command", `(Get-Process -Id ${pid}).StartTime.ToFileTimeUtc()`]);
}

/** What a tool of the system prints; empty where there is no such tool. */
function output(command: readonly string[]): string {
  try {
    return Bun.spawnSync([...command], { stdin: "ignore", stderr: "ignore", windowsHide: true })
      .stdout.toString()
      .trim();
  } catch {
    return "";
  }
}
