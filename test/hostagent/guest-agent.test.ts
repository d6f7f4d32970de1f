import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { createSocket } from "node:dgram";
import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serveSession } from "../../src/guest/agent/session.ts";
import { unixTransport } from "../../src/guest/agent/unix-transport.ts";
import { encodeFrame, type ListeningPort } from "../../src/guest/protocol.ts";
import { AgentConnection } from "../../src/hostagent/guest-agent/connection.ts";
import { GuestAgent, type GuestAgentOptions, type PortsChange } from "../../src/hostagent/guest-agent/service.ts";
import { SshChannel } from "../../src/hostagent/guest-agent/ssh-channel.ts";
import type { Logger } from "../../src/lib/log.ts";

// real sockets on a machine that may be busy
setDefaultTimeout(30_000);

const directory = mkdtempSync(join(tmpdir(), "limabun-ga-"));
const socketPath = join(directory, "agent.sock");
const web: ListeningPort = { protocol: "tcp", ip: "127.0.0.1", port: 80 };
const dns: ListeningPort = { protocol: "udp", ip: "0.0.0.0", port: 53 };

/** The guest's side, with a list of ports that tests change. */
class Guest {
  ports: readonly ListeningPort[] = [];
  private readonly stop = new AbortController();
  private readonly serving: Promise<void>;

  constructor() {
    this.serving = (async () => {
      for await (const stream of unixTransport(socketPath, process.getuid?.() ?? 0).connections(this.stop.signal)) {
        this.stop.signal.addEventListener("abort", () => stream.close(), { once: true });
        const runtimeDirectory = join(directory, "run");
        void serveSession(stream, { ports: () => this.ports, runtimeDirectory, tickMs: 5, warn: () => undefined });
      }
    })();
  }

  async end(): Promise<void> {
    this.stop.abort();
    await this.serving;
  }
}

let guest: Guest;

beforeAll(async () => {
  guest = new Guest();
  while (!existsSync(socketPath)) await Bun.sleep(5);
});

afterAll(async () => {
  await guest.end();
  rmSync(directory, { recursive: true, force: true });
});

/** The service and what it tells. @param more takes the place of the guest's own socket */
async function hostSide(more: Partial<GuestAgentOptions> = {}) {
  const said: string[] = [];
  const changes: PortsChange[] = [];
  const keep = (level: string) => (message: string) => void said.push(`${level} ${message}`);
  const logger: Logger = {
    trace() {},
    debug() {},
    info: keep("info"),
    warn: keep("warning"),
    error: keep("error"),
    log() {},
  };
  const service = new GuestAgent({
    socketPath,
    helloMs: 20,
    pingMs: 50,
    retryMs: 20,
    clockMs: 20,
    logger,
    onPorts: (change) => changes.push(change),
    ...more,
  });
  await service.start();
  return { said, changes, service, [Symbol.asyncDispose]: () => service.stop() };
}

async function until(look: () => boolean): Promise<void> {
  for (let n = 0; !look(); n += 1) {
    if (n > 10_000) throw new Error(`waited in vain for ${look}`);
    await Bun.sleep(5);
  }
}

test("ports that listen are told once, then what changes", async () => {
  guest.ports = [web];
  await using host = await hostSide();
  await until(() => host.changes.length === 1);
  guest.ports = [dns];
  await until(() => host.changes.length === 2);
  expect(host.changes).toEqual([
    { added: [web], removed: [] },
    { added: [dns], removed: [web] },
  ]);
  await host.service.expect(60_000);
  expect(host.said).toEqual([
    "info Guest agent is running",
    "info Time sync: guest agent is alive, starting time synchronization",
  ]);
  expect(host.service.health()).toEqual({ kind: "well" });
});

