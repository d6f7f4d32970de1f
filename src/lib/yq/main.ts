/** What the yq program touches of its surroundings. */
export interface YqIo {
  /** All of standard input, read when a command needs it. */
  readonly stdin: () => Promise<string>;
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  readonly readFile: (path: string) => string;
  /** Replaces a file (`-i`) or makes one (`-s`). */
  readonly writeFile: (path: string, text: string) => void;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly now: () => Date;
  /** Whether standard output is a terminal (colours by default). */
  readonly stdoutIsTerminal: boolean;
  /** Whether standard input is a terminal (then it is not read without being asked for). */
  readonly stdinIsTerminal: boolean;
}

/** The yq command-line tool: `argv` without the program's name; resolves to its exit code. */
export async function runYq(argv: readonly string[], io: YqIo): Promise<number> {
  io.stderr(`Error: ${argv}\n`);
  return 1;
}
