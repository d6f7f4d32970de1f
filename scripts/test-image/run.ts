import { execOutput } from "../../src/lib/exec.ts";

/** Runs a tool of the system to its end; the administrator's folders are searched too, which ordinary users' PATH may lack. */
export async function run(
  command: readonly string[],
  options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>>; readonly stdin?: string } = {},
): Promise<string> {
  const PATH = `${process.env.PATH ?? ""}:/usr/local/sbin:/usr/sbin:/sbin`;
  return await execOutput(command, { ...options, env: { ...process.env, LC_ALL: "C.UTF-8", PATH, ...options.env } });
}

/** Runs a tool that must see every file as root's; fakeroot says so where the caller is somebody else. */
export async function runAsRoot(command: readonly string[]): Promise<string> {
  return await run(process.getuid?.() === 0 ? command : ["fakeroot", "--", ...command]);
}
