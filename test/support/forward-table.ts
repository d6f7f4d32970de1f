import { createSocket } from "node:dgram";
import { connect } from "node:net";
import type { ListeningPort } from "../../src/guest/protocol.ts";

/** One listener of the guest, and where the rules take it. */
export interface TableRow extends ListeningPort {
  /** Undefined where nothing of the host leads there. */
  readonly to: { readonly host: string; readonly port: number } | undefined;
}

/** Addresses that programs of the guest listen on, in the order of the words below. */
const addresses = ["127.0.0.1", "0.0.0.0", "::1", "::", "192.168.5.15", "127.0.0.2"] as const;

/** The host's port is the guest's, or that much above it. */
const shift = 1300;

/** A rule on a range of ports, and what becomes of a listener on each address; where no rule fits, the last one of all does. */
const blocks: readonly (readonly [rule: string, tcp: string, udp?: string])[] = [
  ["", "same same same same none none"],
  ["hostPortRange: MOVED", "moved moved moved moved none none"],
  ["guestIP: 127.0.0.2, hostPortRange: MOVED", "same moved same moved none moved"],
  ["guestIPMustBeZero: true, hostPortRange: MOVED", "same moved same moved none none"],
  ["guestIP: 0.0.0.0, guestIPMustBeZero: false, hostPortRange: MOVED", "moved moved moved moved moved moved"],
  ["ignore: true", "none same none same none none"],
  ["guestIP: 0.0.0.0, guestIPMustBeZero: false, ignore: true", "none none none none none none"],
  ['guestIP: "::1", hostIP: "::1"', "same six six six none none"],
  ["proto: tcp, hostPortRange: MOVED", "moved moved moved moved none none", "same same same same none none"],
  ["proto: udp, hostPortRange: MOVED", "same same same same none none", "moved moved moved moved none none"],
  ["hostIP: 0.0.0.0, hostPortRange: MOVED", "moved moved moved moved none none"],
  ["guestIP: 192.168.5.15, hostPortRange: MOVED", "same moved same moved moved none"],
];

const range = (base: number, block: number) => [base + 10 * block, base + 10 * block + 9] as const;

/** The rules, as items of `portForwards`. @param base the first of 120 ports, and of as many that much higher */
export function tableRules(base: number): string {
  return blocks
    .flatMap(([rule], block) => {
      const [first, last] = range(base, block);
      const moved = `[${first + shift}, ${last + shift}]`;
      return rule === "" ? [] : [`- {guestPortRange: [${first}, ${last}], ${rule.replace("MOVED", moved)}}\n`];
    })
    .join("");
}

/** The listeners, each on a port of its own, by TCP and UDP. */
export function forwardTable(base: number): readonly TableRow[] {
  return blocks.flatMap(([, tcp, udp = tcp], block) =>
    addresses.flatMap((ip, at) => {
      const port = range(base, block)[0] + at;
      const to = (words: string) => place(words.split(" ")[at] ?? "", port);
      return [{ protocol: "tcp", ip, port, to: to(tcp) } as const, { protocol: "udp", ip, port, to: to(udp) } as const];
    }),
  );
}

function place(word: string, port: number): TableRow["to"] {
  if (word === "none") return undefined;
  return word === "six" ? { host: "::1", port } : { host: "127.0.0.1", port: word === "moved" ? port + shift : port };
}

/** A program for the guest that listens everywhere, and answers with where it was reached. */
export function guestProgram(rows: readonly TableRow[]): string {
  return `for (const { protocol, ip: hostname, port } of ${JSON.stringify(rows)}) {
  const text = [protocol, hostname, port].join(" ");
  if (protocol === "tcp") Bun.listen({ hostname, port, socket: { data() {}, open: (socket) => void socket.end(text) } });
  else await Bun.udpSocket({ hostname, port, socket: { data: (socket, bytes, from, at) => void socket.send(text, from, at) } });
}`;
}

/** Asks each row of the table. @returns a line for each that is not as it should be; none when all are */
export async function wrongRows(rows: readonly TableRow[]): Promise<readonly string[]> {
  const wrong: string[] = [];
  const left = [...rows];
  const worker = async () => {
    for (let row = left.shift(); row !== undefined; row = left.shift()) {
      const { protocol, ip, port, to } = row;
      const text = `${protocol} ${ip} ${port}`;
      const ask = protocol === "tcp" ? askStream : askDatagram;
      const places = [port, port + shift].map((number) => ({ host: "127.0.0.1", port: number }));
      for (const other of to === undefined ? places : [to]) {
        const said = await ask(other.host, other.port, to !== undefined);
        if (said !== (to === undefined ? "" : text)) wrong.push(`${text} at ${other.host} ${other.port}: ${said}`);
      }
    }
  };
  await Promise.all(Array.from({ length: 6 }, worker));
  return wrong;
}

function askStream(host: string, port: number): Promise<string> {
  return new Promise((resolve) => {
    let said = "";
    const socket = connect({ host, port });
    socket.on("data", (bytes) => {
      said += bytes;
    });
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(said));
  });
}

/** @param isAnswered whether a silent port is asked again: datagrams may be lost */
async function askDatagram(host: string, port: number, isAnswered: boolean): Promise<string> {
  const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
  let said = "";
  const answered = new Promise<void>((resolve) => {
    socket.on("message", (bytes) => {
      said = String(bytes);
      resolve();
    });
  });
  socket.on("error", () => undefined);
  for (let n = 0; n < (isAnswered ? 20 : 1) && said === ""; n += 1) {
    socket.send("?", port, host);
    await Promise.race([answered, Bun.sleep(250)]);
  }
  socket.close();
  return said;
}
