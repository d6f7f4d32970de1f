import { mkdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { errorCode, UserError } from "../../lib/errors.ts";
import { ExecError, exec } from "../../lib/exec.ts";
import { writeFileAtomic } from "../../lib/files.ts";
import { sha256Hex } from "../../lib/sha256.ts";
import type { QemuFeatures } from "./facts.ts";

/** Raised when what is kept changes its meaning. */
const cacheVersion = 1;

export interface FeatureOptions {
  /** Where answers are kept: `<cache>` of the store room. */
  readonly cacheDirectory: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal;
}

/**
 * Asks a QEMU binary what it can do. The answers are kept on disk as long as the file's size and time stay the same,
 * so that only the first start with a QEMU pays for five short processes.
 * @param machine machine whose CPU models are listed: `q35` or `virt`
 * @throws UserError when it cannot be run at all
 */
export async function qemuFeatures(path: string, machine: string, options: FeatureOptions): Promise<QemuFeatures> {
  const { size, mtimeMs, ino } = statSync(path);
  const key = JSON.stringify([cacheVersion, path, machine, size, mtimeMs, ino]);
  const directory = join(options.cacheDirectory, "qemu");
  const file = join(directory, `${sha256Hex(key)}.json`);
  const kept = recall(file);
  if (kept !== undefined) return kept;
  const features = await probe(path, machine, options);
  // A probe that failed may succeed the next time.
  if (features.warnings.length === 0) keep(directory, file, features);
  return features;
}

async function probe(path: string, machine: string, options: FeatureOptions): Promise<QemuFeatures> {
  const warnings: string[] = [];
  const ask = async (...args: readonly string[]): Promise<string> => {
    const command = [path, ...args];
    const limits = {
      env: options.env,
      timeoutMs: 30_000,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    };
    const result = await exec(command, limits);
    if (result.code !== 0) throw new ExecError(command, result);
    return result.stdout.trim() === "" ? result.stderr : result.stdout;
  };
  const askOrWarn = async (...args: readonly string[]): Promise<string> => {
    try {
      return await ask(...args);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      warnings.push(error.message);
      return "";
    }
  };
  const [versionText, accelHelp, netdevHelp, machineHelp, cpuHelp] = await Promise.all([
    askOrWarn("--version"),
    ask("-M", "none", "-accel", "help"),
    askOrWarn("-M", "none", "-netdev", "help"),
    askOrWarn("-machine", "help"),
    askOrWarn("-cpu", "help", "-machine", machine),
  ]);
  return { version: parseQemuVersion(versionText), accelHelp, netdevHelp, machineHelp, cpuHelp, warnings };
}

/** `X.Y.Z` of the first line of `--version`. */
export function parseQemuVersion(text: string): string | undefined {
  return /^QEMU emulator version (\d+\.\d+\.\d+)/.exec(text)?.[1];
}

/** Keeping the answers is a convenience: a cache that cannot be written must not fail a start. */
function keep(directory: string, file: string, features: QemuFeatures): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    writeFileAtomic(file, JSON.stringify(features), 0o600);
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
  }
}

/** What was kept; undefined when there is nothing, or nothing that can be read. */
function recall(file: string): QemuFeatures | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(file, "utf8"));
    return isFeatures(value) ? { ...value, warnings: [] } : undefined;
  } catch {
    return undefined;
  }
}

function isFeatures(value: unknown): value is QemuFeatures {
  if (typeof value !== "object" || value === null) return false;
  const record = value as Readonly<Record<string, unknown>>;
  const texts = ["accelHelp", "netdevHelp", "machineHelp", "cpuHelp"].every((key) => typeof record[key] === "string");
  return texts && (record.version === undefined || typeof record.version === "string");
}
