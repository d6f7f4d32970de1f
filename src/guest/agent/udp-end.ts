import type { Socket } from "node:dgram";
import type { TunnelEnd, TunnelEvents } from "./tunnel-end.ts";

/** A socket of the guest that exchanges datagrams with a port of the guest, at the first of the hosts to which there is a way. */
export function dialUdp(hosts: readonly string[], port: number, events: TunnelEvents): TunnelEnd {
  const end = new UdpEnd(hosts, port, events);
  end.connect(0);
  return end;
}

class UdpEnd implements TunnelEnd {
  private socket: Socket | undefined;
  private open = true;
  /** What is sent before the socket knows its peer waits for that. */
  private early: Uint8Array[] | undefined = [];

  constructor(
    private readonly hosts: readonly string[],
    private readonly port: number,
    private readonly events: TunnelEvents,
  ) {}

  connect(at: number): void {
    const { createSocket } = require("node:dgram") as typeof import("node:dgram");
    const host = this.hosts[at] ?? "";
    const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
    this.socket = socket;
    socket.on("connect", () => this.connected());
    socket.on("message", (bytes) => {
      if (this.open) this.events.onData(bytes);
    });
    socket.on("error", (cause) => {
      // A refused datagram is no end: the program may listen later.
      if (!this.open || ("code" in cause && cause.code === "ECONNREFUSED")) return;
      if (this.early !== undefined && at + 1 < this.hosts.length) {
        socket.close();
        return this.connect(at + 1);
      }
      this.events.onClose(cause.message);
      this.close();
    });
    socket.connect(this.port, host);
  }

  send(bytes: Uint8Array): void {
    if (!this.open) return;
    if (this.early === undefined) this.sendNow(bytes);
    else this.early.push(bytes);
  }

  shut(): void {}

  setFlowing(): void {}

  close(): void {
    if (!this.open) return;
    this.open = false;
    this.socket?.close();
  }

  reset(): void {
    this.close();
  }

  private connected(): void {
    const waiting = this.early ?? [];
    this.early = undefined;
    this.events.onConnect();
    for (const bytes of waiting) this.sendNow(bytes);
  }

  private sendNow(bytes: Uint8Array): void {
    this.socket?.send(bytes, () => this.events.onSent(bytes.length));
  }
}
