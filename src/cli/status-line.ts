import type { Output } from "./command.ts";
import type { PhaseFactory } from "./progress.ts";

/** An output whose last line may show what is going on; text written meanwhile goes above it. */
export interface StatusOutput extends Output {
  /** Shows a line, or takes it away; does nothing where the output is no terminal. */
  showStatus(line: string | undefined): void;
}

const erase = "\r\u001b[K";

/** Adds a status line to an output. */
export function withStatusLine(output: Output): StatusOutput {
  let status: string | undefined;
  return {
    isTerminal: output.isTerminal,
    get columns() {
      return output.columns;
    },
    write(text) {
      if (status === undefined) output.write(text);
      else output.write(`${erase}${text}${text.endsWith("\n") ? status : `\n${status}`}`);
    },
    showStatus(line) {
      if (!output.isTerminal || line === status) return;
      status = line;
      output.write(`${erase}${line ?? ""}`);
    },
  };
}

/** `Waiting for ssh (12s)`, cut to fit the terminal. */
export function phaseText(label: string, elapsedMs: number, columns: number): string {
  const time = ` (${Math.trunc(elapsedMs / 1000)}s)`;
  return (
    Array.from(label)
      .slice(0, Math.max(0, columns - time.length - 1))
      .join("") + time
  );
}

/** @param now a clock in milliseconds that never goes back */
export function createPhases(output: StatusOutput, enabled: boolean, now: () => number): PhaseFactory {
  return (first) => {
    let label = first;
    let start = now();
    const draw = () => output.showStatus(phaseText(label, now() - start, output.columns ?? 80));
    const timer = enabled ? setInterval(draw, 1000) : undefined;
    timer?.unref();
    if (enabled) draw();
    const finish = () => {
      if (!enabled) return;
      clearInterval(timer);
      output.showStatus(undefined);
    };
    return {
      next(text) {
        label = text;
        start = now();
        if (enabled) draw();
      },
      finish,
      [Symbol.dispose]: finish,
    };
  };
}
