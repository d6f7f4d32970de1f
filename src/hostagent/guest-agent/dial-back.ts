import { randomBytes, timingSafeEqual } from "node:crypto";
import { createServer, type Server, type Socket } from "node:net";
import { guestSecretBytes, nonceBytes } from "../../guest/protocol.ts";
import { AgentConnection } from "./connection.ts";

export interface DialBackOptions {
  /** The connection over which the guest is asked, and told the secrets. */
  readonly control: AgentConnection;
  /** Where the guest reaches this host's loopback. */
  readonly gateway: string;
  /** How long the guest may take. @default 10000 */
  readonly limitMs?: number;
  readonly signal: AbortSignal;
}

/** The control connection notices sooner that the guest is gone. */
const pingMs = 15_000;

/**
 * Has the guest dial this host for a second connection, which carries tunnels at the speed of the network. It carries no
 * encryption, for it does not leave this machine; both ends show a secret of this one connection, which went over the
 * machine's own channel. The port on the loopback is open only until the guest has come.
 * @throws Error when the guest does not come in time
 */
export async function dialBack(options: DialBackOptions): Promise<AgentConnection> {
  const { control, gateway, limitMs = 10_000 } = options;
  const guestSecret = randomBytes(guestSecretBytes);
  const hostSecret = randomBytes(nonceBytes);
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(limitMs)]);
  const door = new Door(guestSecret);
  try {
    const port = await door.open();
    const refused = Promise.withResolvers<never>();
    refused.promise.catch(() => undefined);
    signal.addEventListener("abort", () => refused.reject(new Error("the guest did not come")), { once: true });
    void control.closed.then((reason) => refused.reject(new Error(reason)));
    const asked = control.dialBack({
      host: gateway,
      port,
      guestSecret: guestSecret.toString("hex"),
      hostSecret: hostSecret.toString("hex"),
    });
    asked.catch((error: unknown) => refused.reject(error));
    const socket = await Promise.race([door.guest, refused.promise]);
    // What the guest says of its own accord is nothing: it waits for the hello.
    return await AgentConnection.greet(socket, hostSecret, { pingMs, signal });
  } finally {
    door.close();
  }
}

/** Strangers at once: more are turned away, and one that says nothing is kept this long. */
const strangers = { limit: 16, patienceMs: 2000 } as const;

/** A port of the loopback that lets in who knows the secret, once. */
class Door {
  readonly guest: Promise<Socket>;
  private readonly found = Promise.withResolvers<Socket>();
  private readonly server: Server;
  private readonly waiting = new Set<Socket>();

  constructor(private readonly secret: Buffer) {
    this.guest = this.found.promise;
    this.server = createServer({ noDelay: true, pauseOnConnect: false }, (socket) => this.look(socket));
  }

  async open(): Promise<number> {
    const listening = Promise.withResolvers<void>();
    this.server.once("error", listening.reject);
    this.server.listen({ host: "127.0.0.1", port: 0 }, listening.resolve);
    await listening.promise;
    this.server.on("error", () => undefined);
    const address = this.server.address();
    if (address === null || typeof address === "string") throw new Error("no port to listen on");
    return address.port;
  }

  close(): void {
    this.server.close();
    for (const socket of this.waiting) socket.destroy();
  }

  private look(socket: Socket): void {
    socket.on("error", () => socket.destroy());
    if (this.waiting.size >= strangers.limit) {
      socket.destroy();
      return;
    }
    this.waiting.add(socket);
    const patience = setTimeout(() => socket.destroy(), strangers.patienceMs);
    socket.once("close", () => {
      clearTimeout(patience);
      this.waiting.delete(socket);
    });
    let said = Buffer.alloc(0);
    const hear = (bytes: Buffer) => {
      said = Buffer.concat([said, bytes]);
      if (said.length < guestSecretBytes) return;
      clearTimeout(patience);
      socket.removeListener("data", hear);
      if (said.length > guestSecretBytes || !timingSafeEqual(said, this.secret)) socket.destroy();
      else {
        this.waiting.delete(socket);
        this.found.resolve(socket);
      }
    };
    socket.on("data", hear);
  }
}
