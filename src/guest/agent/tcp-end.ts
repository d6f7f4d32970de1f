import type { Socket, SocketHandler, UnixSocketOptions } from "bun";
import { errorText } from "../../lib/errors.ts";
import { SocketQueue } from "../../lib/socket-queue.ts";
import { endFollows } from "./end-follows.ts";
import type { TunnelEnd, TunnelEvents } from "./tunnel-end.ts";

/** No more bytes than this may be the whole of an answer, after which it is worth asking whether the end has come. */
const shortBytes = 16 * 1024;

/** Connects to a port of the guest, at the first of the hosts that lets it. */
export function dialTcp(hosts: readonly string[], port: number, events: TunnelEvents): TunnelEnd {
  const end = new TcpEnd(hosts, port, events);
  end.connect(0);
  return end;
}

/** Goes on with a connected socket. */
export function adoptTcp(fd: number, heardEnd: boolean, events: TunnelEvents): TunnelEnd {
  const end = new TcpEnd([], 0, events);
  end.adopt(fd, heardEnd);
  return end;
}

class TcpEnd implements TunnelEnd {
  private socket: Socket<TcpEnd> | undefined;
  private readonly queue = new SocketQueue((count) => this.sent(count));
  /** What is to be done when all has been sent. */
  private last: "nothing" | "shut" | "close" | "reset" = "nothing";
  /** False after the end: nothing is told any more. */
  private open = true;
  private heardEnd = false;
  private flowing = true;
  private toldConnect = false;

  constructor(
    private readonly hosts: readonly string[],
    private readonly port: number,
    private readonly events: TunnelEvents,
  ) {}

  send(bytes: Uint8Array): void {
    if (this.open) this.queue.send(this.socket, bytes, true);
  }

  shut(): void {
    if (this.last === "nothing") this.last = "shut";
    this.finish();
  }

  setFlowing(flowing: boolean): void {
    this.flowing = flowing;
    if (flowing) this.socket?.resume();
    else this.socket?.pause();
  }

  close(): void {
    this.open = false;
    this.last = "close";
    // Else it would wait for a drain that only a socket that is read from may see.
    this.socket?.resume();
    this.finish();
  }

  reset(): void {
    this.open = false;
    this.last = "reset";
    this.socket?.terminate();
  }

  adopt(fd: number, heardEnd: boolean): void {
    this.toldConnect = true;
    this.heardEnd = heardEnd;
    const asked = { fd, allowHalfOpen: true, data: this, socket: handlers } as const;
    // The types leave out that a descriptor will do.
    Bun.connect(asked as unknown as UnixSocketOptions<TcpEnd>).catch((error: unknown) =>
      this.tellClose(errorText(error)),
    );
  }

  connect(at: number): void {
    const hostname = this.hosts[at] ?? "";
    const asked = { hostname, port: this.port, allowHalfOpen: true, data: this, socket: handlers } as const;
    Bun.connect(asked).catch((error: unknown) => {
      if (at + 1 < this.hosts.length) this.connect(at + 1);
      else this.tellClose(errorText(error));
    });
  }

  drained(socket: Socket<TcpEnd>): void {
    this.queue.drain(socket);
    this.finish();
  }

  took(socket: Socket<TcpEnd>, bytes: Uint8Array): void {
    if (!this.open) return;
    this.events.onData(bytes);
    if (bytes.length > shortBytes) return;
    const { fd } = socket as { readonly fd?: number };
    if (fd !== undefined && endFollows(fd)) this.ended();
  }

  connected(socket: Socket<TcpEnd>): void {
    this.socket = socket;
    if (this.last === "reset") return void socket.terminate();
    if (!this.flowing) socket.pause();
    if (this.open && !this.toldConnect) this.events.onConnect();
    this.queue.drain(socket);
    this.finish();
  }

  ended(): void {
    if (this.heardEnd) return;
    this.heardEnd = true;
    if (this.open) this.events.onShut();
  }

  private sent(count: number): void {
    if (this.open && count > 0) this.events.onSent(count);
  }

  private finish(): void {
    if (this.socket === undefined || !this.queue.isEmpty) return;
    if (this.last === "shut") this.socket.shutdown();
    if (this.last === "close") this.socket.end();
  }

  tellClose(error: string): void {
    if (!this.open) return;
    this.open = false;
    this.events.onClose(error);
  }
}

/** One set for all: making functions for each connection is work. */
const handlers: SocketHandler<TcpEnd> = {
  open: (socket) => socket.data.connected(socket),
  data: (socket, bytes) => socket.data.took(socket, bytes),
  drain: (socket) => socket.data.drained(socket),
  end: (socket) => socket.data.ended(),
  close: (socket, error) => socket.data.tellClose(error === undefined ? "" : errorText(error)),
  error: () => {},
  connectError: () => {},
};
