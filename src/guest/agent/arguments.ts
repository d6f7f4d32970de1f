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

/** What the program was asked to do. */
export type AgentCommand =
  | { readonly command: "daemon"; readonly options: DaemonOptions }
  | { readonly command: "version" };

/** Time between two looks at the ports: an event reaches the host within a second of the socket's opening. */
const defaultTickMs = 750;

/** Reads the arguments of `lima-guestagent`. @throws UserError */
export function parseArguments(args: readonly string[]): AgentCommand {
  const values = new Map<string, string>();
  const words: string[] = [];
  for (let at = 0; at < args.length; at += 1) {
    const [, name, inline] = /^--([a-z-]+)(?:=([\s\S]*))?$/.exec(args[at] ?? "") ?? [];
    if (name === undefined) words.push(args[at] ?? "");
    else if (name === "debug" || name === "version") values.set(name, inline ?? "true");
    else if (!["runtime-dir", "tick", "vsock-port", "virtio-port", "socket-owner"].includes(name)) {
      throw new UserError(`unknown flag: --${name}`);
    } else {
      if (inline === undefined) at += 1;
      const value = inline ?? args[at];
      if (value === undefined) throw new UserError(`flag needs an argument: --${name}`);
      values.set(name, value);
    }
  }
  if (values.get("version") === "true") return { command: "version" };
  if (words.length !== 1 || words[0] !== "daemon") throw new UserError("usage: lima-guestagent daemon [flags]");
  const options = {
    debug: values.get("debug") === "true",
    runtimeDirectory: values.get("runtime-dir") ?? "/run/lima-guestagent",
    tickMs: durationMs(values.get("tick")),
    vsockPort: wholeNumber("vsock-port", values.get("vsock-port")),
    virtioPort: values.get("virtio-port") ?? "",
    socketOwner: wholeNumber("socket-owner", values.get("socket-owner")),
  };
  return { command: "daemon", options };
}

function wholeNumber(name: string, text = "0"): number {
  if (!/^\d{1,10}$/.test(text)) throw new UserError(`invalid argument "${text}" for "--${name}"`);
  return Number(text);
}

function durationMs(text: string | undefined): number {
  if (text === undefined) return defaultTickMs;
  const [, number, unit] = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(text) ?? [];
  const factors: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000 };
  const value = Number(number) * (factors[unit ?? ""] ?? Number.NaN);
  if (!(value > 0)) throw new UserError(`invalid argument "${text}" for "--tick"`);
  return value;
}
