import { afterAll, beforeAll, expect, test } from "bun:test";
import { createSocket } from "node:dgram";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { PortReader } from "../../../src/guest/agent/ports-read.ts";
import { serveSession } from "../../../src/guest/agent/session.ts";
import { unixTransport } from "../../../src/guest/agent/unix-transport.ts";
import {
  encodeFrame,
  encodeHello,
  type Info,
  jsonFrame,
  type PortsEvent,
  type TimeSync,
} from "../../../src/guest/protocol.ts";
import { HostSide } from "./host-side.ts";

const directory = mkdtempSync(join(tmpdir(), "agent-"));
const path = join(directory, "agent.sock");
const stop = new AbortController();
const warnings: string[] = [];
let serving: Promise<void>;

beforeAll(() => {
  const reader = new PortReader(undefined);
  const options = {
    ports: () => reader.read(),
    runtimeDirectory: join(directory, "run"),
    tickMs: 20,
    warn: (text: string) => warnings.push(text),
  };
  serving = (async () => {
    for await (const stream of unixTransport(path, process.getuid?.() ?? 0).connections(stop.signal))
      void serveSession(stream, options);
  })();
});

afterAll(async () => {
  stop.abort();
  await serving;
  expect(existsSync(path)).toBe(false);
  rmSync(directory, { recursive: true, force: true });
});

async function listening(): Promise<{ readonly port: number; close(): void }> {
  const server = createServer((socket) => socket.pipe(socket));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { port: address.port, close: () => server.close() };
}

test("the socket belongs to its owner alone", async () => {
  const host = await HostSide.dial(path);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  host.socket.destroy();
});

test("info lists the ports that listen", async () => {
  const host = await HostSide.dial(path);
  const server = await listening();
  host.call(1, { call: "info" });
  const { ports } = await host.json<Info>("reply", 1);
  expect(ports).toContainEqual({ protocol: "tcp", ip: "127.0.0.1", port: server.port });
  server.close();
  host.socket.destroy();
});

test("events tell what came and went, and nothing twice after a reconnection", async () => {
  const first = await HostSide.dial(path);
  first.call(1, { call: "events" });
  const server = await listening();
  const wanted = { protocol: "tcp" as const, ip: "127.0.0.1", port: server.port };
  let event = await first.json<PortsEvent>("event", 1);
  while (!event.added.some(({ port }) => port === server.port)) event = await first.json<PortsEvent>("event", 1);
  expect(event.added).toContainEqual(wanted);
  // Also while the host listens: an agent that is killed then has no time for it.
  const state = join(directory, "run/event-state.json");
  while (!existsSync(state) || !readFileSync(state, "utf8").includes(`${server.port}`)) await Bun.sleep(10);
  expect(JSON.parse(readFileSync(state, "utf8")).ports).toContainEqual(wanted);
  first.socket.destroy();

  const second = await HostSide.dial(path);
  second.call(7, { call: "events" });
  server.close();
  event = await second.json<PortsEvent>("event", 7);
  expect(event.added.filter(({ port }) => port === server.port)).toEqual([]);
  while (!event.removed.some(({ port }) => port === server.port)) event = await second.json<PortsEvent>("event", 7);
  expect(event.removed).toContainEqual(wanted);
  second.socket.destroy();
});

test("a clock that agrees is left alone", async () => {
  const host = await HostSide.dial(path);
  host.call(1, { call: "syncTime", hostTimeMs: Date.now() });
  expect(await host.json<TimeSync>("reply", 1)).toMatchObject({ adjusted: false, error: "" });
  host.socket.destroy();
});

test("a file that changed on the host gets its time, and one that is missing is no matter", async () => {
  const file = join(directory, "watched");
  writeFileSync(file, "");
  const host = await HostSide.dial(path);
  host.call(1, { call: "inotify", path: join(directory, "absent"), timeMs: 1 });
  host.call(2, { call: "inotify", path: file, timeMs: 1_000_000_000_000 });
  while (statSync(file).mtimeMs !== 1_000_000_000_000) await Bun.sleep(5);
  host.socket.destroy();
});

test("a tunnel carries bytes both ways, more of them than its window", async () => {
  const server = await listening();
  const host = await HostSide.dial(path);
  host.call(3, { call: "tunnel", protocol: "tcp", hosts: ["127.0.0.1"], port: server.port });
  const total = 3_000_000;
  const pieces = 100;
  for (let n = 0; n < pieces; n += 1) {
    host.socket.write(encodeFrame({ kind: "bytes", channel: 3, payload: new Uint8Array(total / pieces).fill(n) }));
  }
  const received: Uint8Array[] = [];
  for (let count = 0; count < total; ) {
    const { payload } = await host.next((frame) => frame.kind === "bytes" && frame.channel === 3);
    received.push(payload);
    count += payload.length;
    host.socket.write(jsonFrame("window", 3, payload.length));
  }
  const all = Buffer.concat(received);
  for (let n = 0; n < pieces; n += 1) expect(all[n * (total / pieces) + 1]).toBe(n);
  server.close();
  host.socket.destroy();
});

test("a tunnel holds back what the host has no room for", async () => {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.end(Buffer.alloc(8_000_000));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const host = await HostSide.dial(path);
  const { port } = server.address() as { readonly port: number };
  host.call(4, { call: "tunnel", protocol: "tcp", hosts: ["127.0.0.1"], port });
  let count = 0;
  const take = async () => {
    const frame = await host.next();
    if (frame.kind === "bytes") count += frame.payload.length;
    return frame.kind;
  };
  while (count < 1024 * 1024) await take();
  host.socket.write(encodeFrame({ kind: "ping", channel: 0, payload: new Uint8Array(0) }));
  while ((await take()) !== "pong");
  // what one read of the socket brings, up to half a mebibyte, may go beyond the window
  expect(count).toBeLessThan(2 * 1024 * 1024);
  host.socket.write(jsonFrame("window", 4, 8_000_000));
  while (count < 8_000_000) await take();
  while ((await take()) !== "shut");
  server.close();
  host.socket.destroy();
});

