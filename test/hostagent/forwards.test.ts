import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { createSocket } from "node:dgram";
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PortForward } from "../../src/config/types.ts";
import type { GuestListener } from "../../src/hostagent/forward-plan.ts";
import { connectBySsh } from "../../src/hostagent/forwards/connectors.ts";
import { DatagramForward } from "../../src/hostagent/forwards/datagram-forward.ts";
import { ListeningForwarder } from "../../src/hostagent/forwards/listening-forwarder.ts";
import { PortForwards } from "../../src/hostagent/forwards/service.ts";
import { reasonOf } from "../../src/hostagent/forwards/teller.ts";
import { Tunnel } from "../../src/hostagent/guest-agent/tunnel.ts";
import { SshSession } from "../../src/hostagent/ssh/session.ts";
import type { PortForwardEvent } from "../../src/hostapi/events.ts";
import type { LogFields, Logger } from "../../src/lib/log.ts";
import { freePort, startSshd, type TestSshd } from "./sshd.ts";

// real processes on a machine that may be busy
setDefaultTimeout(30_000);

const directory = mkdtempSync(join(tmpdir(), "limabun-fw-"));
let sshd: TestSshd;
let session: SshSession;
const end = new AbortController();

beforeAll(async () => {
  sshd = await startSshd();
  session = new SshSession({
    endpoint: { address: "127.0.0.1", port: sshd.port },
    user: sshd.user,
    privateKey: sshd.privateKey,
    signal: end.signal,
  });
  await session.connected();
});

afterAll(async () => {
  end.abort("tests over");
  await session.stop();
  await sshd[Symbol.asyncDispose]();
  rmSync(directory, { recursive: true, force: true });
});

const rule = (given: Partial<PortForward>): PortForward => ({
  guestIPMustBeZero: false,
  guestIP: "127.0.0.1",
  guestPort: 0,
  guestPortRange: [1, 65535],
  guestSocket: "",
  hostIP: "127.0.0.1",
  hostPort: 0,
  hostPortRange: [0, 0],
  hostSocket: "",
  proto: "any",
  reverse: false,
  ignore: false,
  static: false,
  ...given,
});

/** A program of the guest, which here is this machine. */
async function serve(
  onConnection: (socket: Socket) => void,
): Promise<{ readonly port: number; readonly server: Server }> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on("error", () => undefined);
    onConnection(socket);
  });
  await new Promise<void>((settle) => server.listen(0, "127.0.0.1", settle));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { port: address.port, server };
}

const listener = (port: number, ip = "127.0.0.1"): GuestListener => ({ protocol: "tcp", ip, port });

function forwardsOf(configured: readonly PortForward[], udp = true) {
  const said: { readonly message: string; readonly fields: LogFields | undefined }[] = [];
  const events: PortForwardEvent[] = [];
  const keep = (message: string, fields?: LogFields) => void said.push({ message, fields });
  const logger: Logger = { trace() {}, debug() {}, info: keep, warn: keep, error: keep, log() {} };
  const service = new PortForwards({
    configured,
    plain: false,
    sshLocalPort: sshd.port,
    hostOs: "linux",
    forwarder: new ListeningForwarder({
      name: "ssh channels",
      hostOs: "linux",
      connect: connectBySsh(session),
      onRefused: () => undefined,
    }),
    datagrams: udp ? () => undefined : undefined,
    removedFirst: false,
    retryMs: 20,
    session,
    logger,
    tell: (event) => events.push(event),
  });
  return { service, said, events, [Symbol.asyncDispose]: () => service.stop() };
}

/** One port of the guest, forwarded to another one of the host. */
async function forwarded(onConnection: (socket: Socket) => void) {
  const { port, server } = await serve(onConnection);
  const hostPort = freePort();
  const forwards = forwardsOf([rule({ guestPortRange: [port, port], hostPortRange: [hostPort, hostPort] })]);
  forwards.service.update({ added: [listener(port)], removed: [] });
  await until(() => forwards.events.length > 0);
  return {
    ...forwards,
    port,
    hostPort,
    async [Symbol.asyncDispose]() {
      await forwards.service.stop();
      server.close();
    },
  };
}

