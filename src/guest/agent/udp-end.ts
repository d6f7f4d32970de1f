import type { TunnelEnd, TunnelEvents } from "./tunnel-end.ts";

/** A socket of the guest that exchanges datagrams with a port of the guest. */
export function dialUdp(host: string, port: number, events: TunnelEvents): TunnelEnd {
  const { createSocket } = require("node:dgram") as typeof import("node:dgram");
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
    shut: () => {},
    setFlowing: () => {},
    close,
    reset: close,
  };
}
