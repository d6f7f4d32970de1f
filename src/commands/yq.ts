import { readFileSync } from "node:fs";
import { isatty } from "node:tty";
import type { Output } from "../cli/command.ts";
import { writeFileAtomic } from "../lib/files.ts";
import { runYq } from "../lib/yq/main.ts";

/** The stand-alone yq tool. @returns its exit code */
export function yq(args: readonly string[], stdout: Output, stderr: Output): Promise<number> {
  return runYq(args, {
    stdin: () => Bun.stdin.text(),
    stdout: (text) => stdout.write(text),
    stderr: (text) => stderr.write(text),
    readFile: (path) => readFileSync(path, "utf8"),
    writeFile: (path, text) => writeFileAtomic(path, text),
    env: process.env,
    now: () => new Date(),
    stdoutIsTerminal: stdout.isTerminal,
    stdinIsTerminal: isatty(0),
  });
}
