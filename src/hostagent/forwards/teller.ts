import type { PortForwardEvent } from "../../hostapi/events.ts";
import { errorCode, errorText } from "../../lib/errors.ts";
import type { Logger } from "../../lib/log.ts";
import { addressText, type GuestListener, type HostAddress, isNegligible, portText } from "../forward-plan.ts";
import { portHolder } from "./port-holder.ts";

export interface ForwardTellerOptions {
  readonly logger: Logger;
  readonly tell: (event: PortForwardEvent) => void;
  /** Protocols of which nobody wants to hear that a port is not forwarded. */
  readonly silenced: ReadonlySet<string>;
}

/** Says what becomes of the guest's ports, in the log and as events. */
export class ForwardTeller {
  constructor(private readonly options: ForwardTellerOptions) {}

  forwarding(listener: GuestListener, to: HostAddress): void {
    this.change("Forwarding", "forwarding", listener, to);
  }

  stopping(listener: GuestListener, to: HostAddress): void {
    this.change("Stopping forwarding", "stopping", listener, to);
  }

  ignored({ protocol, ip, port }: GuestListener, reason: string): void {
    if (this.options.silenced.has(protocol)) return;
    const guestAddr = portText(ip, port);
    this.options.logger.info(`Not forwarding ${protocol.toUpperCase()} ${guestAddr}`, { reason });
    this.options.tell({ type: "not-forwarding", protocol, guestAddr });
  }

  failed(listener: GuestListener, to: HostAddress, cause: unknown): void {
    const { protocol, ip, port } = listener;
    const { logger, tell } = this.options;
    const guestAddr = portText(ip, port);
    const error = reasonOf(protocol, to, cause);
    if (isNegligible(protocol, to, errorCode(cause))) {
      logger.info(`Not forwarding ${protocol.toUpperCase()} ${guestAddr}`, { reason: error });
    } else logger.warn(failedToListen(protocol, to), { error, guestAddr });
    tell({ type: "failed", protocol, guestAddr, hostAddr: addressText(to), error });
  }

  /** A forward that does not wait for a listener could not be made. */
  failedFixed(to: HostAddress, cause: unknown): void {
    this.options.logger.warn(failedToListen("tcp", to), { error: reasonOf("tcp", to, cause) });
  }

  private change(verb: string, type: PortForwardEvent["type"], listener: GuestListener, to: HostAddress): void {
    const { protocol, ip, port } = listener;
    const guestAddr = portText(ip, port);
    const hostAddr = addressText(to);
    this.options.logger.info(`${verb} ${protocol.toUpperCase()} from ${guestAddr} to ${hostAddr}`);
    this.options.tell({ type, protocol, guestAddr, hostAddr });
  }
}

/** The warning about an address that cannot be had. */
export function failedToListen(protocol: "tcp" | "udp", to: HostAddress): string {
  return `failed to listen ${protocol}: ${addressText(to)}`;
}

/** What the system said, and which program is in the way, or what to do about it. */
export function reasonOf(protocol: "tcp" | "udp", to: HostAddress, cause: unknown): string {
  const code = errorCode(cause);
  const said = (code === undefined ? undefined : systemTexts[code]) ?? errorText(cause);
  const holder = code === "EADDRINUSE" && to.kind === "port" ? portHolder(protocol, to.port) : undefined;
  const held = holder === undefined ? "" : ` (held by ${holder})`;
  const hint = code === "EACCES" && to.kind === "port" && to.port < 1024 ? ` (hint: ${lowPortHint})` : "";
  return `listen ${protocol} ${addressText(to)}: ${said}${held}${hint}`;
}

const lowPortHint =
  "ports below 1024 are root's: set hostPort to a higher one, or on Linux lower net.ipv4.ip_unprivileged_port_start";

const systemTexts: Readonly<Record<string, string>> = {
  EADDRINUSE: "bind: address already in use",
  EACCES: "bind: permission denied",
  EPERM: "bind: operation not permitted",
  EADDRNOTAVAIL: "bind: cannot assign requested address",
};