async function until(look: () => boolean): Promise<void> {
  for (let n = 0; !look(); n += 1) {
    if (n > 10_000) throw new Error(`waited in vain for ${look}`);
    await Bun.sleep(5);
  }
}

/** A client that keeps what it hears. */
function client(target: { readonly port: number } | { readonly path: string }) {
  const socket = connect({ host: "127.0.0.1", ...target, allowHalfOpen: true } as never);
  const heard = { bytes: 0, text: "", ended: false, closed: false, refused: false };
  socket.on("data", (piece) => {
    heard.bytes += piece.length;
    if (heard.text.length < 1000) heard.text += piece;
  });
  socket.on("end", () => {
    heard.ended = true;
  });
  socket.on("error", (error) => {
    heard.refused = "code" in error && error.code === "ECONNREFUSED";
  });
  socket.on("close", () => {
    heard.closed = true;
  });
  return { socket, heard };
}

test("what has ceased to listen is refused, and a connection under way goes on", async () => {
  await using run = await forwarded((socket) => socket.on("data", (bytes) => socket.write(bytes)));
  const { socket, heard } = client({ port: run.hostPort });
  socket.write("one ");
  await until(() => heard.text === "one ");
  run.service.update({ added: [], removed: [listener(run.port)] });
  await until(() => run.events.length === 2);
  const late = client({ port: run.hostPort });
  await until(() => late.heard.refused);
  socket.write("two");
  await until(() => heard.text === "one two");
  await run.service.stop();
  await until(() => heard.ended);
  const [hostAddr, guestAddr] = [run.hostPort, run.port].map((port) => `127.0.0.1:${port}`);
  expect(run.events.map(({ type }) => type)).toEqual(["forwarding", "stopping"]);
  expect(run.said.map(({ message }) => message)).toEqual([
    `Forwarding TCP from ${guestAddr} to ${hostAddr}`,
    `Stopping forwarding TCP from ${guestAddr} to ${hostAddr}`,
  ]);
});

test("when the connection to the guest is cut, so are those over it, and new ones go over the next", async () => {
  await using run = await forwarded((socket) => socket.write("hello"));
  const { heard } = client({ port: run.hostPort });
  await until(() => heard.text === "hello");
  await sshd.cutConnections();
  await until(() => heard.ended);
  const next = client({ port: run.hostPort });
  await until(() => next.heard.text === "hello");
  next.socket.destroy();
});

test("two listeners of one port share the host's, which stays until both are gone", async () => {
  await using run = await forwarded((socket) => socket.end("here"));
  run.service.update({ added: [listener(run.port, "::")], removed: [listener(run.port)] });
  await until(() => run.events.length === 3);
  const { heard } = client({ port: run.hostPort });
  await until(() => heard.ended);
  // nobody listens on the guest's ::1, so its 127.0.0.1 is tried
  expect(heard.text).toBe("here");
  run.service.update({ added: [], removed: [listener(run.port, "::")] });
  await until(() => run.events.length === 4);
  const late = client({ port: run.hostPort });
  await until(() => late.heard.refused);
});

