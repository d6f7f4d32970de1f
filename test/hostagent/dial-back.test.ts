import { afterAll, afterEach, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serveSession } from "../../src/guest/agent/session.ts";
import { unixTransport } from "../../src/guest/agent/unix-transport.ts";
import { encodeHello, FrameReader, jsonFrame, type StreamCall } from "../../src/guest/protocol.ts";
import { AgentConnection } from "../../src/hostagent/guest-agent/connection.ts";
import { dialBack } from "../../src/hostagent/guest-agent/dial-back.ts";
import { StreamLink } from "../../src/hostagent/guest-agent/stream-link.ts";
import type { Logger } from "../../src/lib/log.ts";

setDefaultTimeout(30_000);

/** A guest agent in this process, whose way to the host is the loopback. */
const directory = mkdtempSync(join(tmpdir(), "limabun-db-"));
const gateway = "127.0.0.1";
const logger: Logger = { trace() {}, debug() {}, info() {}, warn() {}, error() {}, log() {} };
let over: AbortController;
let control: AgentConnection;
let number = 0;

beforeEach(async () => {
  over = new AbortController();
  number += 1;
  const socketPath = join(directory, `${number}.sock`);
  void serveGuest(socketPath, over.signal);
  await until(() => existsSync(socketPath));
  control = await AgentConnection.open({ socketPath, signal: over.signal });
});

afterEach(() => {
  control.close();
  over.abort();
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

async function serveGuest(socketPath: string, signal: AbortSignal): Promise<void> {
  for await (const connection of unixTransport(socketPath, process.getuid?.() ?? 0).connections(signal)) {
    const options = { ports: () => [], runtimeDirectory: directory, tickMs: 1000, warn: () => undefined };
    void serveSession(connection, options);
  }
}

async function until(look: () => boolean): Promise<void> {
  for (let n = 0; !look(); n += 1) {
    if (n > 4000) throw new Error(`waited in vain for ${look}`);
    await Bun.sleep(5);
  }
}

async function listening(onConnection: (socket: Socket) => void): Promise<{ port: number; server: Server }> {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    onConnection(socket);
  });
  await new Promise<void>((settle) => server.listen(0, "127.0.0.1", settle));
  const address = server.address();
  return { server, port: typeof address === "object" ? (address?.port ?? 0) : 0 };
}

/** What a connection tells before it ends. */
async function heard(stream: AgentConnection, port: number): Promise<string> {
  let text = "";
  for await (const bytes of stream.stream([gateway], port)) text += bytes;
  return text;
}

/** A guest agent that is asked to dial, and what it is told. */
async function askedGuest(): Promise<{ asked: Promise<StreamCall>; connection: AgentConnection; server: Server }> {
  const asked = Promise.withResolvers<StreamCall>();
  const path = join(directory, `asked${number}.sock`);
  const server = createServer((socket) => {
    const reader = new FrameReader();
    socket.on("error", () => undefined);
    socket.on("data", (bytes) => {
      for (const { kind, channel, payload } of reader.push(bytes, (nonce) => void socket.write(encodeHello(nonce)))) {
        if (kind !== "call") continue;
        asked.resolve(JSON.parse(Buffer.from(payload).toString()));
        socket.write(jsonFrame("reply", channel, {}));
      }
    });
  }).listen(path);
  await until(() => existsSync(path));
  return {
    asked: asked.promise,
    connection: await AgentConnection.open({ socketPath: path, signal: over.signal }),
    server,
  };
}

test("the guest comes with the secret and carries tunnels; the port by which it came is closed", async () => {
  const { server, port } = await listening((socket) => socket.end("hello"));
  const stream = await dialBack({ control, gateway, signal: over.signal });
  expect(await heard(stream, port)).toBe("hello");
  stream.close();
  server.close();
});

test("whoever does not know the secret is turned away, and does not keep the guest from coming", async () => {
  const { asked, connection, server } = await askedGuest();
  const dialling = dialBack({ control: connection, gateway, signal: over.signal });
  dialling.catch(() => undefined);
  const { port, guestSecret, hostSecret } = await asked;
  const knock = (said: Buffer) =>
    new Promise<number>((resolve) => {
      let count = 0;
      const socket = connect(port, "127.0.0.1", () => void socket.write(said));
      socket.on("data", (bytes) => {
        count += bytes.length;
      });
      socket.on("error", () => undefined);
      socket.on("close", () => resolve(count));
    });
  const right = Buffer.from(guestSecret, "hex");
  const wrong = Buffer.from(right);
  wrong[31] = (wrong[31] ?? 0) ^ 1;
  expect(await knock(wrong)).toBe(0);
  expect(await knock(Buffer.concat([right, Buffer.from("x")]))).toBe(0);
  expect(await knock(Buffer.from("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"))).toBe(0);
  const silent = connect(port, "127.0.0.1");
  silent.on("error", () => undefined);
  const guest = connect(port, "127.0.0.1", () => void guest.write(right));
  const reader = new FrameReader();
  guest.on("data", (bytes) => {
    reader.push(bytes, (nonce) => {
      expect(Buffer.from(nonce).toString("hex")).toBe(hostSecret);
      guest.write(encodeHello(nonce));
    });
  });
  const stream = await dialling;
  await until(() => silent.closed);
  const late = connect(port, "127.0.0.1");
  const refused = await new Promise((resolve) => late.once("error", (error) => resolve("code" in error && error.code)));
  expect(refused).toBe("ECONNREFUSED");
  stream.close();
  connection.close();
  server.close();
  guest.destroy();
});

