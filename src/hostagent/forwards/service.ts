import type { Duplex } from "node:stream";
import type { PortForward } from "../../config/types.ts";
import type { PortForwardEvent } from "../../hostapi/events.ts";
import { errorCode, errorText } from "../../lib/errors.ts";
import type { HostOs } from "../../lib/host.ts";
import type { Logger } from "../../lib/log.ts";
import {
  addressText,
  decide,
  dialAddresses,
  type ForwardRule,
  forwardRules,
  type GuestListener,
  type HostAddress,
  isNegligible,
  portText,
  silencedProtocols,
  socketForwards,
  staticForwards,
} from "../forward-plan.ts";
import type { AgentConnection } from "../guest-agent/connection.ts";
import type { PortsChange } from "../guest-agent/service.ts";
import type { Health, Service } from "../service.ts";
import type { SshSession } from "../ssh/session.ts";
import { DatagramForward } from "./datagram-forward.ts";
import { portHolder } from "./port-holder.ts";
import { reverseSocket } from "./reverse-socket.ts";
import { StreamForward } from "./stream-forward.ts";

export interface PortForwardsOptions {
  readonly configured: readonly PortForward[];
  readonly sshLocalPort: number;
  readonly hostOs: HostOs;
  /** Whether UDP ports are forwarded, which takes the guest agent. */
  readonly udp: boolean;
  readonly session: SshSession;
  /** The guest agent, while it is connected; undefined for a guest that has none. */
  readonly agent: (() => AgentConnection | undefined) | undefined;
  readonly logger: Logger;
  readonly tell: (event: PortForwardEvent) => void;
}

/** A port of the host that leads to one or more listeners of the guest; the first of them is the one that is reached. */
interface Open {
  readonly to: HostAddress;
  readonly listeners: GuestListener[];
  forward: StreamForward | DatagramForward | undefined;
}

/** Ports and unix sockets of the guest, reachable on the host: those that rules name, and those that begin to listen. */
export class PortForwards implements Service {
  readonly name = "port forwards";
  private readonly rules: readonly ForwardRule[];
  private readonly silenced: ReadonlySet<string>;
  private readonly fixed: StreamForward[] = [];
  private readonly open = new Map<string, Open>();
  /** Closed listeners whose connections go on. */
  private readonly leaving = new Set<StreamForward>();
  private work: Promise<void> = Promise.resolve();
  private over = false;

  constructor(private readonly options: PortForwardsOptions) {
    this.rules = forwardRules(options.configured, options.sshLocalPort);
    const protocols = silencedProtocols(options.configured);
    this.silenced = new Set(protocols.flatMap((each) => (each === "any" ? ["tcp", "udp"] : [each])));
    for (const protocol of protocols) options.logger.info(silenceText[protocol]);
  }

  /** Forwards what does not wait for a listener: static ports, and unix sockets. */
  async start(): Promise<void> {
    const { configured, logger, session } = this.options;
    const { forwards, tooWide } = staticForwards(this.rules);
    for (const place of tooWide) logger.warn(`${place}: the range is too wide to be forwarded statically`);
    if (this.options.agent === undefined) {
      for (const { rule, place } of this.rules) {
        if (rule.static && rule.proto === "udp") logger.warn(`${place}: UDP is not forwarded without a guest agent`);
      }
    }
    for (const { from, to } of forwards) {
      logger.info(`Setting up static TCP forwarding from ${portText(from.ip, from.port)} to ${addressText(to)}`);
      await this.keepFixed(to, () => this.reach(from));
    }
    for (const { guestSocket, host, reverse } of socketForwards(configured)) {
      const name = addressText(host);
      if (reverse && host.kind === "socket") {
        logger.info(`Forwarding ${name} (host) to ${guestSocket} (guest)`);
        reverseSocket({ session, guestSocket, hostSocket: host.path, logger });
      } else {
        logger.info(`Forwarding ${guestSocket} (guest) to ${name} (host)`);
        await this.keepFixed(host, () => session.reach({ path: guestSocket }));
      }
    }
  }

  async stop(): Promise<void> {
    this.over = true;
    await this.work;
    for (const forward of this.fixed) forward.end();
    for (const { forward } of this.open.values()) forward?.end();
    for (const forward of this.leaving) forward.end();
    this.open.clear();
  }

  health(): Health {
    return { kind: "well" };
  }

  /** Takes in what began and ceased to listen in the guest; one after the other. */
  update({ added, removed }: PortsChange): void {
    this.work = this.work.then(async () => {
      // Added first: a service that moves from one address to another keeps its port of the host.
      for (const listener of added) await this.add(listener);
      for (const listener of removed) this.remove(listener);
    });
  }

  private async add(listener: GuestListener): Promise<void> {
    if (this.over) return;
    const verdict = decide(this.rules, listener);
    if (verdict.kind === "ignore") return this.tellIgnored(listener, verdict.reason);
    if (verdict.isStatic) return;
    const { to } = verdict;
    const key = `${listener.protocol} ${addressText(to)}`;
    const known = this.open.get(key);
    if (known !== undefined) known.listeners.push(listener);
    else {
      const opened: Open = { to, listeners: [listener], forward: undefined };
      try {
        opened.forward = await this.listen(listener, opened);
      } catch (error) {
        return this.tellFailure(listener, to, error);
      }
      if (opened.forward === undefined) return;
      this.open.set(key, opened);
    }
    this.tell("Forwarding", "forwarding", listener, to);
  }