test("of two ports of the guest that rules lead to one of the host, the second waits for the first to go", async () => {
  const first = await serve((socket) => socket.end("first"));
  const second = await serve((socket) => socket.end("second"));
  const hostPort = freePort();
  const leading = (port: number) => rule({ guestPortRange: [port, port], hostPortRange: [hostPort, hostPort] });
  await using run = forwardsOf([leading(first.port), leading(second.port)]);
  const both = {
    first: listener(first.port),
    second: listener(second.port),
    firstToo: listener(first.port, "0.0.0.0"),
  };
  run.service.update({ added: [both.first, both.second, both.firstToo], removed: [] });
  await until(() => run.events.length === 3);
  const text = async () => {
    const { heard } = client({ port: hostPort });
    await until(() => heard.ended);
    return heard.text;
  };
  expect(await text()).toBe("first");
  const error = `listen tcp 127.0.0.1:${hostPort}: it leads to 127.0.0.1:${first.port} already`;
  const fields = { error, guestAddr: `127.0.0.1:${second.port}` };
  expect(run.said).toContainEqual({ message: `failed to listen tcp: 127.0.0.1:${hostPort}`, fields });
  run.service.update({ added: [], removed: [both.first] });
  run.service.update({ added: [], removed: [both.firstToo] });
  await until(() => run.events.length === 6);
  expect(await text()).toBe("second");
  const told = run.events.map(({ type, guestAddr }) => `${type} ${guestAddr}`);
  expect(told).toEqual([
    `forwarding 127.0.0.1:${first.port}`,
    `failed 127.0.0.1:${second.port}`,
    `forwarding 0.0.0.0:${first.port}`,
    `stopping 127.0.0.1:${first.port}`,
    `stopping 0.0.0.0:${first.port}`,
    `forwarding 127.0.0.1:${second.port}`,
  ]);
  first.server.close();
  second.server.close();
});

test("a host port that is taken is told once, with who has it", async () => {
  using holder = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  const { port } = holder;
  await using run = forwardsOf([rule({ guestPortRange: [80, 80], hostPortRange: [port, port] })]);
  run.service.update({ added: [listener(80)], removed: [] });
  await until(() => run.events.length > 0);
  expect(run.said.map(({ message }) => message)).toEqual([`failed to listen tcp: 127.0.0.1:${port}`]);
  const reason = String(run.said[0]?.fields?.error);
  expect(reason).toContain(`listen tcp 127.0.0.1:${port}: bind: address already in use`);
  expect(reason).toContain(`pid ${process.pid})`);
  expect(run.events.map(({ type }) => type)).toEqual(["failed"]);
});

test.each([
  [80, "permission denied (hint: ports below 1024 are root's: set hostPort to a higher one, or on Linux lower"],
  [8080, "permission denied"],
])("why port %i of the host is refused is told, with what helps", (port, told) => {
  const cause = Object.assign(new Error("listen EACCES"), { code: "EACCES" });
  const reason = reasonOf("tcp", { kind: "port", ip: "127.0.0.1", port }, cause);
  expect(reason).toStartWith(`listen tcp 127.0.0.1:${port}: bind: ${told}`);
  expect(reason.includes("hint")).toBe(told.includes("hint"));
});

test("each listener that leads to a host port that cannot be had is told, with why", async () => {
  using holder = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  const { port } = holder;
  const leading = (guest: number) => rule({ guestPortRange: [guest, guest], hostPortRange: [port, port] });
  await using run = forwardsOf([leading(80), leading(81)]);
  run.service.update({ added: [listener(80), listener(80, "::"), listener(81)], removed: [] });
  await until(() => run.events.length === 3);
  const addresses = ["127.0.0.1:80", "[::]:80", "127.0.0.1:81"];
  expect(run.events).toMatchObject(addresses.map((guestAddr) => ({ type: "failed", guestAddr })));
  const error = expect.stringContaining(`listen tcp 127.0.0.1:${port}: bind: address already in use`);
  expect(run.said.map(({ fields }) => fields)).toEqual(addresses.map((guestAddr) => ({ error, guestAddr })));
});

test("a host port that was taken is forwarded when it is free, and not when its listener has gone meanwhile", async () => {
  const holder = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  const other = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  const { port, server } = await serve((socket) => socket.end("here"));
  const to = (guest: number, host: number) => rule({ guestPortRange: [guest, guest], hostPortRange: [host, host] });
  await using run = forwardsOf([to(port, holder.port), to(80, other.port)]);
  run.service.update({ added: [listener(port), listener(80)], removed: [] });
  await until(() => run.events.length === 2);
  run.service.update({ added: [], removed: [listener(80)] });
  const numbers = [holder.port, other.port] as const;
  holder.stop(true);
  other.stop(true);
  await until(() => run.events.length === 3);
  expect(run.events.map(({ type }) => type)).toEqual(["failed", "failed", "forwarding"]);
  const { heard } = client({ port: numbers[0] });
  await until(() => heard.ended);
  expect(heard.text).toBe("here");
  const late = client({ port: numbers[1] });
  await until(() => late.heard.refused);
  server.close();
});

