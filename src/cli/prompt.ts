import { UserError } from "../lib/errors.ts";
import { type Key, parseKeys } from "./keys.ts";
import { openOutput } from "./output.ts";
import { type SelectState, selectLines, stepSelect } from "./select-state.ts";

/** The person at the terminal pressed Ctrl-C instead of answering. */
export class PromptInterrupt extends UserError {
  constructor() {
    super("interrupt");
  }
}

/**
 * Reads keys from the terminal until `step` has an answer.
 * @param ask shows the question, once the terminal no longer echoes what is typed
 * @param step called for each key; any value but undefined ends the reading
 * @throws UserError when stdin is no terminal
 */
function readKeys<T>(ask: () => void, step: (key: Key) => T | undefined): Promise<T> {
  const { stdin } = process;
  if (!stdin.isTTY) return Promise.reject(new UserError("standard input is not a terminal"));
  const decoder = new TextDecoder();
  return new Promise<T>((resolve, reject) => {
    const finish = (settle: () => void) => {
      stdin.off("data", onData);
      stdin.off("end", onEnd);
      stdin.setRawMode(false);
      stdin.pause();
      settle();
    };
    const onEnd = () => finish(() => reject(new UserError("EOF")));
    const onData = (chunk: Uint8Array) => {
      for (const key of parseKeys(decoder.decode(chunk, { stream: true }))) {
        try {
          const answer = step(key);
          if (answer === undefined) continue;
          finish(() => resolve(answer));
        } catch (error) {
          finish(() => reject(error));
        }
        return;
      }
    };
    stdin.setRawMode(true);
    stdin.on("data", onData);
    stdin.on("end", onEnd);
    ask();
    stdin.resume();
  });
}

/** The answer a typed line stands for; undefined when it is none. */
export function confirmAnswer(line: string, byDefault: boolean): boolean | undefined {
  const text = line.trim().toLowerCase();
  if (text === "") return byDefault;
  if (text === "y" || text === "yes") return true;
  return text === "n" || text === "no" ? false : undefined;
}

/**
 * Asks a yes-or-no question on stdout and reads a line from the terminal.
 * @throws PromptInterrupt on Ctrl-C
 */
export async function confirm(message: string, byDefault = true): Promise<boolean> {
  const stdout = openOutput(1);
  const question = `? ${message.trimEnd()} ${byDefault ? "(Y/n)" : "(y/N)"} `;
  let line = "";
  const ask = () => stdout.write(question);
  return await readKeys(ask, (key) => {
    if (key.kind === "text") {
      line += key.text;
      stdout.write(key.text);
    } else if (key.kind === "backspace" && line !== "") {
      line = Array.from(line).slice(0, -1).join("");
      stdout.write(`\r\u001b[K${question}${line}`);
    } else if (key.kind === "interrupt" || key.kind === "end") {
      stdout.write("\n");
      throw new PromptInterrupt();
    } else if (key.kind === "enter") {
      const answer = confirmAnswer(line, byDefault);
      stdout.write("\n");
      if (answer !== undefined) return answer;
      stdout.write(`X Sorry, your reply was invalid: "${line}" is not a valid answer, please try again.\n${question}`);
      line = "";
    }
    return undefined;
  });
}

/** Terminal rows that lines take at a width, because long ones wrap. */
function rowsOf(lines: readonly string[], columns: number): number {
  return lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(Array.from(line).length / columns)), 0);
}

/**
 * Lets the person at the terminal pick one of the options.
 * @throws PromptInterrupt on Ctrl-C
 */
export async function select(message: string, options: readonly string[]): Promise<string> {
  const stdout = openOutput(1);
  let state: SelectState = { options, filter: "", cursor: 0 };
  let shown: readonly string[] = [];
  const erase = () => {
    // The terminal may have another width by now, and have wrapped the lines anew.
    if (shown.length > 0) stdout.write(`\u001b[${rowsOf(shown, stdout.columns ?? 80)}A\r\u001b[J`);
  };
  const draw = () => {
    const lines = selectLines(message, state);
    erase();
    stdout.write(lines.map((line) => `${line}\n`).join(""));
    shown = lines;
  };
  return await readKeys(draw, (key) => {
    const next = stepSelect(state, key);
    if (next.kind === "open") {
      state = next.state;
      draw();
      return undefined;
    }
    erase();
    if (next.kind === "interrupted") {
      stdout.write(`? ${message}\n`);
      throw new PromptInterrupt();
    }
    stdout.write(`? ${message} ${next.option}\n`);
    return next.option;
  });
}
