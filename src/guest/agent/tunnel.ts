import { createSocket } from "node:dgram";
import { connect } from "node:net";

/** One end of a tunnel in the guest. */
export interface TunnelEnd {
  /** Sends bytes on (a datagram, for UDP). */
  send(bytes: Uint8Array): void;
  /** Holds back or lets flow what comes from the guest's program. UDP cannot be held back. */
  setFlowing(flowing: boolean): void;
  /** Ends the connection; may be called more than once. */
  close(): void;
}

/** What a tunnel tells. Nothing is told after `onClose`, nor after `close` was called. */
export interface TunnelEvents {
  onConnect(): void;
  onData(bytes: Uint8Array): void;
  /** Bytes given to `send` have been taken. */
  onSent(count: number): void;
  onClose(error: string): void;
}

/** Dials an address of the guest. */
export function dial(protocol: "tcp" | "udp", host: string, port: number, events: TunnelEvents): TunnelEnd {
  return protocol === "tcp" ? dialTcp(host, port, events) : dialUdp(host, port, events);
}

function dialTcp(host: string, port: number, events: TunnelEvents): TunnelEnd {
  const socket = connect({ host, port, noDelay: true });
  let error = "";
  socket.on("connect", () => events.onConnect());
  socket.on("data", (bytes) => events.onData(bytes));
  socket.on("error", (cause) => {
    error = cause.message;
  });
  socket.on("close", () => events.onClose(error));
  return {
    send: (bytes) => {
      socket.write(bytes, (failure) => {
        if (!failure) events.onSent(bytes.length);
      });
    },
    setFlowing: (flowing) => (flowing ? socket.resume() : socket.pause()),
    close: () => {
      socket.removeAllListeners("close");
      // What was sent still goes out, and then the connection ends.
      socket.destroySoon();
    },
  };
}

function dialUdp(host: string, port: number, events: TunnelEvents): TunnelEnd {
  const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
  let open = true;
  // What is sent before the socket knows its peer waits for that.
  let early: Uint8Array[] | undefined = [];
  const send = (bytes: Uint8Array) => socket.send(bytes, () => events.onSent(bytes.length));
  const close = () => {
    if (!open) return;
    open = false;
    socket.close();
  };
  socket.on("connect", () => {
    const waiting = early ?? [];
    early = undefined;
    events.onConnect();
    for (const bytes of waiting) send(bytes);
  });
  socket.on("message", (bytes) => {
    if (open) events.onData(bytes);
  });
  socket.on("error", (cause) => {
    // A refused datagram is no end: the program may listen later.
    if ("code" in cause && cause.code === "ECONNREFUSED") return;
    if (open) events.onClose(cause.message);
    close();
  });
  socket.connect(port, host);
  return {
    send: (bytes) => {
      if (!open) return;
      if (early === undefined) send(bytes);
      else early.push(bytes);
    },
    setFlowing: () => {},
    close,
  };
}
