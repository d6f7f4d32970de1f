import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { errorText, UserError } from "../lib/errors.ts";
import { childEnv } from "../lib/exec.ts";
import type { Host } from "../lib/host.ts";
import { quote } from "../lib/quote.ts";

/** The editors that are looked for, in order; the first two come from the environment and are one program name each. */
function editorNames(env: Host["env"]): readonly string[] {
  return [env.VISUAL, env.EDITOR, "editor", "vim", "vi", "emacs"].flatMap((name) =>
    name === undefined || name === "" ? [] : [name],
  );
}

function findEditor(env: Host["env"]): string {
  for (const name of editorNames(env)) {
    const path = Bun.which(name, { PATH: env.PATH ?? "" });
    if (path !== null) return path;
  }
  throw new UserError("could not detect a text editor binary, try setting $EDITOR");
}

/** The buffer without its header, where that is still intact; undefined when nothing but blanks is left. */
export function editedText(buffer: string, header: string): string | undefined {
  const text = buffer.startsWith(header) ? buffer.slice(header.length) : buffer;
  return text.trim() === "" ? undefined : text;
}

/**
 * Opens a text in the person's editor.
 * @param header comment lines put before the text and taken away again
 * @returns the text as saved, undefined when the person emptied it
 */
export async function openEditor(text: string, header: string, host: Host): Promise<string | undefined> {
  const program = findEditor(host.env);
  const directory = mkdtempSync(join(tmpdir(), "lima-editor-"));
  const file = join(directory, "lima-editor-buffer.yaml");
  try {
    writeFileSync(file, header + text, { mode: 0o600 });
    await runEditor(program, file, host.env);
    return editedText(readFileSync(file, "utf8"), header);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function runEditor(program: string, file: string, env: Host["env"]): Promise<void> {
  const failed = (reason: string) =>
    new UserError(`could not execute editor ${quote(program)} for a file ${quote(file)}: ${reason}`);
  let child: Bun.Subprocess;
  try {
    child = Bun.spawn([program, file], {
      env: childEnv(env),
      stdin: "inherit",
      stdout: "inherit",
      stderr: "inherit",
    });
  } catch (error) {
    throw failed(errorText(error));
  }
  await child.exited;
  if (child.signalCode !== null) throw failed(`signal: ${child.signalCode}`);
  if (child.exitCode !== 0) throw failed(`exit status ${child.exitCode}`);
}
