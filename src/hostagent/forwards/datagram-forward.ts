import { createSocket, type Socket } from "node:dgram";
import type { HostOs } from "../../lib/host.ts";
import { bindingOf, type HostAddress, portText } from "../forward-plan.ts";
import type { Tunnel, TunnelHandlers } from "../guest-agent/tunnel.ts";

export interface DatagramForwardOptions {
  readonly address: Extract<HostAddress, { readonly kind: "port" }>;
  readonly hostOs: HostOs;
  /** Begins a tunnel to the guest's socket; undefined while the guest agent is away, and the datagram is lost. */
  readonly tunnel: (handlers: TunnelHandlers) => Tunnel | undefined;
  /** Time after which a client that was silent is forgotten. @default 90000 */
  readonly idleMs?: number;
}

interface Peer {
  readonly tunnel: Tunnel;
  readonly idle: NodeJS.Timeout;
}

/** A UDP port of the host whose datagrams go to the guest, and the answers back to who asked. */
export class DatagramForward {
  private readonly socket: Socket;
  private readonly peers = new Map<string, Peer>();

  /** Begins to listen. @throws Error of the system, with its code, when it cannot */
  static async listen(options: DatagramForwardOptions): Promise<DatagramForward> {
    const forward = new DatagramForward(options);
    await forward.bind();
    return forward;
  }

  private constructor(private readonly options: DatagramForwardOptions) {
    this.socket = createSocket(options.address.ip.includes(":") ? "udp6" : "udp4");
  }

  /** Listens no more. */
  end(): void {
    for (const name of [...this.peers.keys()]) this.forget(name);
    this.socket.close();
  }

  private async bind(): Promise<void> {
    const { address, hostOs } = this.options;
    const { ip, port, loopbackOnly } = bindingOf(address, hostOs);
    const listening = Promise.withResolvers<void>();
    this.socket.once("error", listening.reject);
    this.socket.once("listening", listening.resolve);
    this.socket.bind(port, ip);
    await listening.promise;
    // A client that is gone refuses its answers.
    this.socket.on("error", () => undefined);
    this.socket.on("message", (bytes, { address: from, port: fromPort }) => {
      if (!loopbackOnly || from.startsWith("127.")) this.peer(from, fromPort)?.tunnel.send(bytes);
    });
  }

  private peer(ip: string, port: number): Peer | undefined {
    const name = portText(ip, port);
    const known = this.peers.get(name);
    if (known !== undefined) {
      known.idle.refresh();
      return known;
    }
    const tunnel = this.options.tunnel({
      onData: (bytes) => {
        const known = this.peers.get(name);
        if (known === undefined) return;
        known.idle.refresh();
        this.socket.send(bytes, port, ip);
      },
      onClose: () => this.forget(name),
    });
    if (tunnel === undefined) return undefined;
    const idle = setTimeout(() => this.forget(name), this.options.idleMs ?? 90_000);
    const peer = { tunnel, idle };
    this.peers.set(name, peer);
    return peer;
  }

  private forget(name: string): void {
    const peer = this.peers.get(name);
    if (peer === undefined) return;
    this.peers.delete(name);
    clearTimeout(peer.idle);
    peer.tunnel.close();
  }
}