test("a tunnel for UDP carries datagrams, one for one", async () => {
  const server = createSocket("udp4");
  server.on("message", (bytes, from) =>
    server.send(Buffer.concat([Buffer.from("re:"), bytes]), from.port, from.address),
  );
  await new Promise<void>((resolve) => server.bind(0, "127.0.0.1", resolve));
  const host = await HostSide.dial(path);
  host.call(5, { call: "tunnel", protocol: "udp", hosts: ["127.0.0.1"], port: server.address().port });
  for (const text of ["a", "bb"])
    host.socket.write(encodeFrame({ kind: "data", channel: 5, payload: Buffer.from(text) }));
  const texts = [await host.next((frame) => frame.kind === "data"), await host.next((frame) => frame.kind === "data")];
  expect(texts.map(({ payload }) => Buffer.from(payload).toString()).sort()).toEqual(["re:a", "re:bb"]);
  server.close();
  host.socket.destroy();
});

test("a tunnel for UDP goes to the first host to which there is a way", async () => {
  const server = createSocket("udp4");
  server.on("message", (bytes, from) => server.send(bytes, from.port, from.address));
  await new Promise<void>((resolve) => server.bind(0, "127.0.0.1", resolve));
  const host = await HostSide.dial(path);
  // Nobody may talk to all hosts who has not asked to.
  const hosts = ["255.255.255.255", "127.0.0.1"];
  host.call(5, { call: "tunnel", protocol: "udp", hosts, port: server.address().port });
  host.socket.write(encodeFrame({ kind: "data", channel: 5, payload: Buffer.from("hello") }));
  const { kind, payload } = await host.next((frame) => frame.channel === 5 && frame.kind !== "reply");
  expect([kind, Buffer.from(payload).toString()]).toEqual(["data", "hello"]);
  server.close();
  host.socket.destroy();
});

test("a tunnel to where nobody listens ends with the reason", async () => {
  const host = await HostSide.dial(path);
  const server = await listening();
  server.close();
  host.call(6, { call: "tunnel", protocol: "tcp", hosts: ["127.0.0.1"], port: server.port });
  expect((await host.json<{ error: string }>("end", 6)).error).not.toBe("");
  host.socket.destroy();
});

test.each([
  ["an unknown kind", Uint8Array.of(99, 0, 0, 0, 0, 0, 0, 0, 0)],
  ["a frame that is too long", Uint8Array.of(0, 0, 0, 0, 1, 255, 255, 255, 255)],
  ["a call that is no JSON", encodeFrame({ kind: "call", channel: 1, payload: Buffer.from("{") })],
  ["a call that is unknown", jsonFrame("call", 1, { call: "exec", command: "id" })],
  [
    "a tunnel to a unix socket",
    jsonFrame("call", 1, { call: "tunnel", protocol: "unix", hosts: ["/run/docker.sock"], port: 1 }),
  ],
  ["a frame that only the guest sends", jsonFrame("reply", 1, {})],
  ["a window that is no number", encodeFrame({ kind: "window", channel: 9, payload: Buffer.from("x") })],
])("%s closes that connection and no other", async (name, bytes) => {
  const other = await HostSide.dial(path);
  const host = await HostSide.dial(path);
  if (name.startsWith("a window")) {
    const server = await listening();
    host.call(9, { call: "tunnel", protocol: "tcp", hosts: ["127.0.0.1"], port: server.port });
    server.close();
  }
  host.socket.write(bytes);
  await host.untilClosed();
  other.call(1, { call: "info" });
  await other.json("reply", 1);
  other.socket.destroy();
});

test("whatever a host sends, the session ends and nothing is thrown", async () => {
  const json = fc.oneof(
    fc.json().map((text) => JSON.parse(text)),
    fc.record({
      call: fc.constantFrom("info", "events", "inotify", "syncTime", "tunnel", "x"),
      path: fc.constantFrom("", "/nowhere/x", "a\0b", 5),
      timeMs: fc.oneof(fc.double(), fc.constant("x")),
      // A number would set the clock of the machine that runs the tests.
      hostTimeMs: fc.constantFrom(null, "x"),
      protocol: fc.constantFrom("tcp", "udp", "unix"),
      host: fc.constantFrom("127.0.0.1", "::1", ""),
      port: fc.constantFrom(1, 0, 70_000, 1.5),
    }),
  );
  const frame = fc
    .record({
      kind: fc.constantFrom("call", "reply", "event", "data", "end", "window", "ping", "pong"),
      channel: fc.integer({ min: 0, max: 4 }),
      payload: fc.oneof(
        fc.uint8Array({ maxLength: 50 }),
        json.map((value) => new TextEncoder().encode(JSON.stringify(value))),
      ),
    })
    .map((each) => encodeFrame(each));
  const options = { ports: () => [], runtimeDirectory: join(directory, "fuzz"), tickMs: 1000, warn: () => undefined };
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(frame, fc.uint8Array({ maxLength: 40 })), { maxLength: 12 }), async (pieces) => {
      let closed = false;
      const chunks = (async function* () {
        yield encodeHello(new Uint8Array(16));
        yield* pieces;
      })();
      const close = () => {
        closed = true;
      };
      await serveSession({ chunks, write: async () => undefined, close }, options);
      for (let n = 0; !closed && n < 100; n += 1) await Bun.sleep(1);
      expect(closed).toBe(true);
    }),
    { numRuns: 300 },
  );
});
