import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { dumpRequest, takeAnswer } from "../../../src/guest/agent/inet-diag.ts";
import { Netlink } from "../../../src/guest/agent/netlink.ts";
import { portsChange, uniquePorts } from "../../../src/guest/agent/ports-plan.ts";
import { PortReader } from "../../../src/guest/agent/ports-read.ts";
import { listeningLength, parseProcNet } from "../../../src/guest/agent/proc-net.ts";

const header = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";
const row = (local: string, state: string) =>
  `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000     0        0 123 1\n`;

test.each([
  ["IPv4 loopback", "0100007F:1F90", "127.0.0.1", 8080],
  ["IPv4 wildcard", "00000000:0016", "0.0.0.0", 22],
  ["IPv6 wildcard", "00000000000000000000000000000000:0050", "::", 80],
  ["IPv6 loopback", "00000000000000000000000001000000:0050", "::1", 80],
  ["IPv4 mapped into IPv6", "0000000000000000FFFF00000100007F:0050", "127.0.0.1", 80],
  ["IPv6 with a run of zeros inside", "B80D0120000000000000000001000000:0050", "2001:db8::1", 80],
])("%s", (_, local, ip, port) => {
  expect(parseProcNet(header + row(local, "0A"), "tcp")).toEqual([{ protocol: "tcp", ip, port }]);
});

test("big-endian machines print the words as they are", () => {
  expect(parseProcNet(row("7F000001:1F90", "0A"), "tcp", false)).toEqual([
    { protocol: "tcp", ip: "127.0.0.1", port: 8080 },
  ]);
});

test("only sockets that wait for others count", () => {
  expect(parseProcNet(header + row("0100007F:1F90", "01"), "tcp")).toEqual([]);
  expect(parseProcNet(header + row("0100007F:1F90", "07"), "udp")).toHaveLength(1);
  expect(parseProcNet(header + row("0100007F:1F90", "01"), "udp")).toEqual([]);
  expect(parseProcNet("", "tcp")).toEqual([]);
  expect(parseProcNet("0: garbage 0 0A\n0: XX:1 0 0A\n", "tcp")).toEqual([]);
});

test("of a table of TCP the listeners matter, and no connection behind them", () => {
  const listening = header + row("0100007F:1F90", "0A") + row("00000000000000000000000001000000:0050", "0A");
  const length = (text: string, cut = 0) => listeningLength(Buffer.from(text), text.length - cut);
  expect(length(listening + row("0100007F:1F90", "01"))).toBe(listening.length);
  expect(length(listening)).toBe(listening.length);
  expect(length(header + row("0100007F:1F90", "01"))).toBe(header.length);
  expect(length(header)).toBe(header.length);
  expect(length("")).toBe(0);
  // old bytes behind those that were read
  expect(length(listening, row("00000000000000000000000001000000:0050", "0A").length)).toBe(
    listening.length - row("00000000000000000000000001000000:0050", "0A").length,
  );
});

test("the length of what matters is within the table, whatever is in it", () => {
  fc.assert(
    fc.property(fc.string(), fc.nat(20), (text, cut) => {
      const bytes = Buffer.from(text);
      const length = Math.max(0, bytes.length - cut);
      const found = listeningLength(bytes, length);
      expect(found).toBeGreaterThanOrEqual(0);
      expect(found).toBeLessThanOrEqual(length);
    }),
  );
});

/** Where the ports come from: what sock_diag tells, and what every kernel has in /proc/net. */
const sources = [
  ["sock_diag", () => new PortReader(netlink())],
  ["/proc/net", () => new PortReader(undefined)],
] as const;

function netlink(): Netlink {
  const opened = Netlink.open();
  if (opened === undefined) throw new Error("this kernel has no netlink sockets");
  return opened;
}

const listen = (hostname: string) => Bun.listen({ hostname, port: 0, socket: { data() {} } });
const datagrams = (hostname: string) => Bun.udpSocket({ hostname, socket: {} });

