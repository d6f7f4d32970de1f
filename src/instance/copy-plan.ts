import { UserError } from "../lib/errors.ts";

import { type SshOption, sshArguments } from "../store/ssh-plan.ts";
import type { SshProgram } from "../store/ssh-program.ts";
import { shellQuote } from "./shell-plan.ts";

/** One path of `limactl copy`. */
export type CopyPath =
  | { readonly kind: "local"; readonly path: string }
  | { readonly kind: "remote"; readonly instance: string; readonly path: string };

/** Reads an argument: what precedes the first colon is an instance. `C:\\x` is a path of a Windows host. */
export function parseCopyPath(text: string, windows: boolean): CopyPath {
  const cut = text.indexOf(":");
  if (cut < 0 || (windows && /^[A-Za-z]:[\\/]/.test(text))) return { kind: "local", path: text };
  return { kind: "remote", instance: text.slice(0, cut), path: text.slice(cut + 1) };
}

/** Where an instance is reached. */
export interface CopyEndpoint {
  readonly user: string;
  readonly address: string;
  readonly port: number;
}

export interface CopyFacts {
  readonly paths: readonly CopyPath[];
  /** By instance. */
  readonly endpoints: ReadonlyMap<string, CopyEndpoint>;
  readonly ssh: SshProgram;
  /** Options of ssh to the only instance, or those that suit all of them. */
  readonly options: readonly SshOption[];
  readonly recursive: boolean;
  readonly verbose: boolean;
}

/** ssh options that belong to one instance. */
const ofOneInstance: ReadonlySet<string> = new Set(["User", "ControlMaster", "ControlPath", "ControlPersist"]);

/** The options that suit every instance, where a copy involves several. */
export function commonOptions(options: readonly SshOption[]): readonly SshOption[] {
  return options.filter(({ key }) => !ofOneInstance.has(key));
}

/** The options without forwarding of agent and X11, which copies have no use for. */
export function withoutForwarding(options: readonly SshOption[]): readonly SshOption[] {
  return options.filter(({ key }) => !key.startsWith("Forward"));
}

/**
 * Arguments of scp.
 * @throws UserError where an old scp cannot reach several instances at once
 */
export function scpArguments(facts: CopyFacts): readonly string[] {
  const legacy = facts.ssh.version[0] < 8;
  if (legacy && facts.endpoints.size > 1) {
    throw new UserError(
      "more than one (instance) host is involved in this command, this is only supported for openSSH v8.0 or higher",
    );
  }
  const [only] = facts.endpoints.values();
  const port = legacy && only !== undefined ? ["-P", String(only.port)] : [];
  const paths = facts.paths.map((each) => {
    if (each.kind === "local") return each.path;
    const { user, address, port } = endpointOf(facts, each.instance);
    // The path of a scp: address is decoded as that of a URL.
    return legacy
      ? `${user}@${address}:${each.path}`
      : `scp://${user}@${address}:${port}/${each.path.replaceAll("%", "%25")}`;
  });
  return [
    ...sshArguments(facts.options),
    facts.verbose ? "-v" : "-q",
    ...(facts.recursive ? ["-r"] : []),
    ...port,
    "-3",
    "--",
    ...paths,
  ];
}

export interface RsyncFacts extends CopyFacts {
  /** rsync before 3.2.4 leaves the splitting of remote paths to the shell there. */
  readonly quoteRemote: boolean;
}

/** Arguments of rsync; of all paths one at most is in a guest. */
export function rsyncArguments(facts: RsyncFacts): readonly string[] {
  const [endpoint] = facts.endpoints.values();
  const shell = endpoint === undefined ? [] : ["-e", remoteShell(facts, endpoint)];
  const paths = facts.recursive ? withScpSlashes(facts.paths) : facts.paths;
  return [
    "-a",
    ...(facts.verbose ? ["-v", "--progress"] : ["-q"]),
    ...(facts.recursive ? ["-r"] : []),
    ...shell,
    "--",
    ...paths.map((each) => {
      if (each.kind === "local") return each.path;
      const { user, address } = endpointOf(facts, each.instance);
      return `${user}@${address}:${facts.quoteRemote ? shellQuote(each.path) : each.path}`;
    }),
  ];
}

/** The ssh command that rsync runs, as rsync splits it: at blanks, by quotes. */
export function remoteShell(facts: Pick<CopyFacts, "ssh" | "options">, endpoint: CopyEndpoint): string {
  const words = [...facts.ssh.command, ...sshArguments(facts.options), "-p", String(endpoint.port)];
  return words.map(shellQuote).join(" ");
}

/** Adjusts the slashes at the ends of paths so that rsync -r does what scp -r does, path by path in order. */
function withScpSlashes(paths: readonly CopyPath[]): readonly CopyPath[] {
  const result = [...paths];
  for (const index of paths.keys()) {
    const path = result[index];
    if (path === undefined) continue;
    if (path.path === "") result[index] = { ...path, path: "./" };
    else if (!path.path.endsWith("/")) result[index] = { ...path, path: `${path.path}/` };
    else if (path.kind === "local") result[index] = withoutSlash(path);
    else for (const other of paths.keys()) if (other !== index) result[other] = withoutSlash(result[other] ?? path);
  }
  return result;
}

function withoutSlash(path: CopyPath): CopyPath {
  return path.path.endsWith("/") ? { ...path, path: path.path.slice(0, -1) } : path;
}

function endpointOf(facts: CopyFacts, instance: string): CopyEndpoint {
  const endpoint = facts.endpoints.get(instance);
  if (endpoint === undefined) throw new Error(`no endpoint of ${instance}`);
  return endpoint;
}