test("a static port and a socket are forwarded once what was in their way has gone, and told again then", async () => {
  const holder = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  const hostPort = holder.port;
  const hostSocket = join(directory, "in-the-way");
  writeFileSync(hostSocket, "text");
  const { port, server } = await serve((socket) => socket.end("here"));
  const guestSocket = join(directory, "fixed.sock");
  const sockets = createServer((socket) => socket.end("there")).listen(guestSocket);
  const ports = { guestPort: port, guestPortRange: [port, port], hostPortRange: [hostPort, hostPort] } as const;
  await using run = forwardsOf([rule({ ...ports, static: true }), rule({ guestSocket, hostSocket })]);
  await run.service.start();
  const texts = [
    `Setting up static TCP forwarding from 127.0.0.1:${port} to 127.0.0.1:${hostPort}`,
    `Forwarding ${guestSocket} (guest) to ${hostSocket} (host)`,
  ];
  const failures = [`failed to listen tcp: 127.0.0.1:${hostPort}`, `failed to listen tcp: ${hostSocket}`];
  holder.stop(true);
  await until(() => run.said.length === 5);
  rmSync(hostSocket);
  await until(() => run.said.length === 6);
  const [first = "", second = ""] = texts;
  expect(run.said.map(({ message }) => message)).toEqual([
    first,
    failures[0] ?? "",
    second,
    failures[1] ?? "",
    ...texts,
  ]);
  for (const [address, text] of [[{ port: hostPort }, "here"] as const, [{ path: hostSocket }, "there"] as const]) {
    const { heard } = client(address);
    await until(() => heard.ended);
    expect(heard.text).toBe(text);
  }
  server.close();
  sockets.close();
});

test("UDP is not forwarded where ssh alone forwards, and that is told", async () => {
  await using run = forwardsOf([], false);
  run.service.update({ added: [{ protocol: "udp", ip: "0.0.0.0", port: 5000 }], removed: [] });
  await until(() => run.events.length > 0);
  expect(run.events).toEqual([{ type: "not-forwarding", protocol: "udp", guestAddr: "0.0.0.0:5000" }]);
  expect(run.said.map(({ message }) => message)).toEqual(["Not forwarding UDP 0.0.0.0:5000"]);
});

test("each client of a UDP port has a tunnel of its own, which is given up when it is idle", async () => {
  const closed: number[] = [];
  let made = 0;
  const port = freePort();
  const forward = await DatagramForward.listen({
    address: { kind: "port", ip: "127.0.0.1", port },
    hostOs: "linux",
    idleMs: 30,
    tunnel: (handlers) => {
      made += 1;
      const number = made;
      const answer = () => handlers.onData(Buffer.from(`${number}`));
      return new Tunnel(number, { send: () => setTimeout(answer), forget: () => closed.push(number) }, handlers);
    },
  });
  const ask = async () => {
    const socket = createSocket("udp4");
    const answer = new Promise<string>((resolve) => socket.once("message", (bytes) => resolve(String(bytes))));
    socket.send("x", port, "127.0.0.1");
    return { socket, text: await answer };
  };
  const [one, two] = [await ask(), await ask()];
  expect([one.text, two.text]).toEqual(["1", "2"]);
  await until(() => closed.length === 2);
  forward.end();
  one.socket.close();
  two.socket.close();
});