test("after the agent was away, only what changed in the meantime is told", async () => {
  guest.ports = [web, dns];
  await using host = await hostSide();
  await until(() => host.changes.length === 1);
  await guest.end();
  await until(() => host.service.health().kind === "failed");
  guest = new Guest();
  guest.ports = [dns];
  await until(() => host.changes.length === 2);
  expect(host.changes[1]).toEqual({ added: [], removed: [web] });
  expect(host.said[2]).toStartWith("warning guest agent events closed unexpectedly: ");
  expect(host.said.slice(3)).toEqual(["info Guest agent is running"]);
});

test("a guest that does not answer is greeted again, and its connection begins once", async () => {
  const path = join(directory, "slow.sock");
  let bytes = 0;
  const server = createServer((socket: Socket) => {
    const pipe = new TransformStream<Uint8Array, Uint8Array>();
    const writer = pipe.writable.getWriter();
    let held = Buffer.alloc(0);
    socket.on("data", (piece) => {
      bytes += piece.length;
      // the first two hellos wait, as on a port that nobody has opened
      held = Buffer.concat([held, piece]);
      if (bytes < 90) return;
      void writer.write(held);
      held = Buffer.alloc(0);
    });
    const write = async (piece: Uint8Array) => void socket.write(piece);
    const stream = { chunks: pipe.readable, write, close: () => socket.destroy() };
    void serveSession(stream, { ports: () => [web], runtimeDirectory: directory, tickMs: 5, warn: () => undefined });
  }).listen(path);
  const signal = new AbortController().signal;
  const connection = await AgentConnection.open({ socketPath: path, helloMs: 10, signal });
  expect(await connection.info()).toEqual({ ports: [web] });
  connection.close();
  server.close();
});

test("a guest that has just begun, and says so, is greeted at once", async () => {
  const path = join(directory, "begun.sock");
  const begun = encodeFrame({ kind: "end", channel: 0, payload: Buffer.from("{}") });
  const server = createServer((socket: Socket) => {
    // the first hello is lost, as on a port that is opened just then
    socket.once("data", () => {
      socket.write(begun);
      socket.once("data", (hello) => socket.write(hello));
    });
  }).listen(path);
  const signal = new AbortController().signal;
  const connection = await AgentConnection.open({ socketPath: path, helloMs: 3_600_000, signal });
  connection.close();
  server.close();
});

test("a program that answers anything with anything is not greeted without end", async () => {
  const path = join(directory, "other.sock");
  let heard = 0;
  const server = createServer((socket: Socket) => {
    socket.on("data", () => {
      heard += 1;
      socket.write("what?\n");
    });
    socket.on("error", () => undefined);
  }).listen(path);
  const signal = AbortSignal.timeout(300);
  const dialling = AgentConnection.open({ socketPath: path, helloMs: 3_600_000, signal });
  await expect(dialling).rejects.toThrow("there was no answer");
  expect(heard).toBe(2);
  server.close();
});

test("a guest that falls silent is left", async () => {
  const path = join(directory, "silent.sock");
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.once("data", (hello) => socket.write(hello));
  }).listen(path);
  const signal = new AbortController().signal;
  const connection = await AgentConnection.open({ socketPath: path, pingMs: 10, signal });
  expect(await connection.closed).toContain("has said nothing");
  expect(connection.info()).rejects.toThrow("is closed");
  for (const socket of sockets) socket.destroy();
  server.close();
});

test("a guest is asked for a word only when it has been silent", async () => {
  const path = join(directory, "talking.sock");
  const pong = encodeFrame({ kind: "pong", channel: 0, payload: new Uint8Array(0) });
  let pings = 0;
  let talking = true;
  const server = createServer((socket) => {
    socket.once("data", (hello) => {
      socket.write(hello);
      socket.on("data", (bytes) => {
        pings += bytes.length / pong.length;
        socket.write(pong);
      });
      const talk = setInterval(() => talking && socket.write(pong), 50);
      socket.on("close", () => clearInterval(talk));
    });
    socket.on("error", () => undefined);
  }).listen(path);
  const signal = new AbortController().signal;
  const connection = await AgentConnection.open({ socketPath: path, pingMs: 200, signal });
  await Bun.sleep(1500);
  expect(pings).toBe(0);
  talking = false;
  // more words than one: whoever answers is not left
  await until(() => pings >= 3);
  connection.close();
  server.close();
});

