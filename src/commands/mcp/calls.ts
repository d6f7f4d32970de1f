import { posix } from "node:path";
import { UserError } from "../../lib/errors.ts";
import { describeExit, type ExecResult, exec } from "../../lib/exec.ts";
import type { Host } from "../../lib/host.ts";
import type { ToolArguments, ToolCall } from "../../lib/mcp/tool.ts";
import type { GuestFiles } from "./guest-files.ts";
import { absolutePath, goFileMode, isDirectoryMode } from "./paths-plan.ts";
import { readLimit, type toolDefinitions } from "./tools.ts";

export interface CallContext {
  readonly host: Host;
  readonly instance: string;
  /** The command that runs limactl. */
  readonly limactl: readonly string[];
  readonly files: GuestFiles;
}

/** What each tool does. */
export function toolCalls(context: CallContext): Readonly<Record<keyof typeof toolDefinitions, ToolCall>> {
  const { files, host } = context;
  const path = (args: ToolArguments) => absolutePath(typeof args.path === "string" ? args.path : host.cwd);
  return {
    list_directory: async (args) => ({
      entries: (await files.list(path(args))).map(({ filename, attrs }) => ({
        name: filename,
        size: attrs.size,
        mode: goFileMode(attrs.mode),
        time: new Date(attrs.mtime * 1000).toISOString().replace(".000Z", "Z"),
        is_dir: isDirectoryMode(attrs.mode),
      })),
    }),
    read_file: async (args) => ({ content: (await files.read(path(args), readLimit)).toString() }),
    write_file: async (args) => {
      await files.write(path(args), String(args.content));
      return {};
    },
    glob: async (args) => ({ matches: await files.glob(posix.join(path(args), String(args.pattern))) }),
    search_file_content: async (args, signal) => {
      const directory = path(args);
      // Relative, for git before 2.40 crashes on an absolute path outside of a repository.
      const include = typeof args.include === "string" && args.include !== "" ? args.include : ".";
      const command = ["git", "grep", "-n", "--no-index", "-e", String(args.pattern), "--", include];
      const found = await runInGuest(context, directory, command, signal);
      // 1 is "nothing found", which a directory that is missing ends with, too.
      if (found.code === 0 || (found.code === 1 && found.stderr === "")) return { git_grep_output: found.stdout };
      throw new UserError(`git grep failed (${describeExit(found)}): ${found.stderr.trim()}`);
    },
    run_shell_command: async (args, signal) => {
      const directory = absolutePath(String(args.directory));
      const command = Array.isArray(args.command) ? args.command.map(String) : [];
      const result = await runInGuest(context, directory, command, signal);
      const { stdout, stderr, code } = result;
      const failure = code === 0 ? {} : { error: describeExit(result) };
      return { stdout, stderr, ...failure, ...(code === null ? {} : { exit_code: code }) };
    },
  };
}

function runInGuest(
  { limactl, host, instance }: CallContext,
  directory: string,
  command: readonly string[],
  signal: AbortSignal,
): Promise<ExecResult> {
  // Only the guest's own words shall be in its output.
  const shell = ["--log-level=error", "shell", `--workdir=${directory}`, instance, ...command];
  return exec([...limactl, ...shell], { env: host.env, cwd: host.cwd, signal });
}
