import { isAbsolute } from "node:path";
import { errorText } from "../../lib/errors.ts";
import { programVersion } from "../../lib/version.ts";
import { parseArguments, usage } from "./arguments.ts";

/** How long sessions may take to end after a signal. */
const graceMs = 500;

/**
 * The program `lima-guestagent`. The caller exits with the code at once: reading a virtio port cannot be broken off.
 * @returns the exit code
 */
export async function runGuestAgent(args: readonly string[]): Promise<number> {
  try {
    const asked = parseArguments(args);
    if (asked.command === "version") {
      console.log(`lima-guestagent version ${programVersion}`);
      return 0;
    }
    if (asked.command === "help") {
      console.log(usage);
      return 0;
    }
    if (asked.command === "install-systemd") {
      await (await import("./install-systemd.ts")).installSystemd(programPath(), asked.options);
      return 0;
    }
    const { runDaemon } = await import("./daemon.ts");
    const ended = new AbortController();
    const told = new Promise<void>((resolve) => {
      ended.signal.addEventListener("abort", () => setTimeout(resolve, graceMs), { once: true });
    });
    for (const name of ["SIGTERM", "SIGINT"] as const) process.once(name, () => ended.abort());
    await Promise.race([runDaemon(asked.options, ended.signal), told]);
    return 0;
  } catch (error) {
    console.error(errorText(error));
    return 1;
  }
}

/** The path by which this program was called, where that is absolute: it may be a link to the mounted media. */
function programPath(): string {
  return isAbsolute(process.argv0) ? process.argv0 : process.execPath;
}
