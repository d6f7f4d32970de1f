import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { QmpClient, QmpCommandError } from "../../../src/vm/qemu/qmp.ts";
import { parseQmpLine, QmpProtocolError, QmpReader } from "../../../src/vm/qemu/qmp-messages.ts";

describe("QMP lines", () => {
  const rows = [
    ['{"QMP": {"version": {}, "capabilities": ["oob"]}}', { kind: "greeting" }],
    ['{"return": {"running": true}, "id": 3}', { kind: "result", id: 3, value: { running: true } }],
    ['{"return": {}}', { kind: "result", id: undefined, value: {} }],
    [
      '{"id": 4, "error": {"class": "CommandNotFound", "desc": "no"}}',
      { kind: "error", id: 4, class: "CommandNotFound", description: "no" },
    ],
    [
      '{"timestamp": {"seconds": 1}, "event": "SHUTDOWN", "data": {"guest": true}}',
      { kind: "event", name: "SHUTDOWN", data: { guest: true } },
    ],
  ] as const;
  for (const [line, expected] of rows) {
    test(`${line} is a ${expected.kind}`, () => expect(parseQmpLine(line)).toEqual(expected));
  }

  test("a line is found however the bytes are cut", () => {
    const line = Buffer.from(`${rows.map(([text]) => text).join("\r\n")}\r\n`);
    fc.assert(
      fc.property(fc.array(fc.nat(line.length)), (cuts) => {
        const reader = new QmpReader();
        const places = [0, ...cuts.sort((a, b) => a - b), line.length];
        const messages = places.flatMap((place, index) =>
          reader.push(line.subarray(place, places[index + 1] ?? place)),
        );
        expect(messages).toEqual(rows.map(([, expected]) => ({ ...expected })));
      }),
    );
  });

  test("nonsense is refused and nothing else is thrown", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        try {
          for (const message of new QmpReader().push(Buffer.from(`${text}\n`))) expect(message.kind).toBeString();
        } catch (error) {
          expect(error).toBeInstanceOf(QmpProtocolError);
        }
      }),
    );
  });
});

/** The socket's file is there before QEMU listens on it. */
async function listens(path: string): Promise<boolean> {
  try {
    using _client = await QmpClient.connect(path);
    return true;
  } catch {
    return false;
  }
}

describe("a running QEMU", () => {
  const directory = mkdtempSync(join(tmpdir(), "qmp-"));
  const path = join(directory, "qmp.sock");
  let qemu: Bun.Subprocess;
  beforeAll(async () => {
    qemu = Bun.spawn(
      [
        "qemu-system-x86_64",
        "-M",
        "none",
        "-nodefaults",
        "-display",
        "none",
        "-S",
        "-qmp",
        `unix:${path},server=on,wait=off`,
      ],
      { stdio: ["ignore", "inherit", "inherit"] },
    );
    while (!(await listens(path)) && qemu.exitCode === null) await Bun.sleep(5);
  });
  afterAll(async () => {
    qemu.kill("SIGKILL");
    await qemu.exited;
    rmSync(directory, { recursive: true });
  });

  test("answers commands one after the other", async () => {
    using client = await QmpClient.connect(path);
    const [status, name] = await Promise.all([client.execute("query-status"), client.execute("query-name")]);
    expect(status).toMatchObject({ status: "prelaunch" });
    expect(name).toEqual({});
  });

  test("serves the next connection after one was closed", async () => {
    for (let round = 0; round < 3; round += 1) {
      using client = await QmpClient.connect(path);
      expect(await client.execute("query-version")).toBeObject();
    }
  });

  test("refuses an unknown command with its class", async () => {
    using client = await QmpClient.connect(path);
    const failure = await client.execute("make-coffee").catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(QmpCommandError);
    expect(failure).toMatchObject({ errorClass: "CommandNotFound", command: "make-coffee" });
    expect(await client.execute("query-status")).toBeObject();
  });

  test("a second connection fails by its limit while the first is held", async () => {
    using _client = await QmpClient.connect(path);
    expect(QmpClient.connect(path, { timeoutMs: 100 })).rejects.toThrow("no answer to greeting within 100 ms");
    await Bun.sleep(150);
  });

  test("an abort ends the wait", async () => {
    using _client = await QmpClient.connect(path);
    const pending = QmpClient.connect(path, { signal: AbortSignal.timeout(50) });
    expect(pending).rejects.toThrow("failed to connect to QMP");
    await pending.catch(() => {});
  });

  test("events are told", async () => {
    const events: string[] = [];
    const seen = Promise.withResolvers<void>();
    using client = await QmpClient.connect(path, {
      onEvent: (name) => {
        events.push(name);
        seen.resolve();
      },
    });
    await client.execute("cont");
    await seen.promise;
    expect(events).toEqual(["RESUME"]);
    await client.execute("stop");
  });

  test("quit closes the connection, and what follows fails", async () => {
    using client = await QmpClient.connect(path);
    await client.execute("quit");
    await qemu.exited;
    await expect(client.execute("query-status")).rejects.toThrow("QMP");
  });
});

test("a socket nobody listens on is an error", async () => {
  await expect(QmpClient.connect("/nonexistent/qmp.sock")).rejects.toThrow(
    "failed to connect to QMP /nonexistent/qmp.sock",
  );
});

test("something that is not QMP is an error at once", async () => {
  const directory = mkdtempSync(join(tmpdir(), "qmp-"));
  const path = join(directory, "s.sock");
  const server = Bun.listen({
    unix: path,
    socket: { open: (socket) => void socket.write("SSH-2.0-hello\r\n"), data() {} },
  });
  await expect(QmpClient.connect(path)).rejects.toThrow("not a JSON object");
  server.stop(true);
  rmSync(directory, { recursive: true });
});
