import { chmodSync, lstatSync, mkdirSync, rmSync } from "node:fs";
import { createConnection, createServer, type Server, type Socket } from "node:net";
import { dirname } from "node:path";
import type { Duplex } from "node:stream";
import { errorCode } from "../../lib/errors.ts";
import type { HostOs } from "../../lib/host.ts";
import { bindingOf, type HostAddress } from "../forward-plan.ts";
import type { OpenForward } from "./forwarder.ts";
import { relay } from "./relay.ts";

export interface StreamForwardOptions {
  readonly address: HostAddress;
  readonly hostOs: HostOs;
  /** Permission bits of the directory of a socket that has none yet. @default 0o755 */
  readonly directoryMode?: number;
  /** Connects to the guest's side. @throws Error when nothing listens there */
  readonly connect: () => Promise<Duplex>;
  /** Told why a connection did not come about, or broke off in the guest. */
  readonly onRefused: (error: unknown) => void;
}

/** A port or unix socket of the host whose connections lead into the guest. */
export class StreamForward implements OpenForward {
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private closed = false;
  private readonly gone = Promise.withResolvers<void>();

  /** Begins to listen. @throws Error of the system, with its code, when it cannot */
  static async listen(options: StreamForwardOptions): Promise<StreamForward> {
    const forward = new StreamForward(options);
    await forward.bind();
    return forward;
  }

  private constructor(private readonly options: StreamForwardOptions) {
    this.server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => void this.accept(socket));
  }

  /** Listens no more; resolves when the last of the connections under way has ended. */
  close(): Promise<void> {
    if (this.closed) return this.gone.promise;
    this.closed = true;
    this.server.close();
    this.checkGone();
    const { address } = this.options;
    if (address.kind === "socket") rmSync(address.path, { force: true });
    return this.gone.promise;
  }

  /** Each connection asks anew where it leads. */
  retarget(): void {}

  /** Ends the connections under way as well. */
  end(): void {
    if (!this.closed) void this.close();
    for (const socket of this.sockets) socket.destroy();
  }

  private async bind(): Promise<void> {
    const { address, hostOs, directoryMode = 0o755 } = this.options;
    const listening = Promise.withResolvers<void>();
    this.server.once("error", listening.reject);
    this.server.once("listening", listening.resolve);
    if (address.kind === "port") {
      const { ip, port } = bindingOf(address, hostOs);
      this.server.listen({ host: ip, port });
    } else {
      mkdirSync(dirname(address.path), { recursive: true, mode: directoryMode });
      await removeStale(address.path);
      listenPrivately(this.server, address.path);
    }
    await listening.promise;
    if (address.kind === "socket") chmodSync(address.path, 0o600);
    // A connection that could not be accepted is no reason to end.
    this.server.on("error", () => undefined);
  }

  private checkGone(): void {
    if (this.closed && this.sockets.size === 0) this.gone.resolve();
  }

  private async accept(socket: Socket): Promise<void> {
    const { address, hostOs, connect, onRefused } = this.options;
    socket.on("error", () => socket.destroy());
    if (address.kind === "port" && bindingOf(address, hostOs).loopbackOnly && !isLoopback(socket.remoteAddress ?? "")) {
      socket.destroy();
      return;
    }
    this.sockets.add(socket);
    socket.once("close", () => {
      this.sockets.delete(socket);
      this.checkGone();
    });
    try {
      const guest = await connect();
      if (socket.destroyed) guest.destroy();
      else relay(socket, guest, onRefused);
    } catch (error) {
      socket.destroy();
      onRefused(error);
    }
  }
}

function isLoopback(ip: string): boolean {
  return ip.startsWith("127.") || ip === "::1" || ip.startsWith("::ffff:127.");
}

/** Nobody else may connect between the making of the socket and the change of its mode. */
function listenPrivately(server: Server, path: string): void {
  const mask = process.umask(0o177);
  try {
    server.listen(path);
  } finally {
    process.umask(mask);
  }
}

/** Removes a socket on which nobody listens. @throws Error when the path holds anything else */
async function removeStale(path: string): Promise<void> {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isSocket()) throw new Error(`${path} exists and is not a socket`);
  if (await isListening(path)) throw new Error(`another program listens on ${path}`);
  rmSync(path, { force: true });
}

async function isListening(path: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = createConnection(path);
  socket.once("connect", () => resolve(true));
  socket.once("error", (error) => resolve(errorCode(error) === "EACCES"));
  const answer = await promise;
  socket.destroy();
  return answer;
}
