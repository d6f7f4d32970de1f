import { accessSync, constants, type Dirent, mkdirSync, statSync } from "node:fs";
import { open, readdir } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { errorText, UserError } from "../../lib/errors.ts";
import { childEnv, exec } from "../../lib/exec.ts";
import { writeFileAtomic } from "../../lib/files.ts";
import type { Host } from "../../lib/host.ts";
import { quote } from "../../lib/quote.ts";
import { installationPrefixes, templateDirectories } from "./directories-read.ts";
import { fedoraRawhide, fedoraRawhideScheme } from "./fedora-rawhide.ts";
import type { Fetched, PluginResult, TemplateDirectory, TemplateSource } from "./source.ts";

/** How long a server may take from the request to the last byte of a template. */
const fetchTimeoutMs = 60_000;

async function readFile(path: string, limit: number): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const buffer = new Uint8Array(limit + 1);
    let length = 0;
    // Pipes and devices have no size; they are read until they end or the limit is passed.
    while (length < buffer.length) {
      const { bytesRead } = await file.read(buffer, length, Math.min(65536, buffer.length - length), null);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return buffer.slice(0, length);
  } finally {
    await file.close();
  }
}

async function readLimited(body: ReadableStream<Uint8Array> | null, limit: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  if (body !== null)
    for await (const chunk of body) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > limit) break;
    }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes.subarray(0, limit + 1);
}

async function get(url: string, headers: Readonly<Record<string, string>>, limit: number): Promise<Fetched> {
  try {
    const response = await fetch(url, { headers: { ...headers }, signal: AbortSignal.timeout(fetchTimeoutMs) });
    return { status: response.status, body: await readLimited(response.body, limit) };
  } catch (error) {
    // Bun's advice to programmers is of no use here.
    const reason = errorText(error).replace(/ For more information, pass .*$/s, "");
    throw new UserError(`failed to fetch ${quote(url)}: ${reason}`, { cause: error });
  }
}

async function* yamlFilesBelow(directory: string, prefix = ""): AsyncIterable<string> {
  let entries: Dirent[];
  try {
    entries = await readdir(join(directory, prefix), { withFileTypes: true });
  } catch {
    return;
  }
  for (const entry of entries) {
    const path = prefix === "" ? entry.name : `${prefix}/${entry.name}`;
    if (entry.isDirectory()) yield* yamlFilesBelow(directory, path);
    else if (entry.name.endsWith(".yaml")) yield path;
  }
}

function templateDirectory(path: string): TemplateDirectory {
  return { path, list: () => Array.fromAsync(yamlFilesBelow(path)) };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Where plugins are looked for: beside the program, in `PATH`, in the libexec directories. */
function pluginPath(host: Host): readonly string[] {
  const [program] = host.self;
  return [
    ...(program === undefined ? [] : [dirname(program)]),
    ...(host.env.PATH ?? "").split(delimiter).filter(Boolean),
    ...installationPrefixes(host).flatMap((prefix) => [join(prefix, "libexec/lima"), join(prefix, "lib/lima")]),
  ];
}

/** The shipped URL plugin, which is a part of the program. */
export function runFedoraRawhide(argument: string, cacheDirectory: string): Promise<string> {
  return fedoraRawhide(argument, {
    fetch: get,
    keep: (text) => {
      const directory = join(cacheDirectory, `limactl-url-${fedoraRawhideScheme}`);
      mkdirSync(directory, { recursive: true });
      const path = join(directory, "fedora-rawhide.yaml");
      writeFileAtomic(path, text);
      return path;
    },
  });
}

async function runOwn(scheme: string, argument: string, cacheDirectory: string): Promise<PluginResult | undefined> {
  if (scheme !== fedoraRawhideScheme) return undefined;
  try {
    return { output: await runFedoraRawhide(argument, cacheDirectory) };
  } catch (error) {
    return { command: `limactl-url-${scheme} ${argument}`, error: errorText(error) };
  }
}

async function runPlugin(host: Host, scheme: string, argument: string): Promise<PluginResult | undefined> {
  const directories = pluginPath(host);
  const suffix = host.os === "windows" ? ".exe" : "";
  const program = directories.map((each) => join(each, `limactl-url-${scheme}${suffix}`)).find(isExecutable);
  if (program === undefined) return undefined;
  const env = childEnv(host.env, { PATH: directories.join(delimiter) });
  const command = `${program} ${argument}`;
  try {
    const { code, signal, stdout, stderr } = await exec([program, argument], { env });
    if (code === 0) return { output: stdout };
    const ending = signal === null ? `exit status ${code}` : `signal: ${signal}`;
    return { command, error: stderr.trim() || ending };
  } catch (error) {
    // A file that the system does not know how to run.
    return { command, error: errorText(error) };
  }
}

export interface TemplatePlaces {
  readonly limaHome: string;
  /** Where what is fetched for a template is kept. */
  readonly cacheDirectory: string;
}

/**
 * Reads templates from this machine and the network.
 * @param shipped the templates inside the program
 */
export function createTemplateSource(
  host: Host,
  { limaHome, cacheDirectory }: TemplatePlaces,
  shipped: Readonly<Record<string, string>>,
): TemplateSource {
  return {
    readFile,
    fetch: get,
    readStdin: () => Bun.stdin.bytes(),
    runPlugin: async (scheme, argument) =>
      (await runPlugin(host, scheme, argument)) ?? (await runOwn(scheme, argument, cacheDirectory)),
    directories: templateDirectories(host, limaHome).map(templateDirectory),
    shipped: host.env.LIMA_TEMPLATES_PATH ? {} : shipped,
  };
}
