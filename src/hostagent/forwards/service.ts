import type { PortForward } from "../../config/types.ts";
import type { PortForwardEvent } from "../../hostapi/events.ts";
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
  portText,
  silencedProtocols,
} from "../forward-plan.ts";
import type { AgentConnection } from "../guest-agent/connection.ts";
import type { PortsChange } from "../guest-agent/service.ts";
import type { Health, Service } from "../service.ts";
import type { SshSession } from "../ssh/session.ts";
import { DatagramForward } from "./datagram-forward.ts";
import { endForward, FixedForwards } from "./fixed-forwards.ts";
import type { Forwarder, OpenForward } from "./forwarder.ts";
import { ForwardTeller } from "./teller.ts";

export interface PortForwardsOptions {
  readonly configured: readonly PortForward[];
  /** Whether the guest is left alone, but for what is static. */
  readonly plain: boolean;
  readonly sshLocalPort: number;
  readonly hostOs: HostOs;
  /** Carries TCP, and unix sockets. */
  readonly forwarder: Forwarder;
  /** The connection by which UDP goes, while there is one; undefined where UDP is not forwarded. */
  readonly datagrams: (() => AgentConnection | undefined) | undefined;
  /** Whether what ceased to listen is taken in before what began to, as Lima does where ssh forwards. */
  readonly removedFirst: boolean;
  readonly session: SshSession;
  readonly logger: Logger;
  readonly tell: (event: PortForwardEvent) => void;
  /** Pause between attempts at a host port that is taken. @default 2000 */
  readonly retryMs?: number;
}

/**
 * A port of the host that leads to one or more listeners of the guest; the first of them is the one that is reached. Those
 * of its port, which follow it, are the same service at another address; those of another port wait for it to go.
 */
interface Place {
  readonly to: HostAddress;
  readonly listeners: GuestListener[];
  /** Undefined while the place cannot be had, for what `hindrance` says. */
  forward: OpenForward | DatagramForward | undefined;
  hindrance: unknown;
}

/** Ports and unix sockets of the guest, reachable on the host: those that rules name, and those that begin to listen. */
export class PortForwards implements Service {
  readonly name = "port forwards";
  private readonly rules: readonly ForwardRule[];
  private readonly teller: ForwardTeller;
  private readonly fixed: FixedForwards;
  private readonly places = new Map<string, Place>();
  /** Closed listeners whose connections go on. */
  private readonly leaving = new Set<OpenForward>();
  private readonly retrying: NodeJS.Timeout;
  private work: Promise<void> = Promise.resolve();
  private over = false;

  constructor(private readonly options: PortForwardsOptions) {
    const { configured, logger, tell, datagrams } = options;
    this.rules = forwardRules(configured, options.sshLocalPort);
    const protocols = silencedProtocols(configured);
    const silenced = new Set(protocols.flatMap((each) => (each === "any" ? ["tcp", "udp"] : [each])));
    for (const protocol of protocols) logger.info(silenceText[protocol]);
    if (datagrams === undefined) {
      for (const { rule, place } of this.rules) {
        if (rule.static && rule.proto === "udp") logger.warn(`${place}: UDP is not forwarded without a guest agent`);
      }
    }
    this.teller = new ForwardTeller({ logger, tell, silenced });
    this.fixed = new FixedForwards({ ...options, rules: this.rules, teller: this.teller });
    this.retrying = setInterval(() => this.retry(), options.retryMs ?? 2000);
    this.retrying.unref();
  }

  /** Forwards what does not wait for a listener: static ports, and unix sockets. */
  async start(): Promise<void> {
    await this.fixed.start();
  }

  async stop(): Promise<void> {
    this.over = true;
    clearInterval(this.retrying);
    await this.work;
    await this.fixed.stop();
    for (const { forward } of this.places.values()) await endAny(forward);
    for (const forward of this.leaving) forward.end();
    this.places.clear();
    this.options.forwarder.stop?.();
  }

  health(): Health {
    return { kind: "well" };
  }

  /** Takes in what began and ceased to listen in the guest; one after the other. */
  update({ added, removed }: PortsChange): void {
    this.work = this.work.then(async () => {
      const remove = () => {
        for (const listener of removed) this.remove(listener);
      };
      if (this.options.removedFirst) remove();
      for (const listener of added) await this.add(listener);
      // A service that moves from one address to another keeps its port of the host.
      if (!this.options.removedFirst) remove();
    });
  }