test("sockets of the host belong to their owner, take the place of dead ones, and go when the forwards end", async () => {
  const guestSocket = join(directory, "guest.sock");
  const hostSocket = join(directory, "sock", "host.sock");
  const server = createServer((socket) => socket.end("from the guest")).listen(guestSocket);
  const forwards = forwardsOf([rule({ guestSocket, hostSocket })]);
  await forwards.service.start();
  expect(statSync(hostSocket).mode & 0o777).toBe(0o600);
  const { heard } = client({ path: hostSocket });
  await until(() => heard.ended);
  expect(heard.text).toBe("from the guest");
  await forwards.service.stop();
  expect(existsSync(hostSocket)).toBe(false);
  expect(forwards.said.map(({ message }) => message)).toEqual([
    `Forwarding ${guestSocket} (guest) to ${hostSocket} (host)`,
    `Stopping forwarding ${guestSocket} (guest) to ${hostSocket} (host)`,
  ]);
  server.close();
});

test("a program of the host finds the directory in which it is to listen for the guest", async () => {
  const guestSocket = join(directory, "guest-to-new.sock");
  const hostSocket = join(directory, "instance", "new", "on-host.sock");
  const forwards = forwardsOf([rule({ guestSocket, hostSocket, reverse: true })]);
  await forwards.service.start();
  expect(statSync(join(directory, "instance", "new")).mode & 0o777).toBe(0o750);
  const server = createServer((socket) => socket.end("from the host")).listen(hostSocket);
  await until(() => existsSync(guestSocket));
  const { heard } = client({ path: guestSocket });
  await until(() => heard.ended);
  expect(heard.text).toBe("from the host");
  await forwards.service.stop();
  expect(forwards.said.map(({ message }) => message)).toEqual([
    `Forwarding ${hostSocket} (host) to ${guestSocket} (guest)`,
    `Stopping forwarding ${hostSocket} (host) to ${guestSocket} (guest)`,
  ]);
  server.close();
});

test("a file in the place of a host socket is kept, and told", async () => {
  const hostSocket = join(directory, "precious");
  writeFileSync(hostSocket, "text");
  await using run = forwardsOf([rule({ guestSocket: "/none", hostSocket })]);
  await run.service.start();
  expect(String(run.said.at(-1)?.fields?.error)).toContain("exists and is not a socket");
  expect(statSync(hostSocket).isFile()).toBe(true);
});

test("the guest reaches a socket of the host also by a directory that it makes only later", async () => {
  const guestSocket = join(directory, "later", "in-guest.sock");
  const hostSocket = join(directory, "on-host-too.sock");
  const server = createServer((socket) => socket.end("from the host")).listen(hostSocket);
  await using run = forwardsOf([rule({ guestSocket, hostSocket, reverse: true })]);
  await run.service.start();
  const text = `${hostSocket} (host) to ${guestSocket} (guest)`;
  await until(() => run.said.length === 2);
  expect(run.said[1]?.message).toStartWith(`failed to forward ${text}: `);
  mkdirSync(join(directory, "later"));
  await until(() => run.said.length === 3);
  expect(run.said[2]?.message).toBe(`Forwarding ${text}`);
  const { heard } = client({ path: guestSocket });
  await until(() => heard.ended);
  expect(heard.text).toBe("from the host");
  server.close();
});

test("the guest reaches a socket of the host, also after its connection was cut", async () => {
  const guestSocket = join(directory, "in-guest.sock");
  const hostSocket = join(directory, "on-host.sock");
  const server = createServer((socket) => socket.end("from the host")).listen(hostSocket);
  await using run = forwardsOf([rule({ guestSocket, hostSocket, reverse: true })]);
  await run.service.start();
  for (const round of [1, 2]) {
    await until(() => existsSync(guestSocket));
    const { heard } = client({ path: guestSocket });
    await until(() => heard.ended);
    expect(`${round} ${heard.text}`).toBe(`${round} from the host`);
    if (round === 2) break;
    // before the cut: the socket that is made after it must stay
    rmSync(guestSocket, { force: true });
    await sshd.cutConnections();
    const answers = () =>
      session.exec("true").then(
        () => true,
        () => false,
      );
    while (!(await answers())) await Bun.sleep(5);
  }
  server.close();
});
