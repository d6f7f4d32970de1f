import { createServer, type Server, type Socket } from "node:net";
import { Framing, framed } from "../../lib/dns/framing.ts";
import type { Answerer } from "./answerer.ts";

/** A client that is silent for so long is let go. */
const idleMs = 30_000;
/** Clients at a time, and questions of each that wait at a time. */
const maxClients = 64;
const maxWaiting = 64;

/** Answers by TCP, several questions a connection, each as soon as its answer is there. */
export class TcpServer implements Disposable {
  private readonly clients = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  /** Listens on 127.0.0.1. @param port 0 for a free one. @throws Error when the port is taken */
  static listen(port: number, answerer: Answerer): Promise<TcpServer> {
    const server = createServer({ allowHalfOpen: true });
    server.maxConnections = maxClients;
    return new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, "127.0.0.1", () => {
        const address = server.address();
        const made = new TcpServer(server, typeof address === "object" && address !== null ? address.port : port);
        server.off("error", reject);
        server.on("connection", (socket) => made.serve(socket, answerer));
        resolve(made);
      });
    });
  }

  [Symbol.dispose](): void {
    this.server.close();
    for (const socket of this.clients) socket.destroy();
  }

  private serve(socket: Socket, answerer: Answerer): void {
    const framing = new Framing();
    let waiting = 0;
    let ended = false;
    this.clients.add(socket);
    const finish = () => {
      if (ended && waiting === 0) socket.end();
    };
    socket.setTimeout(idleMs, () => {
      if (waiting === 0) socket.destroy();
    });
    socket.on("error", () => socket.destroy());
    socket.once("close", () => this.clients.delete(socket));
    socket.once("end", () => {
      ended = true;
      finish();
    });
    socket.on("data", (chunk: Buffer) => {
      for (const packet of framing.take(chunk)) {
        waiting += 1;
        void answerer.answer(packet).then((reply) => {
          waiting -= 1;
          if (reply === undefined) socket.destroy();
          else if (socket.writable) socket.write(framed(reply));
          if (waiting < maxWaiting) socket.resume();
          finish();
        });
      }
      if (waiting >= maxWaiting) socket.pause();
    });
  }
}