test("a first channel that gives no answer is left for ssh, and tried first again when that is cut", async () => {
  guest.ports = [web];
  const first = join(directory, "mute.sock");
  const overSsh = join(directory, "ga.sock");
  let dials = 0;
  const mute = createServer(() => {
    dials += 1;
  }).listen(first);
  const ways: Socket[] = [];
  const fallback = new SshChannel({
    socketPath: overSsh,
    connected: async () => undefined,
    // the guest's socket, as sshd would connect to it
    reach: async () => {
      const way = connect(socketPath);
      ways.push(way);
      return way;
    },
  });
  const host = await hostSide({ socketPath: first, fallback, answerMs: 50 });
  await until(() => host.said.some((line) => line.includes("it is reached over ssh")));
  expect(host.changes).toEqual([{ added: [web], removed: [] }]);
  expect(statSync(overSsh).mode & 0o777).toBe(0o600);
  expect(dials).toBe(1);
  ways[0]?.destroy();
  await until(() => ways.length === 2);
  expect(dials).toBe(2);
  await host.service.stop();
  expect(existsSync(overSsh)).toBe(false);
  mute.close();
});

test("while neither channel answers, both are tried again, and the log names the reason of both", async () => {
  const fallback = new SshChannel({
    socketPath: join(directory, "ga2.sock"),
    connected: async () => undefined,
    reach: async () => {
      throw new Error("nothing listens there");
    },
  });
  const reasons: string[] = [];
  const ignore = () => undefined;
  const logger: Logger = {
    ...{ trace: ignore, info: ignore, warn: ignore, error: ignore, log: ignore },
    debug: (message) => void reasons.push(message),
  };
  const absent = join(directory, "absent");
  await using host = await hostSide({ socketPath: absent, fallback, answerMs: 50, logger });
  await until(() => reasons.length > 1);
  for (const reason of reasons) {
    expect(reason).toContain(absent);
    expect(reason).toContain("over ssh: nothing listens there");
  }
  expect(host.service.health()).toEqual({ kind: "well" });
  await host.service.expect(0);
  expect(host.service.health()).toMatchObject({
    reason: "guest agent does not seem to be running; port forwards will not work",
  });
});

test("datagrams go through a tunnel, and answers come back", async () => {
  const echo = createSocket("udp4");
  echo.on("message", (bytes, from) => echo.send(`${bytes}!`, from.port, from.address));
  await new Promise<void>((settle) => echo.bind(0, "127.0.0.1", settle));
  const signal = new AbortController().signal;
  const connection = await AgentConnection.open({ socketPath, signal });
  const answers: string[] = [];
  const tunnel = connection.datagrams(["127.0.0.1"], echo.address().port, {
    onData: (bytes) => answers.push(Buffer.from(bytes).toString()),
    onClose: () => undefined,
  });
  // more than the window of the channel, but not at once
  for (let n = 0; n < 40; n += 1) {
    tunnel.send(Buffer.alloc(30_000, "x"));
    await until(() => answers.length > n);
  }
  for (const text of ["a", "b"]) tunnel.send(Buffer.from(text));
  await until(() => answers.length === 42);
  expect(answers.slice(40).sort()).toEqual(["a!", "b!"]);
  tunnel.close();
  connection.close();
  echo.close();
});

test.each([
  ["ports that are none", { ports: [{ protocol: "tcp", ip: "evil", port: 80 }] }],
  ["a port that does not exist", { ports: [{ protocol: "tcp", ip: "127.0.0.1", port: 70000 }] }],
  ["no list", { ports: 3 }],
  ["nothing", null],
])("a guest that tells %s is not believed", async (_name, answer) => {
  const { infoOf } = await import("../../src/hostagent/guest-agent/payloads.ts");
  expect(() => infoOf(answer)).toThrow();
});
