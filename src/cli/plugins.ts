import { closeSync, openSync, readdirSync, readSync, realpathSync, statSync } from "node:fs";
import { delimiter, dirname, join, resolve } from "node:path";
import type { Host } from "../lib/host.ts";
import type { CommandEntry } from "./command.ts";

/** A program `limactl-NAME` that acts as the command NAME. */
export interface Plugin {
  readonly name: string;
  readonly path: string;
  /** The text between `<limactl-desc>` tags of a script; empty for other programs. */
  readonly description: string;
}

const prefix = "limactl-";

/**
 * The directories that are searched, in order: those of the program as it was called and as it really lies, those of
 * `PATH`, then `libexec/lima` and `lib/lima` beside them, where those hold anything.
 * @param calledAs the program's name as the caller gave it, with or without a directory
 */
export function pluginDirectories(host: Host, calledAs: string): readonly string[] {
  const path = (host.env.PATH ?? "").split(delimiter).filter((directory) => directory !== "");
  const called =
    calledAs.includes("/") || calledAs.includes("\\") ? resolve(host.cwd, calledAs) : findOnPath(path, calledAs);
  const real = realPath(host.self[0] ?? "");
  const programs = [called, real].filter((program) => program !== undefined);
  const beside = programs.map((program) => dirname(program));
  const libraries = beside
    .flatMap((directory) => [join(dirname(directory), "libexec", "lima"), join(dirname(directory), "lib", "lima")])
    .filter((directory) => entryNames(directory).length > 0);
  return [...new Set([...beside, ...path, ...libraries])];
}

function findOnPath(path: readonly string[], program: string): string | undefined {
  return path.map((directory) => join(directory, program)).find(isExecutableFile);
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

function isExecutableFile(path: string): boolean {
  try {
    const stat = statSync(path);
    // Windows has no such bits; names tell there.
    return stat.isFile() && (process.platform === "win32" || (stat.mode & 0o111) !== 0);
  } catch {
    return false;
  }
}

/** Names of a directory's entries; none when it cannot be read. */
function entryNames(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

/** The command a file's name stands for on this system, or undefined when it stands for none. */
function pluginName(file: string, host: Host): string | undefined {
  if (!file.startsWith(prefix)) return undefined;
  const name = file.slice(prefix.length);
  if (host.os !== "windows") return name === "" ? undefined : name;
  const extensions = (host.env.PATHEXT ?? ".COM;.EXE;.BAT;.CMD").toLowerCase().split(";");
  const extension = extensions.find((candidate) => candidate !== "" && name.toLowerCase().endsWith(candidate));
  return extension === undefined ? undefined : name.slice(0, -extension.length);
}

/** All plugins of this host sorted by name; the first directory that has a name wins. */
export function findPlugins(host: Host, directories: readonly string[]): readonly Plugin[] {
  const found = new Map<string, string>();
  for (const directory of directories) {
    for (const file of entryNames(directory)) {
      const name = pluginName(file, host);
      const path = join(directory, file);
      if (name !== undefined && !found.has(name) && isExecutableFile(path)) found.set(name, path);
    }
  }
  return [...found]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, path]) => ({ name, path, description: readDescription(path) }));
}

/** Scripts describe themselves in a comment near their beginning. */
function readDescription(path: string): string {
  const buffer = Buffer.alloc(64 * 1024);
  let length = 0;
  try {
    const fd = openSync(path, "r");
    try {
      length = readSync(fd, buffer, 0, 2, 0);
      if (buffer.toString("latin1", 0, length) !== "#!") return "";
      length = readSync(fd, buffer, 0, buffer.length, 0);
    } finally {
      closeSync(fd);
    }
  } catch {
    return "";
  }
  return /<limactl-desc>(.*?)<\/limactl-desc>/s.exec(buffer.toString("utf8", 0, length))?.[1] ?? "";
}

/**
 * Plugins in the form in which help and completion list commands; those for locators (`url-*`) stay hidden, and those
 * that a command of the program hides are left out.
 */
export function pluginEntries(plugins: readonly Plugin[], commands: readonly CommandEntry[]): readonly CommandEntry[] {
  const taken = new Set(commands.flatMap(({ name, aliases = [] }) => [name, ...aliases]));
  const reachable = plugins.filter(({ name }) => !taken.has(name));
  return reachable.map((plugin) => ({
    name: plugin.name,
    group: "additional",
    short: plugin.description,
    hidden: plugin.name.startsWith("url-"),
    target: { kind: "topic", text: plugin.description },
  }));
}
