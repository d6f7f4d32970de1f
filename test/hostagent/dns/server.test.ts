import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { type Answer, decode, encode } from "dns-packet";
import { Answerer } from "../../../src/hostagent/dns/answerer.ts";
import { TcpServer } from "../../../src/hostagent/dns/tcp-server.ts";
import { UdpServer } from "../../../src/hostagent/dns/udp-server.ts";
import { makeZone } from "../../../src/hostagent/dns/zone-plan.ts";
import { exchange } from "../../../src/lib/dns/exchange.ts";
import { HostNames } from "../../../src/lib/dns/host-names.ts";
import { makeQuery, type Question } from "../../../src/lib/dns/message.ts";
import { askByTcp } from "../../../src/lib/dns/tcp-ask.ts";
import { NameServer, type Words } from "../../support/name-server.ts";

const folder = mkdtempSync("/tmp/ldns.");
const resolvConf = join(folder, "resolv.conf");
const hostsFile = join(folder, "hosts");
const signal = new AbortController().signal;

let outside: NameServer;
let names: HostNames;
let udp: UdpServer;
let tcp: TcpServer;

beforeAll(async () => {
  outside = await NameServer.listen();
  names = new HostNames({ os: "linux", resolvConf, hostsFile, nsswitchConf: join(folder, "none"), port: outside.port });
  const zone = makeZone({ "own.example": "192.0.2.1" }, {});
  const answerer = new Answerer({ zone, ipv6: true }, names);
  udp = await UdpServer.listen(0, answerer);
  tcp = await TcpServer.listen(0, answerer);
});

afterAll(() => {
  for (const each of [udp, tcp, outside]) each[Symbol.dispose]();
  names.close();
  rmSync(folder, { recursive: true });
});

beforeEach(() => {
  writeFileSync(resolvConf, "nameserver 127.0.0.1\n");
  writeFileSync(hostsFile, "");
  outside.asked.length = 0;
  outside.say = () => ({ answers: [] });
});

async function ask(name: string, type: Question["type"], over: "udp" | "tcp" = "udp") {
  const query = makeQuery(7, { name, type });
  if (over === "tcp") {
    const reply = await askByTcp(query, { address: "127.0.0.1", port: tcp.port, signal });
    return reply === undefined ? undefined : decode(reply);
  }
  return await askOnce(query);
}

/** By UDP, as a client does that cares for no truncation. */
function askOnce(query: Buffer): Promise<ReturnType<typeof decode>> {
  return new Promise((resolve, reject) => {
    Bun.udpSocket({
      connect: { hostname: "127.0.0.1", port: udp.port },
      socket: {
        data(socket, packet) {
          socket.close();
          resolve(decode(packet));
        },
      },
    }).then((socket) => socket.send(query), reject);
  });
}

const a = (name: string, data: string): Answer => ({ type: "A", name, data, ttl: 300 });
const data = (packet: ReturnType<typeof decode> | undefined) =>
  (packet?.answers ?? []).map((answer) => ("data" in answer ? answer.data : undefined));

