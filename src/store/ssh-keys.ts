import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../lib/errors.ts";
import { execOutput } from "../lib/exec.ts";
import { lockDirectory } from "../lib/flock.ts";
import type { Host } from "../lib/host.ts";
import { configDirectory } from "./directories.ts";
import { isPublicKey } from "./public-key.ts";

/** The keys with which this user's instances are reached. */
export interface SshKeys {
  /** Private key files, `_config/user` first. */
  readonly identityFiles: readonly string[];
  /** Lines for authorized_keys, the one of `_config/user.pub` first. */
  readonly publicKeys: readonly string[];
  /** Files of `~/.ssh` that do not hold a public key. */
  readonly skipped: readonly string[];
}

/**
 * The identity of `_config`, made on first use, and the user's own keys of `~/.ssh`.
 * @param loadDotSsh whether `~/.ssh/*.pub` belong to it
 */
export async function loadSshKeys(host: Host, limaHomePath: string, loadDotSsh: boolean): Promise<SshKeys> {
  const identity = await ensureIdentity(host, limaHomePath);
  const own = loadDotSsh ? dotSshKeys(join(host.home, ".ssh")) : { identityFiles: [], publicKeys: [], skipped: [] };
  return {
    identityFiles: [identity, ...own.identityFiles],
    publicKeys: [readFileSync(`${identity}.pub`, "utf8").trim(), ...own.publicKeys],
    skipped: own.skipped,
  };
}

/** The path of the private key `_config/user`; ssh-keygen makes it once, however many programs want it at the same time. */
export async function ensureIdentity(host: Host, limaHomePath: string): Promise<string> {
  const directory = configDirectory(limaHomePath);
  const path = join(directory, "user");
  if (existsSync(path) && existsSync(`${path}.pub`)) return path;
  using _held = await lockDirectory(directory, { mode: 0o700 });
  if (!existsSync(path)) {
    await execOutput(["ssh-keygen", "-t", "ed25519", "-q", "-N", "", "-C", "lima", "-f", path], { env: host.env });
  } else if (!existsSync(`${path}.pub`)) {
    throw new UserError(`${path}.pub is missing (hint: run \`ssh-keygen -y -f ${path} > ${path}.pub\`)`);
  }
  return path;
}

/** Public keys of `~/.ssh` in the order of their names, and the private keys that belong to them. */
function dotSshKeys(directory: string): SshKeys {
  const keys = publicKeyFiles(directory).map((file) => ({ file, text: readFileSync(file, "utf8").trim() }));
  const good = keys.filter(({ text }) => isPublicKey(text));
  return {
    identityFiles: good.map(({ file }) => file.slice(0, -".pub".length)).filter((file) => existsSync(file)),
    publicKeys: good.map(({ text }) => text),
    skipped: keys.filter(({ text }) => !isPublicKey(text)).map(({ file }) => file),
  };
}

function publicKeyFiles(directory: string): readonly string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.name.endsWith(".pub") && !entry.name.startsWith(".") && !entry.isDirectory())
    .map((entry) => join(directory, entry.name))
    .filter((file) => existsSync(file))
    .sort();
}
