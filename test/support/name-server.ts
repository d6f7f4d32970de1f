import { createServer, type Server } from "node:net";
import { type Answer, decode, encode, type Packet } from "dns-packet";
import { Framing, framed } from "../../src/lib/dns/framing.ts";
import { truncate } from "../../src/lib/dns/truncate.ts";

/** What a question is answered with: records, a response code, or nothing at all. */
export type Words =
  | { readonly answers: readonly Answer[]; readonly delayMs?: number }
  | { readonly rcode: number }
  | "silence";

/** A name server of the outside, as a test wants it to be. It notes what it was asked. */
export class NameServer implements Disposable {
  readonly asked: string[] = [];
  /** @default nothing of any name */
  say: (name: string, type: string) => Words = () => ({ answers: [] });

  private constructor(
    private readonly udp: Bun.udp.Socket<"buffer">,
    private readonly tcp: Server,
    readonly port: number,
  ) {}

  /** Listens at one port by UDP and TCP. @param wanted 0 for one that is free for both */
  static async listen(address = "127.0.0.1", wanted = 0): Promise<NameServer> {
    for (let tries = 20; ; tries -= 1) {
      try {
        return await NameServer.listenOnce(address, wanted);
      } catch (error) {
        if (wanted !== 0 || tries === 0) throw error;
      }
    }
  }

  private static async listenOnce(address: string, wanted: number): Promise<NameServer> {
    const made: NameServer[] = [];
    const udp = await Bun.udpSocket({
      hostname: address,
      port: wanted,
      socket: {
        data: async (socket, packet, port, from) => {
          const reply = await made[0]?.reply(packet, "udp");
          if (reply !== undefined && !socket.closed) socket.send(truncate(reply, 512), port, from);
        },
        // a client that has gone away
        error: () => undefined,
      },
    });
    const tcp = createServer((socket) => {
      const framing = new Framing();
      socket.on("error", () => socket.destroy());
      socket.on("data", async (chunk: Buffer) => {
        for (const packet of framing.take(chunk)) {
          const reply = await made[0]?.reply(packet, "tcp");
          if (reply !== undefined) socket.end(framed(reply));
        }
      });
    });
    try {
      await new Promise<void>((resolve, reject) => {
        tcp.once("error", reject);
        tcp.listen(udp.port, address, resolve);
      });
    } catch (error) {
      udp.close();
      throw error;
    }
    const server = new NameServer(udp, tcp, udp.port);
    made.push(server);
    return server;
  }

  [Symbol.dispose](): void {
    this.udp.close();
    this.tcp.close();
  }

  private async reply(packet: Buffer, protocol: string): Promise<Buffer | undefined> {
    const { id, questions } = decode(packet);
    const question = questions?.[0];
    if (question === undefined) return undefined;
    this.asked.push(`${protocol} ${question.name} ${question.type}`);
    const words = this.say(question.name, question.type);
    if (words === "silence") return undefined;
    const common: Packet = { type: "response", ...(id === undefined ? {} : { id }), questions: [question] };
    if ("rcode" in words) return encode({ ...common, flags: words.rcode });
    if (words.delayMs !== undefined) await Bun.sleep(words.delayMs);
    return encode({ ...common, answers: [...words.answers] });
  }
}