  private remove(listener: GuestListener): void {
    const verdict = decide(this.rules, listener);
    if (verdict.kind === "ignore") return;
    const key = `${listener.protocol} ${addressText(verdict.to)}`;
    const opened = this.open.get(key);
    const at = opened?.listeners.findIndex(({ ip, port }) => ip === listener.ip && port === listener.port) ?? -1;
    if (opened === undefined || at < 0) return;
    opened.listeners.splice(at, 1);
    this.tell("Stopping forwarding", "stopping", listener, verdict.to);
    if (opened.listeners.length > 0) return;
    this.open.delete(key);
    const { forward } = opened;
    if (forward instanceof StreamForward) {
      this.leaving.add(forward);
      void forward.close().then(() => this.leaving.delete(forward));
    } else forward?.end();
  }

  /** @returns undefined for a listener that cannot be forwarded, when that was told */
  private async listen(listener: GuestListener, opened: Open): Promise<Open["forward"]> {
    const { hostOs, agent, logger } = this.options;
    const { to } = opened;
    if (listener.protocol === "tcp") {
      const connect = () => this.reach(opened.listeners[0] ?? listener);
      return await StreamForward.listen({
        address: to,
        hostOs,
        connect,
        onRefused: (error) => logger.debug(String(error)),
      });
    }
    if (to.kind === "socket") this.tellIgnored(listener, `${to.path} takes streams only`);
    else if (!this.options.udp) this.tellIgnored(listener, "LIMA_SSH_PORT_FORWARDER leaves out UDP");
    else {
      return await DatagramForward.listen({
        address: to,
        hostOs,
        tunnel: (handlers) => {
          const { ip, port } = opened.listeners[0] ?? listener;
          return agent?.()?.tunnel("udp", dialAddresses(ip)[0] ?? ip, port, handlers);
        },
      });
    }
    return undefined;
  }

  private async reach({ ip, port }: GuestListener): Promise<Duplex> {
    let failure: unknown;
    for (const host of dialAddresses(ip)) {
      try {
        return await this.options.session.reach({ host, port });
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  }

  private async keepFixed(address: HostAddress, connect: () => Promise<Duplex>): Promise<void> {
    const { hostOs, logger } = this.options;
    const onRefused = (error: unknown) => logger.debug(`${addressText(address)}: ${errorText(error)}`);
    try {
      const forward = await StreamForward.listen({ address, hostOs, directoryMode: 0o750, connect, onRefused });
      if (this.over) forward.end();
      else this.fixed.push(forward);
    } catch (error) {
      logger.warn(`failed to listen tcp: ${addressText(address)}`, { error: this.reasonOf("tcp", address, error) });
    }
  }

  private tell(verb: string, type: PortForwardEvent["type"], listener: GuestListener, to: HostAddress): void {
    const { protocol, ip, port } = listener;
    const guestAddr = portText(ip, port);
    const hostAddr = addressText(to);
    this.options.logger.info(`${verb} ${protocol.toUpperCase()} from ${guestAddr} to ${hostAddr}`);
    this.options.tell({ type, protocol, guestAddr, hostAddr });
  }

  private tellIgnored({ protocol, ip, port }: GuestListener, reason: string): void {
    if (this.silenced.has(protocol)) return;
    const guestAddr = portText(ip, port);
    this.options.logger.info(`Not forwarding ${protocol.toUpperCase()} ${guestAddr}`, { reason });
    this.options.tell({ type: "not-forwarding", protocol, guestAddr });
  }

  private tellFailure(listener: GuestListener, to: HostAddress, cause: unknown): void {
    const { protocol, ip, port } = listener;
    const { logger, tell } = this.options;
    const guestAddr = portText(ip, port);
    const error = this.reasonOf(protocol, to, cause);
    if (isNegligible(protocol, to, errorCode(cause))) {
      logger.info(`Not forwarding ${protocol.toUpperCase()} ${guestAddr}`, { reason: error });
    } else logger.warn(`failed to listen ${protocol}: ${addressText(to)}`, { error });
    tell({ type: "failed", protocol, guestAddr, hostAddr: addressText(to), error });
  }

  /** What the system said, and which program is in the way. */
  private reasonOf(protocol: "tcp" | "udp", to: HostAddress, cause: unknown): string {
    const code = errorCode(cause);
    const said = (code === undefined ? undefined : systemTexts[code]) ?? errorText(cause);
    const holder = code === "EADDRINUSE" && to.kind === "port" ? portHolder(protocol, to.port) : undefined;
    const held = holder === undefined ? "" : ` (held by ${holder})`;
    return `listen ${protocol} ${addressText(to)}: ${said}${held}`;
  }
}

const systemTexts: Readonly<Record<string, string>> = {
  EADDRINUSE: "bind: address already in use",
  EACCES: "bind: permission denied",
  EPERM: "bind: operation not permitted",
  EADDRNOTAVAIL: "bind: cannot assign requested address",
};

const silenceText = {
  tcp: "TCP port forwarding is disabled (except for SSH)",
  udp: "UDP port forwarding is disabled",
  any: "TCP (except for SSH) and UDP port forwarding is disabled",
} as const;
