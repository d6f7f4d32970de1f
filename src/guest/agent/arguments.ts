import { UserError } from "../../lib/errors.ts";

/** How the daemon was asked to run. */
export interface DaemonOptions {
  readonly debug: boolean;
  readonly runtimeDirectory: string;
  readonly tickMs: number;
  /** 0: not by vsock. */
  readonly vsockPort: number;
  /** Name below /dev/virtio-ports; empty: not by virtio-serial. */
  readonly virtioPort: string;
  /** User id that may open the unix socket. */
  readonly socketOwner: number;
}

/** How the unit of systemd is to be made. */
export interface InstallOptions extends Pick<DaemonOptions, "debug" | "vsockPort" | "virtioPort" | "socketOwner"> {
  /** Whether the agent's bytes are others than those that run. */
  readonly programChanged: boolean;
}

/** What the program was asked to do. */
export type AgentCommand =
  | { readonly command: "daemon"; readonly options: DaemonOptions }
  | { readonly command: "install-systemd"; readonly options: InstallOptions }
  | { readonly command: "help" }
  | { readonly command: "version" };

/** Time between two looks at the ports: an event reaches the host within a second of the socket's opening. */
const defaultTickMs = 750;

const channelFlags = ["vsock-port", "virtio-port", "socket-owner"];
const valueFlags: Readonly<Record<string, readonly string[]>> = {
  daemon: ["runtime-dir", "tick", ...channelFlags],
  "install-systemd": channelFlags,
};
const switches: Readonly<Record<string, readonly string[]>> = {
  daemon: [],
  "install-systemd": ["guestagent-updated"],
};
const globalSwitches = ["debug", "version", "help"];

export const usage = `Usage: lima-guestagent [--debug] COMMAND [flags]

  daemon           serve the host agent
    --virtio-port NAME    on this port below /dev/virtio-ports
    --vsock-port PORT     on this vsock port
    --socket-owner UID    user that may open /run/lima-guestagent.sock (default 0)
    --runtime-dir DIR     where its state is kept (default /run/lima-guestagent)
    --tick DURATION       time between two looks at the ports (default 750ms)
  install-systemd  make the daemon a unit of systemd; takes the first three flags
    --guestagent-updated  the program is another than the one that runs
  yq               the yq of this program

  --debug  tell more; --version  tell the version
`;

/** Reads the arguments of `lima-guestagent`. @throws UserError */
export function parseArguments(args: readonly string[]): AgentCommand {
  const { command, values } = readFlags(args);
  const isOn = (name: string) => booleanOf(name, values.get(name) ?? "false");
  if (isOn("version")) return { command: "version" };
  if (command === "" || isOn("help")) return { command: "help" };
  const channel = {
    debug: isOn("debug"),
    vsockPort: wholeNumber("vsock-port", values.get("vsock-port")),
    virtioPort: values.get("virtio-port") ?? "",
    socketOwner: wholeNumber("socket-owner", values.get("socket-owner")),
  };
  if (command === "install-systemd") {
    return { command, options: { ...channel, programChanged: isOn("guestagent-updated") } };
  }
  const runtimeDirectory = values.get("runtime-dir") ?? "/run/lima-guestagent";
  return { command: "daemon", options: { ...channel, runtimeDirectory, tickMs: durationMs(values.get("tick")) } };
}

/** The command, and its flags' values as they are written; flags may stand before the command, too. */
function readFlags(args: readonly string[]): { readonly command: string; readonly values: Map<string, string> } {
  const command = args.find((word, at) => !word.startsWith("-") && !takesValue(args[at - 1] ?? "")) ?? "";
  if (command !== "" && valueFlags[command] === undefined) {
    throw new UserError(`unknown command "${command}" for "lima-guestagent"`);
  }
  const values = new Map<string, string>();
  let commands = 0;
  for (let at = 0; at < args.length; at += 1) {
    const word = args[at] ?? "";
    const [, name, inline] = /^--([a-z-]+)(?:=([\s\S]*))?$/.exec(word === "-h" ? "--help" : word) ?? [];
    if (name === undefined) {
      commands += 1;
      if (word !== command || commands > 1) throw new UserError(`unexpected argument "${word}"`);
    } else if (globalSwitches.includes(name) || switches[command]?.includes(name)) {
      values.set(name, inline ?? "true");
    } else if (!valueFlags[command]?.includes(name)) {
      throw new UserError(`unknown flag: --${name}`);
    } else {
      if (inline === undefined) at += 1;
      const value = inline ?? args[at];
      if (value === undefined) throw new UserError(`flag needs an argument: --${name}`);
      values.set(name, value);
    }
  }
  return { command, values };
}

function takesValue(word: string): boolean {
  return Object.values(valueFlags).some((names) => names.some((name) => word === `--${name}`));
}

function booleanOf(name: string, text: string): boolean {
  if (["true", "1", "t", "T", "TRUE", "True"].includes(text)) return true;
  if (["false", "0", "f", "F", "FALSE", "False"].includes(text)) return false;
  throw new UserError(`invalid argument "${text}" for "--${name}"`);
}

function wholeNumber(name: string, text = "0"): number {
  if (!/^\d{1,10}$/.test(text)) throw new UserError(`invalid argument "${text}" for "--${name}"`);
  return Number(text);
}

/** As Go writes durations: `1m30s`, `1.5s`; units from hours to milliseconds. */
function durationMs(text: string | undefined): number {
  if (text === undefined) return defaultTickMs;
  const factors: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
  const parts = [...text.matchAll(/(\d+(?:\.\d*)?|\.\d+)(ms|s|m|h)/g)];
  if (text !== "0" && (text === "" || parts.map(([part]) => part).join("") !== text)) {
    throw new UserError(`invalid argument "${text}" for "--tick"`);
  }
  const value = parts.reduce((sum, [, number, unit]) => sum + Number(number) * (factors[unit ?? ""] ?? 0), 0);
  if (value === 0) throw new UserError("tick must be specified");
  return value;
}