  private async add(listener: GuestListener): Promise<void> {
    if (this.over) return;
    const verdict = decide(this.rules, listener);
    if (verdict.kind === "ignore") return this.teller.ignored(listener, verdict.reason);
    if (verdict.isStatic) return;
    const { to } = verdict;
    const hindrance = this.hindrance(listener, to);
    if (hindrance !== undefined) return this.teller.ignored(listener, hindrance);
    const key = `${listener.protocol} ${addressText(to)}`;
    const known = this.places.get(key);
    if (known !== undefined) {
      const [first = listener] = known.listeners;
      const isReached = first.port === listener.port;
      known.listeners.splice(isReached ? 1 : known.listeners.length, 0, listener);
      if (known.forward === undefined) this.teller.failed(listener, to, known.hindrance);
      else if (isReached) this.teller.forwarding(listener, to);
      else this.teller.failed(listener, to, new Error(`it leads to ${portText(first.ip, first.port)} already`));
      return;
    }
    const place: Place = { to, listeners: [listener], forward: undefined, hindrance: undefined };
    this.places.set(key, place);
    try {
      place.forward = await this.open(place, listener);
      this.teller.forwarding(listener, to);
    } catch (error) {
      place.hindrance = error;
      this.teller.failed(listener, to, error);
    }
  }

  private remove(listener: GuestListener): void {
    const verdict = decide(this.rules, listener);
    if (verdict.kind === "ignore") return;
    const key = `${listener.protocol} ${addressText(verdict.to)}`;
    const place = this.places.get(key);
    const at = place?.listeners.findIndex(({ ip, port }) => ip === listener.ip && port === listener.port) ?? -1;
    if (place === undefined || at < 0) return;
    const reached = place.listeners[0]?.port;
    place.listeners.splice(at, 1);
    const { forward } = place;
    if (place.listeners.length === 0) this.places.delete(key);
    if (forward === undefined || listener.port !== reached) return;
    this.teller.stopping(listener, verdict.to);
    if (place.listeners[0]?.port !== reached) this.tellReached(place);
    if (forward instanceof DatagramForward) {
      if (place.listeners.length === 0) forward.end();
    } else if (place.listeners.length > 0) forward.retarget();
    else {
      this.leaving.add(forward);
      void forward.close().then(() => this.leaving.delete(forward));
    }
  }

  /** Tries again where another program was in the way. */
  private retry(): void {
    if (!this.fixed.isLacking && ![...this.places.values()].some(({ forward }) => forward === undefined)) return;
    this.work = this.work.then(async () => {
      await this.fixed.retry();
      for (const place of this.places.values()) {
        const [first] = place.listeners;
        if (this.over || place.forward !== undefined || first === undefined) continue;
        place.forward = await this.open(place, first).catch(() => undefined);
        if (place.forward === undefined) continue;
        this.tellReached(place);
      }
    });
  }

  /** The place now leads to its first listener. */
  private tellReached({ listeners, to }: Place): void {
    for (const listener of listeners) if (listener.port === listeners[0]?.port) this.teller.forwarding(listener, to);
  }

  /** Why a listener cannot be forwarded whatever is free on the host. */
  private hindrance({ protocol }: GuestListener, to: HostAddress): string | undefined {
    if (protocol === "tcp") return undefined;
    if (to.kind === "socket") return `${to.path} takes streams only`;
    return this.options.datagrams === undefined ? "LIMA_SSH_PORT_FORWARDER leaves out UDP" : undefined;
  }

  private async open({ to, listeners }: Place, listener: GuestListener): Promise<OpenForward | DatagramForward> {
    const { hostOs, forwarder, datagrams } = this.options;
    const target = () => {
      const { ip, port } = listeners[0] ?? listener;
      return { hosts: dialAddresses(ip), port };
    };
    if (listener.protocol === "tcp" || to.kind === "socket") return await forwarder.open({ address: to, target });
    return await DatagramForward.listen({
      address: to,
      hostOs,
      tunnel: (handlers) => datagrams?.()?.datagrams(target().hosts, target().port, handlers),
    });
  }
}

async function endAny(forward: OpenForward | DatagramForward | undefined): Promise<void> {
  if (forward instanceof DatagramForward) forward.end();
  else if (forward !== undefined) await endForward(forward);
}

const silenceText = {
  tcp: "TCP port forwarding is disabled (except for SSH)",
  udp: "UDP port forwarding is disabled",
  any: "TCP (except for SSH) and UDP port forwarding is disabled",
} as const;
