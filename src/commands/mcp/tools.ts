import type { ObjectSchema, Schema, ToolDefinition } from "../../lib/mcp/tool.ts";

/** Largest part of a file that `read_file` gives, in bytes. */
export const readLimit = 32 * 1024 * 1024;

const text = (description: string): Schema => ({ type: "string", description });

function object(required: readonly string[], properties: Readonly<Record<string, Schema>>): ObjectSchema {
  return { type: "object", properties, required };
}

const cwd = "Absolute path of the directory; by default the working directory of the server";

/** The tools of `limactl mcp serve` (cli.md 10.4). */
export const toolDefinitions = {
  list_directory: {
    name: "list_directory",
    description: "Lists the files of a directory in the virtual machine.",
    inputSchema: object(["path"], { path: text("Absolute path of the directory") }),
    outputSchema: object(["entries"], {
      entries: {
        type: "array",
        items: object(["name"], {
          name: text("Name of the file in its directory"),
          size: { type: "integer", description: "Length in bytes" },
          mode: { type: "integer", description: "Type and permissions, as Go's fs.FileMode has them" },
          time: text("Time of the last change, RFC 3339"),
          is_dir: { type: "boolean", description: "It is a directory" },
        }),
      },
    }),
  },
  read_file: {
    name: "read_file",
    description: `Reads a text file in the virtual machine, at most its first ${readLimit / 1024 / 1024} MiB.`,
    inputSchema: object(["path"], { path: text("Absolute path of the file") }),
    outputSchema: object(["content"], { content: text("What the file holds") }),
  },
  write_file: {
    name: "write_file",
    description: "Writes a text file in the virtual machine, in place of what it held; missing directories are made.",
    inputSchema: object(["path", "content"], {
      path: text("Absolute path of the file"),
      content: text("What the file shall hold"),
    }),
    outputSchema: object([], {}),
  },
  glob: {
    name: "glob",
    description: "Finds files in the virtual machine by a pattern such as `src/*.ts`.",
    inputSchema: object(["pattern"], {
      pattern: text("Pattern with *, ? and [...], none of which stands for a slash, relative to the directory"),
      path: text(cwd),
    }),
    outputSchema: object(["matches"], {
      matches: { type: "array", items: { type: "string" }, description: "Absolute paths that match" },
    }),
  },
  search_file_content: {
    name: "search_file_content",
    description: "Searches the files of a directory in the virtual machine, with `git grep -n --no-index`.",
    inputSchema: object(["pattern"], {
      pattern: text("Regular expression, as git grep takes it"),
      path: text(cwd),
      include: text("Pattern of the files to search, relative to the directory; by default all"),
    }),
    outputSchema: object(["git_grep_output"], {
      git_grep_output: text("Lines of FILE:LINE:TEXT; empty when nothing matches"),
    }),
  },
  run_shell_command: {
    name: "run_shell_command",
    description: "Runs a command in the virtual machine and waits for its end.",
    inputSchema: object(["command", "directory"], {
      command: { type: "array", items: { type: "string" }, description: "The program and its arguments" },
      description: text("What the command is for"),
      directory: text("Absolute path of the directory it runs in"),
    }),
    outputSchema: object(["stdout", "stderr"], {
      stdout: text("Its standard output"),
      stderr: text("Its standard error"),
      error: text("How it failed, if it did"),
      exit_code: { type: "integer", description: "Its exit code" },
    }),
  },
} as const satisfies Readonly<Record<string, ToolDefinition>>;