describe.each(sources)("what listens, by %s", (_, open) => {
  test.each(["127.0.0.1", "0.0.0.0", "::1", "::"])("on %s, TCP and UDP", async (hostname) => {
    const reader = open();
    using stream = listen(hostname);
    const socket = await datagrams(hostname);
    const ports = reader.read();
    expect(ports).toContainEqual({ protocol: "tcp", ip: hostname, port: stream.port });
    expect(ports).toContainEqual({ protocol: "udp", ip: hostname, port: socket.port });
    stream.stop(true);
    socket.close();
    const after = reader.read();
    expect(after).not.toContainEqual({ protocol: "tcp", ip: hostname, port: stream.port });
    expect(after).not.toContainEqual({ protocol: "udp", ip: hostname, port: socket.port });
  });

  test("no end of a connection counts", async () => {
    const reader = open();
    using server = listen("127.0.0.1");
    const client = await Bun.connect({ hostname: "127.0.0.1", port: server.port, socket: { data() {} } });
    const peer = await datagrams("127.0.0.1");
    const connected = await Bun.udpSocket({ connect: { hostname: "127.0.0.1", port: peer.port }, socket: {} });
    const ports = reader.read().map(({ port }) => port);
    expect(ports).toContain(server.port);
    expect(ports).not.toContain(client.localPort);
    expect(ports).not.toContain(connected.port);
    client.end();
    for (const socket of [peer, connected]) socket.close();
  });

  test("a look that finds nothing new gives the same value", () => {
    const reader = open();
    using server = listen("127.0.0.1");
    const before = reader.read();
    expect(reader.read()).toBe(before);
    expect(before.map(({ port }) => port)).toContain(server.port);
  });

  test("a listener that takes another's place is seen at the next look", () => {
    const reader = open();
    const ports = () => reader.read().map(({ port }) => port);
    const first = listen("127.0.0.1");
    expect(ports()).toContain(first.port);
    first.stop(true);
    using second = listen("127.0.0.1");
    expect(ports()).toContain(second.port);
    expect(ports()).not.toContain(first.port);
  });

  test("a thousand listeners are all told, and all gone again", () => {
    const reader = open();
    const servers = Array.from({ length: 1000 }, () => listen("127.0.0.1"));
    // Another program may have a port of UDP of the same number.
    const told = () => new Set(reader.read().flatMap(({ protocol, port }) => (protocol === "tcp" ? [port] : [])));
    const afterOpening = told();
    expect(servers.filter(({ port }) => !afterOpening.has(port))).toEqual([]);
    for (const server of servers) server.stop(true);
    const afterClosing = told();
    expect(servers.filter(({ port }) => afterClosing.has(port))).toEqual([]);
  });
});

test("what sock_diag refuses is read in /proc/net", () => {
  // A request that ends too early is answered with an error.
  const refusing = { answer: new Uint8Array(20), send: () => undefined, receive: () => 20 };
  new DataView(refusing.answer.buffer).setUint32(0, 20, true);
  new DataView(refusing.answer.buffer).setUint16(4, 2, true);
  using server = listen("127.0.0.1");
  expect(new PortReader(refusing).read()).toContainEqual({ protocol: "tcp", ip: "127.0.0.1", port: server.port });
});

describe("sock_diag's format", () => {
  const message = (type: number, payload: number, bytes: readonly number[] = []) => {
    const made = new Uint8Array(16 + payload);
    new DataView(made.buffer).setUint32(0, made.length, true);
    new DataView(made.buffer).setUint16(4, type, true);
    made.set(bytes, 16);
    return made;
  };
  const take = (...messages: readonly Uint8Array[]) => {
    const found: number[] = [];
    const bytes = Buffer.concat(messages);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    return { more: takeAnswer(view, bytes.length, true, (at) => found.push(at)), found };
  };
  const socket = message(20, 72);

  test("a request names its kind and asks for listeners alone", () => {
    const request = Buffer.from(dumpRequest({ protocol: "tcp", family: 6 }, true));
    expect(request.toString("hex", 0, 24)).toBe("48000000140001030000000000000000" + "0a06000000040000");
    const datagrams = Buffer.from(dumpRequest({ protocol: "udp", family: 4 }, false));
    expect(datagrams.toString("hex", 0, 24)).toBe("00000048001403010000000000000000" + "0211000000000080");
    expect(request.subarray(24).every((byte) => byte === 0)).toBe(true);
  });

  test("sockets are taken until the end is told", () => {
    expect(take(socket, socket)).toEqual({ more: true, found: [20, 108] });
    expect(take(socket, message(3, 4))).toEqual({ more: false, found: [20] });
    expect(take()).toEqual({ more: true, found: [] });
  });

  test("an answer that is too short for a socket is passed over", () => {
    expect(take(message(20, 60), socket).found).toEqual([96]);
  });

  test("a refusal and nonsense are errors", () => {
    expect(() => take(message(2, 20))).toThrow("refuses");
    expect(() => take(socket.subarray(0, 50))).toThrow("no answer");
    expect(() => take(new Uint8Array(16))).toThrow("no answer");
    expect(() => take(new Uint8Array(3))).toThrow("no answer");
  });
});

const tcp = (port: number) => ({ protocol: "tcp" as const, ip: "0.0.0.0", port });

test("a port shared by several sockets is one port", () => {
  expect(uniquePorts([tcp(2), tcp(1), tcp(2)])).toEqual([tcp(2), tcp(1)]);
});

test("what came and what went", () => {
  expect(portsChange([tcp(1), tcp(2)], [tcp(3), tcp(2)])).toEqual({ added: [tcp(3)], removed: [tcp(1)] });
  expect(portsChange([tcp(1)], [tcp(1)])).toEqual({ added: [], removed: [] });
});
