import { chownSync, mkdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { Output } from "../cli/command.ts";
import { isTerminal } from "../cli/terminal.ts";
import { errorCode } from "../lib/errors.ts";
import { writeFileAtomic } from "../lib/files.ts";
import { runYq } from "../lib/yq/main.ts";

/** The stand-alone yq tool. @returns its exit code */
export function yq(args: readonly string[], stdout: Output, stderr: Output): Promise<number> {
  return runYq(args, {
    stdin: () => Bun.stdin.text(),
    stdout: (text) => stdout.write(text),
    stderr: (text) => stderr.write(text),
    readFile,
    exists: isFile,
    writeFile,
    env: process.env,
    now: () => new Date(),
    random: Math.random,
    stdoutIsTerminal: stdout.isTerminal,
    stdinIsTerminal: isTerminal(0),
  });
}

/** @throws Error in the words of the tool's own messages */
function readFile(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (errorCode(error) !== "ENOENT") throw error;
    throw new Error(`open ${path}: no such file or directory`);
  }
}

/** An expression may look like no path at all (too long, a NUL in it): then there is no such file. */
function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** A file that is there keeps its place behind links, its mode and its owner. */
function writeFile(path: string, text: string): void {
  const known = statSync(path, { throwIfNoEntry: false });
  if (known === undefined) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileAtomic(path, text);
    return;
  }
  const file = realpathSync(path);
  writeFileAtomic(file, text, known.mode & 0o7777);
  const made = statSync(file);
  if (made.uid !== known.uid || made.gid !== known.gid) chownSync(file, known.uid, known.gid);
}
