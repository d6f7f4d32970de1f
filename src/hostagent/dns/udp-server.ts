import { truncate } from "../../lib/dns/truncate.ts";
import type { Answerer } from "./answerer.ts";

/** Longest reply by UDP; what is longer is cut, and asked for again by TCP. */
const replyBytes = 512;
/** Questions that may wait at a time; each may take a few descriptors. Beyond, packets are dropped as a full network would. */
const maxWaiting = 256;

/** Answers by UDP. */
export class UdpServer implements Disposable {
  private waiting = 0;

  private constructor(private readonly socket: Bun.udp.Socket<"buffer">) {}

  /** Listens on 127.0.0.1. @param port 0 for a free one. @throws Error when the port is taken */
  static async listen(port: number, answerer: Answerer): Promise<UdpServer> {
    const pending: UdpServer[] = [];
    const socket = await Bun.udpSocket({
      hostname: "127.0.0.1",
      port,
      socket: {
        data: (_, packet, fromPort, from) => void pending[0]?.take(answerer, packet, fromPort, from),
        // a client that has gone away
        error: () => undefined,
      },
    });
    const server = new UdpServer(socket);
    pending.push(server);
    return server;
  }

  get port(): number {
    return this.socket.port;
  }

  [Symbol.dispose](): void {
    this.socket.close();
  }

  private async take(answerer: Answerer, packet: Buffer, port: number, address: string): Promise<void> {
    if (this.waiting >= maxWaiting) return;
    this.waiting += 1;
    try {
      const reply = await answerer.answer(packet);
      if (reply !== undefined) this.send(truncate(reply, replyBytes), port, address);
    } finally {
      this.waiting -= 1;
    }
  }

  /** A send may be told that an earlier client has gone away (ICMP), and then sends nothing. */
  private send(reply: Buffer, port: number, address: string): void {
    for (let tries = 0; tries < 3 && !this.socket.closed; tries += 1) {
      try {
        this.socket.send(reply, port, address);
        return;
      } catch {
        // that was another client's, or this one has gone itself
      }
    }
  }
}
