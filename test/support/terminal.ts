export interface TerminalOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** @default 80 */
  readonly columns?: number;
}

/**
 * Runs a program at a terminal. Each answer is typed once the text before it has appeared.
 * @param answers pairs of a text to wait for and what to type then
 * @returns all that was shown, and the exit code
 */
export async function converse(
  words: readonly string[],
  answers: readonly (readonly [string, string])[],
  options: TerminalOptions,
): Promise<{ readonly shown: string; readonly code: number }> {
  // The child's end may be known before its last words are; a shell's word after them tells that all were read.
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  let shown = "";
  let from = 0;
  const open = [...answers];
  const decoder = new TextDecoder();
  const terminal = new Bun.Terminal({
    cols: options.columns ?? 80,
    rows: 24,
    data(self, chunk) {
      shown += decoder.decode(chunk, { stream: true });
      if (/\[code \d+\]/.test(shown)) end();
      for (let next = open[0]; next !== undefined; next = open[0]) {
        const at = shown.indexOf(next[0], from);
        if (at < 0) return;
        open.shift();
        from = at + next[0].length;
        if (next[1] !== "") self.write(next[1]);
      }
    },
  });
  const child = Bun.spawn([Bun.which("bash") ?? "bash", "-c", '"$@"; echo "[code $?]"', "bash", ...words], {
    terminal,
    cwd: options.cwd,
    env: { ...options.env },
  });
  await Promise.all([ended, child.exited]);
  terminal.close();
  const [text = "", code] = shown.split("[code ");
  return { shown: text, code: Number.parseInt(code ?? "", 10) };
}
