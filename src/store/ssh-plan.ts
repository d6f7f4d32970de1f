import { UserError } from "../lib/errors.ts";
import type { HostOs } from "../lib/host.ts";
import type { SshProgram } from "./ssh-program.ts";

/** One `-o Key=Value` of ssh; double or single quotes around a value belong to it. */
export interface SshOption {
  readonly key: string;
  readonly value: string;
}

/** Everything that decides how ssh talks to an instance. */
export interface SshPlanInput {
  readonly hostOs: HostOs;
  readonly program: SshProgram;
  /** Private keys in the order they are offered: `_config/user` first. */
  readonly identityFiles: readonly string[];
  /** The guest's user. */
  readonly user: string;
  /** Directory of the instance, which holds the control socket. */
  readonly instanceDirectory: string;
  readonly forwardAgent: boolean;
  readonly forwardX11: boolean;
  readonly forwardX11Trusted: boolean;
}

/** Where an instance's sshd is reached from the host. */
export interface SshEndpoint {
  readonly address: string;
  readonly port: number;
}

const multiplexing: ReadonlySet<string> = new Set(["ControlMaster", "ControlPath", "ControlPersist"]);

/** The options of every ssh to an instance, in order. */
export function sshOptions(input: SshPlanInput): readonly SshOption[] {
  const windows = input.hostOs === "windows";
  const path = (text: string) => (windows ? `'${text}'` : `"${text}"`);
  return [
    ...input.identityFiles.map((file) => option("IdentityFile", path(file))),
    option("StrictHostKeyChecking", "no"),
    option("UserKnownHostsFile", "/dev/null"),
    option("NoHostAuthenticationForLocalhost", "yes"),
    option("PreferredAuthentications", "publickey"),
    option("Compression", "no"),
    option("BatchMode", "yes"),
    option("IdentitiesOnly", "yes"),
    ...(input.program.gssapi ? [option("GSSAPIAuthentication", "no")] : []),
    ...cipherOption(input.program, windows),
    option("User", input.user),
    option("ControlMaster", "auto"),
    option("ControlPath", path(`${input.instanceDirectory}/ssh.sock`)),
    option("ControlPersist", "yes"),
    ...(input.forwardAgent ? [option("ForwardAgent", "yes")] : []),
    ...(input.forwardX11 ? [option("ForwardX11", "yes")] : []),
    ...(input.forwardX11Trusted ? [option("ForwardX11Trusted", "yes")] : []),
  ];
}

/** The options with multiplexing switched off: for a connection of its own, and for everything on Windows hosts. */
export function withoutMaster(options: readonly SshOption[]): readonly SshOption[] {
  return [
    option("ControlMaster", "no"),
    option("ControlPath", "none"),
    option("ControlPersist", "no"),
    ...withoutMultiplexing(options),
  ];
}

/** Arguments of ssh before the host: `-F /dev/null -o KEY=VALUE ...`. */
export function sshArguments(options: readonly SshOption[]): readonly string[] {
  return ["-F", "/dev/null", ...options.flatMap((item) => ["-o", optionText(item)])];
}

/** A connection that gives no answer for five minutes is dead; a guest that was suspended for less goes on. */
export const keepAlive: readonly SshOption[] = [
  option("ServerAliveInterval", "15"),
  option("ServerAliveCountMax", "20"),
];

/** A master hands on those variables of the ssh that share it which it would send itself, and no others (mux.c). */
const sharedVariables = option("SendEnv", "COLORTERM");

/** Arguments that start the control master in the background, and nothing else. */
export function masterArguments(options: readonly SshOption[], endpoint: SshEndpoint): readonly string[] {
  const all = [...options, ...keepAlive, sharedVariables];
  return [...sshArguments(all), "-p", String(endpoint.port), endpoint.address, "--", "true"];
}

/** Arguments that end the control master. */
export function exitMasterArguments(options: readonly SshOption[], endpoint: SshEndpoint): readonly string[] {
  return [...sshArguments(options), "-O", "exit", "-p", String(endpoint.port), endpoint.address];
}

/**
 * The text of an instance's `ssh.config`, for `ssh -F` by people and their tools.
 * @throws UserError when an option holds a line break
 */
export function sshConfigText(
  hostname: string,
  instanceName: string,
  options: readonly SshOption[],
  endpoint: SshEndpoint,
  hostOs: HostOs,
): string {
  const kept = hostOs === "windows" ? withoutMultiplexing(options) : options;
  return [
    `# This file lets ssh, scp, rsync and the like reach the instance: ssh -F <this file> ${hostname}`,
    "# limactl itself does not read it.",
    `# It is written anew whenever the instance ${JSON.stringify(instanceName)} starts: changes are lost.`,
    sshHostBlock(hostname, kept, endpoint),
  ].join("\n");
}

/** The `Host` block of an ssh configuration. @throws UserError when an option holds a line break */
export function sshHostBlock(hostname: string, options: readonly SshOption[], endpoint: SshEndpoint): string {
  const lines = endpointOptions(options, endpoint).map(
    (item) => `  ${checkedLine(item.key)} ${checkedLine(item.value)}`,
  );
  return [`Host ${checkedLine(hostname)}`, ...lines, ""].join("\n");
}

/** The options, then where the instance is reached. */
function endpointOptions(options: readonly SshOption[], endpoint: SshEndpoint): readonly SshOption[] {
  return [...options, option("Hostname", endpoint.address), option("Port", String(endpoint.port))];
}

/** Output formats of `show-ssh`. */
export type SshFormat = "cmd" | "args" | "options" | "config";

/** What `show-ssh` prints for a format other than `config`, ended by a newline. */
export function showSsh(
  format: Exclude<SshFormat, "config">,
  hostname: string,
  options: readonly SshOption[],
  endpoint: SshEndpoint,
): string {
  const texts = endpointOptions(options, endpoint).map(optionText);
  if (format === "options") return texts.map((text) => `${text}\n`).join("");
  const words = texts.flatMap((text) => ["-o", text.includes('"') ? `'${text}'` : text]).join(" ");
  return format === "args" ? `${words}\n` : `ssh ${words} ${hostname}\n`;
}

/** `Key=Value`. */
export function optionText(item: SshOption): string {
  return `${item.key}=${item.value}`;
}

function option(key: string, value: string): SshOption {
  return { key, value };
}

function withoutMultiplexing(options: readonly SshOption[]): readonly SshOption[] {
  return options.filter((item) => !multiplexing.has(item.key));
}

/** The cheap cipher first: AES where the processor has instructions for it. `^` needs OpenSSH 8.1. */
function cipherOption(program: SshProgram, windows: boolean): readonly SshOption[] {
  const [major, minor] = program.version;
  if (major < 8 || (major === 8 && minor < 1)) return [];
  const ciphers = program.aes ? "^aes128-gcm@openssh.com,aes256-gcm@openssh.com" : "^chacha20-poly1305@openssh.com";
  return [option("Ciphers", windows ? ciphers : `"${ciphers}"`)];
}

function checkedLine(text: string): string {
  if (/[\r\n]/.test(text)) throw new UserError(`ssh option must not hold a line break: ${JSON.stringify(text)}`);
  return text;
}