test("each stream has secrets of its own", async () => {
  const calls: StreamCall[] = [];
  for (let round = 0; round < 2; round += 1) {
    number += 1;
    const { asked, connection, server } = await askedGuest();
    const dialling = dialBack({ control: connection, gateway, limitMs: 100, signal: over.signal });
    await expect(dialling).rejects.toThrow("the guest did not come");
    calls.push(await asked);
    connection.close();
    server.close();
  }
  expect(new Set(calls.flatMap(({ guestSecret, hostSecret }) => [guestSecret, hostSecret])).size).toBe(4);
});

test("a guest that dials somebody else than its host serves him nothing", async () => {
  const said: Buffer[] = [];
  let closed = false;
  const { server, port } = await listening((socket) => {
    socket.on("data", (bytes) => {
      said.push(bytes);
      if (said.length > 1) return;
      // He knows how the protocol goes, but not the host's secret.
      socket.write(encodeHello(Buffer.alloc(16, 7)));
      socket.write(jsonFrame("call", 1, { call: "tunnel", protocol: "tcp", hosts: ["127.0.0.1"], port: 22 }));
    });
    socket.on("close", () => {
      closed = true;
    });
  });
  await control.dialBack({ host: gateway, port, guestSecret: "ab".repeat(32), hostSecret: "cd".repeat(16) });
  await until(() => closed);
  const answer = Buffer.concat(said).subarray(32).toString();
  expect(answer).toContain("this is not the host");
  expect(answer).not.toContain("limabun-agent");
  server.close();
});

test("a stream carries tunnels and nothing else", async () => {
  const stream = await dialBack({ control, gateway, signal: over.signal });
  await expect(stream.info()).rejects.toThrow();
  stream.close();
});

test("a host that cannot be reached is no stream, and the connection goes on", async () => {
  const { server, port } = await listening(() => undefined);
  server.close();
  const call = { host: gateway, port, guestSecret: "ab".repeat(32), hostSecret: "cd".repeat(16) };
  await expect(control.dialBack(call)).rejects.toThrow();
  expect(await control.info()).toEqual({ ports: [] });
});

test("a stream that was cut is made anew, and ends with the connection of the guest agent", async () => {
  const { server, port } = await listening((socket) => socket.end("hello"));
  const link = new StreamLink({ gateway, logger, retryMs: [10, 10] });
  link.follow(control);
  await until(() => link.connection !== undefined);
  const first = link.connection;
  first?.close();
  await until(() => link.connection !== undefined && link.connection !== first);
  if (link.connection !== undefined) expect(await heard(link.connection, port)).toBe("hello");
  control.close();
  await until(() => link.connection === undefined);
  server.close();
});

test("a stream that carries nothing for a while is given up, and dialled anew for whoever wants it", async () => {
  const { port, server } = await listening((socket) => socket.end("hello"));
  const link = new StreamLink({ gateway, logger, quietMs: 100 });
  link.follow(control);
  await until(() => link.connection !== undefined);
  const first = link.connection;
  await first?.closed;
  expect(over.signal.aborted).toBeFalse();
  const second = await link.reach();
  if (second === undefined) throw new Error("no stream");
  expect(second).not.toBe(first);
  expect(await heard(second, port)).toBe("hello");
  await second.closed;
  // One way or the other: a look that does not wait has it dialled too.
  expect(link.connection).toBeUndefined();
  await until(() => link.connection !== undefined);
  server.close();
});

test("a stream that carries something is kept, however long that is silent", async () => {
  const { port, server } = await listening(() => undefined);
  const link = new StreamLink({ gateway, logger, quietMs: 50 });
  link.follow(control);
  await until(() => link.connection !== undefined);
  const stream = link.connection;
  const tunnel = stream?.stream([gateway], port);
  await Bun.sleep(300);
  expect(stream?.carries).toBeTrue();
  expect(await link.reach()).toBe(stream);
  tunnel?.destroy();
  await stream?.closed;
  server.close();
});

test("where the guest cannot dial, nothing waits for a stream", async () => {
  const link = new StreamLink({ gateway: "127.0.0.1:1", logger });
  expect(await link.reach()).toBeUndefined();
  link.follow(control);
  expect(await link.reach()).toBeUndefined();
});

test("streams that come and go leave no descriptor behind", async () => {
  const open = () => readdirSync("/proc/self/fd").length;
  const once = async () => {
    const stream = await dialBack({ control, gateway, signal: over.signal });
    stream.close();
    await stream.closed;
  };
  await once();
  const before = open();
  for (let n = 0; n < 50; n += 1) await once();
  await until(() => open() <= before + 3);
});
