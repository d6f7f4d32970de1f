import { existsSync, readFileSync } from "node:fs";
import type { Output } from "../cli/command.ts";
import { isTerminal } from "../cli/terminal.ts";
import { writeFileAtomic } from "../lib/files.ts";
import { runYq } from "../lib/yq/main.ts";

/** The stand-alone yq tool. @returns its exit code */
export function yq(args: readonly string[], stdout: Output, stderr: Output): Promise<number> {
  return runYq(args, {
    stdin: () => Bun.stdin.text(),
    stdout: (text) => stdout.write(text),
    stderr: (text) => stderr.write(text),
    readFile: (path) => readFileSync(path, "utf8"),
    exists: existsSync,
    writeFile: (path, text) => writeFileAtomic(path, text),
    env: process.env,
    now: () => new Date(),
    random: Math.random,
    stdoutIsTerminal: stdout.isTerminal,
    stdinIsTerminal: isTerminal(0),
  });
}