describe("the guest's DNS server", () => {
  test.each<[Question["type"], Answer]>([
    ["A", a("N.example", "192.0.2.7")],
    ["AAAA", { type: "AAAA", name: "N.example", data: "2001:db8::7" }],
    ["CNAME", { type: "CNAME", name: "N.example", data: "other.example" }],
    ["MX", { type: "MX", name: "N.example", data: { preference: 5, exchange: "mx.example" } }],
    ["NS", { type: "NS", name: "N.example", data: "ns.example" }],
    ["SRV", { type: "SRV", name: "N.example", data: { port: 1, weight: 2, priority: 3, target: "s.example" } }],
    ["TXT", { type: "TXT", name: "N.example", data: [Buffer.from("text")] }],
    ["PTR", { type: "PTR", name: "N.example", data: "p.example" }],
  ])("answers questions for %s with what is outside", async (type, answer) => {
    outside.say = () => ({ answers: [answer] });
    for (const over of ["udp", "tcp"] as const) {
      const reply = await ask("N.example", type, over);
      expect(reply).toMatchObject({ id: 7, rcode: "NOERROR", questions: [{ name: "N.example", type }] });
      expect(reply?.answers).toMatchObject([{ ...answer, ttl: 5 }]);
    }
  });

  test("passes on other questions and replies as they are", async () => {
    const caa: Answer = {
      type: "CAA",
      name: "n.example",
      ttl: 300,
      data: { issuerCritical: false, flags: 0, tag: "issue", value: "ca.example" },
    };
    outside.say = () => ({ answers: [caa] });
    expect((await ask("n.example", "CAA"))?.answers).toMatchObject([{ type: "CAA", ttl: 300 }]);
  });

  test.each<[string, Words, string]>([
    ["does not exist", { rcode: 3 }, "NXDOMAIN"],
    ["has no such record", { answers: [] }, "NOERROR"],
    ["cannot be found now", { rcode: 2 }, "SERVFAIL"],
    ["is not told", { rcode: 5 }, "REFUSED"],
  ])("tells that a name %s", async (_, words, rcode) => {
    outside.say = () => words;
    expect(await ask("n.example", "A")).toMatchObject({ id: 7, rcode, answers: [] });
  });

  test("tells at once that no name server is there", async () => {
    writeFileSync(resolvConf, "nameserver 127.0.0.9\n");
    expect(await ask("n.example", "A")).toMatchObject({ rcode: "SERVFAIL" });
    expect(await ask("own.example", "A")).toMatchObject({ rcode: "NOERROR" });
  });

  test("passes over name servers that refuse, fail, or say nothing", async () => {
    using second = await NameServer.listen("127.0.0.2", outside.port);
    writeFileSync(resolvConf, "nameserver 127.0.0.9\nnameserver 127.0.0.1\nnameserver 127.0.0.2\n");
    second.say = (name) => ({ answers: [a(name, "192.0.2.2")] });
    for (const words of [{ rcode: 5 }, { rcode: 2 }, "silence"] as const) {
      outside.say = () => words;
      expect(data(await ask("n.example", "A"))).toEqual(["192.0.2.2"]);
    }
  });

  test("asks name servers by IPv6 too", async () => {
    using six = await NameServer.listen("::1", outside.port);
    writeFileSync(resolvConf, "nameserver ::1\n");
    six.say = (name) => ({ answers: [a(name, "192.0.2.6")] });
    expect(data(await ask("n.example", "A"))).toEqual(["192.0.2.6"]);
    expect(six.asked).toEqual(["udp n.example A"]);
  });

  test("gives many answers: cut by UDP, whole by TCP, though the outside cuts them too", async () => {
    const many = Array.from({ length: 60 }, (_, index) => `192.0.2.${index}`);
    outside.say = (name) => ({ answers: many.map((each) => a(name, each)) });
    const cut = await ask("many.example", "A");
    expect(cut).toMatchObject({ flag_tc: true });
    expect(data(cut).length).toBeGreaterThan(16);
    const whole = await ask("many.example", "A", "tcp");
    expect(whole).toMatchObject({ flag_tc: false });
    expect(data(whole)).toEqual(many);
    expect(outside.asked).toContain("tcp many.example A");
  });

  test("waits for a slow name server, and answers others meanwhile", async () => {
    outside.say = (name) => ({
      answers: [a(name, "192.0.2.3")],
      ...(name === "slow.example" ? { delayMs: 2500 } : {}),
    });
    const order: string[] = [];
    const asked = ["slow.example", "quick.example"].map(async (name) => {
      const reply = await ask(name, "A");
      order.push(name);
      return data(reply);
    });
    expect(await Promise.all(asked)).toEqual([["192.0.2.3"], ["192.0.2.3"]]);
    expect(order).toEqual(["quick.example", "slow.example"]);
  });

  test("asks anew each time, where resolv.conf says so then", async () => {
    using second = await NameServer.listen("127.0.0.2", outside.port);
    second.say = (name) => ({ answers: [a(name, "192.0.2.22")] });
    let count = 0;
    outside.say = (name) => ({ answers: [a(name, `192.0.2.${++count}`)] });
    expect(data(await ask("n.example", "A"))).toEqual(["192.0.2.1"]);
    expect(data(await ask("n.example", "A"))).toEqual(["192.0.2.2"]);
    writeFileSync(resolvConf, "nameserver 127.0.0.2\n");
    expect(data(await ask("n.example", "A"))).toEqual(["192.0.2.22"]);
  });

  test("knows the hosts file and the search domains of the host", async () => {
    writeFileSync(hostsFile, "192.0.2.50 box Box.example\n2001:db8::50 box\n");
    expect(data(await ask("BOX", "A"))).toEqual(["192.0.2.50"]);
    expect(data(await ask("box", "AAAA"))).toEqual(["2001:db8::50"]);
    writeFileSync(hostsFile, "192.0.2.51 box\n");
    expect(data(await ask("box", "A"))).toEqual(["192.0.2.51"]);
    expect(outside.asked).toEqual([]);
    writeFileSync(resolvConf, "search one.example two.example\nnameserver 127.0.0.1\n");
    outside.say = (name) =>
      name.toLowerCase() === "printer.two.example" ? { answers: [a(name, "192.0.2.60")] } : { rcode: 3 };
    const reply = await ask("Printer", "A");
    expect(reply?.answers).toMatchObject([{ name: "Printer", data: "192.0.2.60" }]);
    expect(await ask("scanner", "A")).toMatchObject({ rcode: "NXDOMAIN" });
  });

  test("does not tell a name as missing that the host has an address of, if of the other family", async () => {
    writeFileSync(hostsFile, "192.0.2.51 box\n");
    writeFileSync(resolvConf, "search one.example\nnameserver 127.0.0.1\n");
    outside.say = (name) => (name === "printer.one.example" ? { answers: [a(name, "192.0.2.60")] } : { rcode: 3 });
    for (const name of ["box", "printer"]) {
      expect(await ask(name, "AAAA")).toMatchObject({ rcode: "NOERROR", answers: [] });
      expect(data(await ask(name, "A"))).toHaveLength(1);
    }
    expect(await ask("scanner", "AAAA")).toMatchObject({ rcode: "NXDOMAIN" });
  });

  test("survives anything that is sent to it", async () => {
    const query = makeQuery(9, { name: "own.example", type: "A" });
    const socket = connect(tcp.port, "127.0.0.1");
    socket.on("error", () => undefined);
    socket.write(Buffer.from([0, 5, 1, 2, 3, 4, 5, 255, 255, 0]));
    const sender = await Bun.udpSocket({ connect: { hostname: "127.0.0.1", port: udp.port } });
    for (let at = 0; at < query.length; at += 1) {
      const broken = Buffer.from(query);
      broken[at] = ~(broken[at] ?? 0) & 255;
      sender.send(broken);
      sender.send(query.subarray(0, at));
    }
    sender.close();
    socket.destroy();
    expect(data(await ask("own.example", "A"))).toEqual(["192.0.2.1"]);
    expect(data(await ask("own.example", "A", "tcp"))).toEqual(["192.0.2.1"]);
    expect(
      await askOnce(encode({ type: "query", id: 3, flags: 2 << 11, questions: [{ type: "A", name: "x.example" }] })),
    ).toMatchObject({ id: 3, rcode: "NOERROR" });
  });

  test("leaves no descriptor behind", async () => {
    outside.say = (name) => ({ answers: [a(name, "192.0.2.3")] });
    await ask("n.example", "A");
    const before = readdirSync("/proc/self/fd").length;
    for (let round = 0; round < 20; round += 1)
      await Promise.all(
        Array.from({ length: 20 }, (_, index) => ask(`n${index}.example`, "A", index % 2 === 0 ? "udp" : "tcp")),
      );
    // questions of the test before this one may still be waited for
    for (let left = 300; left > 0 && readdirSync("/proc/self/fd").length > before; left -= 1) await Bun.sleep(100);
    expect(readdirSync("/proc/self/fd").length).toBeLessThanOrEqual(before);
  });
});

test("a question that is given up is over at once", async () => {
  using silent = await NameServer.listen();
  silent.say = () => "silence";
  const over = new AbortController();
  const asked = exchange(makeQuery(1, { name: "n.example", type: "A" }), {
    servers: ["127.0.0.1"],
    port: silent.port,
    signal: over.signal,
  });
  over.abort();
  expect(await asked).toBeUndefined();
});
