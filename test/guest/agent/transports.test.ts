import { afterAll, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ByteStream, Transport } from "../../../src/guest/agent/byte-stream.ts";
import { withFallback } from "../../../src/guest/agent/fallback-transport.ts";
import { serveSession } from "../../../src/guest/agent/session.ts";
import { StreamQueue } from "../../../src/guest/agent/stream-queue.ts";
import { unixTransport } from "../../../src/guest/agent/unix-transport.ts";
import { anyCid, cidOf, encodeVsockAddress, hostCid } from "../../../src/guest/agent/vsock-address.ts";
import { accept } from "../../../src/guest/agent/vsock-transport.ts";
import { HostSide } from "./host-side.ts";
import { transportTable } from "./transport-table.ts";

const directory = mkdtempSync(join(tmpdir(), "transports-"));
const owner = process.getuid?.() ?? 0;
const stops: AbortController[] = [];
const running: Promise<void>[] = [];

afterAll(async () => {
  for (const stop of stops) stop.abort();
  await Promise.all(running);
  rmSync(directory, { recursive: true, force: true });
});

/** Serves sessions on a transport until the tests are over. */
function serve(connections: (signal: AbortSignal) => AsyncIterable<ByteStream>): AbortController {
  const stop = new AbortController();
  stops.push(stop);
  const options = { ports: () => [], runtimeDirectory: join(directory, "run"), tickMs: 1000, warn: () => undefined };
  const serving = async () => {
    for await (const stream of connections(stop.signal)) {
      stop.signal.addEventListener("abort", () => stream.close(), { once: true });
      void serveSession(stream, options);
    }
  };
  running.push(serving());
  return stop;
}

/** A descriptor that listens on a unix socket: vsock takes the same road with another family. */
async function listeningDescriptor(path: string): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(path, resolve));
  const handle = "_handle" in server ? (server._handle as { readonly fd: number }) : undefined;
  const { dlopen } = await import("bun:ffi");
  const libc = dlopen("libc.so.6", { dup: { args: ["i32"], returns: "i32" } });
  const copy = libc.symbols.dup(handle?.fd ?? -1);
  server.unref();
  return copy;
}

describe("a unix socket", () => {
  const path = join(directory, "unix.sock");
  serve((signal) => unixTransport(path, owner).connections(signal));
  test.each(transportTable.map(([name, check]) => [name, check] as const))("%s", async (_, check) => {
    await check(() => HostSide.dial(path));
  });
});

test("vsock addresses are as linux/vm_sockets.h has them", () => {
  expect(Buffer.from(encodeVsockAddress(anyCid, 2222)).toString("hex")).toBe("28000000ae080000ffffffff00000000");
  expect(cidOf(encodeVsockAddress(hostCid, 1))).toBe(2);
  expect(cidOf(new Uint8Array(16))).toBeUndefined();
  expect(cidOf(new Uint8Array(0))).toBeUndefined();
});

/** A transport whose connections come when the test says so. */
class Manual implements Transport {
  private readonly queue = new StreamQueue();

  connections(signal: AbortSignal): AsyncIterable<ByteStream> {
    return this.queue.until(signal);
  }

  begin(): { readonly end: () => void } {
    let end = () => {};
    const chunks = new ReadableStream<Uint8Array>({
      start(controller) {
        end = () => controller.close();
      },
    });
    this.queue.push({ chunks, write: async () => undefined, close: () => undefined });
    return { end };
  }
}

async function until(look: () => boolean): Promise<void> {
  for (let n = 0; !look(); n += 1) {
    if (n > 4000) throw new Error(`waited in vain for ${look}`);
    await Bun.sleep(5);
  }
}

test("the fallback is open only while nobody speaks on the first channel", async () => {
  const path = join(directory, "fallback.sock");
  const first = new Manual();
  const fallback = unixTransport(path, owner);
  const stop = serve((signal) =>
    withFallback({ first, fallback, quietMs: 20, warn: () => undefined }).connections(signal),
  );
  await until(() => existsSync(path));
  const connection = first.begin();
  await until(() => !existsSync(path));
  connection.end();
  await until(() => existsSync(path));
  const host = await HostSide.dial(path);
  host.call(1, { call: "info" });
  expect(await host.json<unknown>("reply", 1)).toEqual({ ports: [] });
  // a connection that is under way outlives the first channel's return
  first.begin();
  await until(() => !existsSync(path));
  host.call(2, { call: "info" });
  expect(await host.json<unknown>("reply", 2)).toEqual({ ports: [] });
  stop.abort();
  await host.untilClosed();
});

test("a fallback that cannot be opened is tried again, and does no harm", async () => {
  const path = join(directory, "missing", "x.sock");
  const warnings: string[] = [];
  const first = new Manual();
  const fallback = unixTransport(path, owner);
  const stop = serve((signal) =>
    withFallback({ first, fallback, quietMs: 5, warn: (text) => warnings.push(text) }).connections(signal),
  );
  await until(() => warnings.length > 2);
  stop.abort();
});

describe("a descriptor that listens", async () => {
  const path = join(directory, "descriptor.sock");
  const fd = await listeningDescriptor(path);
  let refuse = false;
  serve((signal) => accept(fd, (_: Socket) => !refuse, signal));
  test.each(transportTable.map(([name, check]) => [name, check] as const))("%s", async (_, check) => {
    await check(() => HostSide.dial(path));
  });
  test("a peer that is not wanted is closed", async () => {
    refuse = true;
    const host = await HostSide.dial(path);
    await host.untilClosed();
    expect(host.greeted).toBe(false);
  });
});
