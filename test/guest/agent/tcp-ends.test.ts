import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { dialEarly } from "../../../src/guest/agent/early-tcp-end.ts";
import { dialTcp } from "../../../src/guest/agent/tcp-end.ts";
import type { TunnelEnd } from "../../../src/guest/agent/tunnel-end.ts";

/** Programs of another process, by their ports: a wait in this one then waits for what really comes later. */
interface Programs {
  readonly answer: number;
  readonly mute: number;
  readonly echo: number;
  readonly breakOff: number;
  readonly answerAndBreakOff: number;
  readonly discard: number;
}

let programs: Programs;
let program: Bun.Subprocess<"ignore", "pipe", "inherit">;
/** What the programs have seen, one line each. */
const seen: string[] = [];

beforeAll(async () => {
  program = Bun.spawn([process.execPath, `${import.meta.dir}/programs.ts`], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "inherit",
  });
  const first = Promise.withResolvers<Programs>();
  createInterface(Readable.fromWeb(program.stdout as never)).on("line", (line) => {
    if (line.startsWith("{")) first.resolve(JSON.parse(line) as Programs);
    else seen.push(line);
  });
  programs = await first.promise;
});

afterAll(async () => {
  program.kill();
  await program.exited;
});

/** A dialled end, and what it tells. */
class Dialled {
  readonly told: string[] = [];
  readonly pieces: Uint8Array[] = [];
  sent = 0;
  readonly end: TunnelEnd;

  constructor(dial: typeof dialTcp, port: number, hosts: readonly string[] = ["127.0.0.1"]) {
    this.end = dial(hosts, port, {
      onConnect: () => this.told.push("connect"),
      onData: (bytes) => void this.pieces.push(new Uint8Array(bytes)),
      onShut: () => this.told.push("shut"),
      onSent: (count) => {
        this.sent += count;
      },
      onClose: (error) => this.told.push(error === "" ? "close" : "error"),
    });
  }

  /** Whether the program sends nothing more; when both have ended, the connection is told as closed well. */
  get hasEnded(): boolean {
    return this.told.includes("shut") || this.told.includes("close");
  }

  get text(): string {
    return Buffer.concat(this.pieces).toString();
  }

  get length(): number {
    return this.pieces.reduce((sum, { length }) => sum + length, 0);
  }
}

async function until(holds: () => boolean): Promise<void> {
  for (let n = 0; n < 600 && !holds(); n += 1) await Bun.sleep(5);
  expect(holds()).toBe(true);
}

/** Lines of what one of the programs has seen since then. */
async function sees(since: number, name: string, count: number): Promise<readonly string[]> {
  const lines = () => seen.slice(since).filter((line) => line.startsWith(`${name} `));
  await until(() => lines().length >= count);
  await Bun.sleep(20);
  return lines().map((line) => line.slice(name.length + 1));
}

const closedPort = () => {
  const server = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  server.stop(true);
  return server.port;
};

describe.each([
  ["the run time's sockets", dialTcp],
  ["system calls in the first moments", dialEarly],
] as const)("by %s", (_name, dial) => {
  test("an answer and its end are told once, in order", async () => {
    const run = new Dialled(dial, programs.answer);
    await until(() => run.told.includes("shut"));
    expect([run.text, ...run.told]).toEqual(["hello", "connect", "shut"]);
    run.end.close();
  });

  test("a program that nobody talks to for a while sees one connection, and then what is said", async () => {
    const since = seen.length;
    const run = new Dialled(dial, programs.mute);
    await Bun.sleep(60);
    run.end.send(Buffer.from("late"));
    run.end.close();
    expect(await sees(since, "mute", 3)).toEqual(["open", "late", "end"]);
  });

  test("a program that breaks off at once sees one connection, which is told as broken off", async () => {
    const since = seen.length;
    const run = new Dialled(dial, programs.breakOff);
    await until(() => run.told.includes("error"));
    expect(run.told).toEqual(["connect", "error"]);
    expect(await sees(since, "breakOff", 1)).toEqual(["open"]);
  });

  test("where nobody listens, the reason is told, and nothing as connected", async () => {
    const run = new Dialled(dial, closedPort());
    await until(() => run.told.length > 0);
    expect(run.told).toEqual(["error"]);
  });

  test("a host that refuses is followed by the next", async () => {
    const run = new Dialled(dial, programs.answer, ["::1", "127.0.0.1"]);
    await until(() => run.told.includes("shut"));
    expect(run.text).toBe("hello");
    run.end.close();
  });

  test("a host to which there is no way is followed by the next, also where nothing is said first", async () => {
    const run = new Dialled(dial, programs.answer, ["255.255.255.255", "127.0.0.1"]);
    await until(() => run.hasEnded || run.told.includes("error"));
    expect([run.text, ...run.told]).toEqual(["hello", "connect", "shut"]);
    run.end.close();
  });

  test("a name is dialled as well as an address", async () => {
    const run = new Dialled(dial, programs.answer, ["localhost", "127.0.0.1"]);
    await until(() => run.told.includes("shut"));
    expect(run.text).toBe("hello");
    run.end.close();
  });

  test("a connection that is closed before anything was said has ended well", async () => {
    const since = seen.length;
    const run = new Dialled(dial, programs.mute);
    run.end.close();
    expect(await sees(since, "mute", 2)).toEqual(["open", "end"]);
  });

  test.each([0, 40])("a connection that is broken off after %i ms is broken off for its program", async (ms) => {
    const since = seen.length;
    const run = new Dialled(dial, programs.mute);
    await until(() => ms === 0 || run.told.includes("connect"));
    await Bun.sleep(ms);
    run.end.reset();
    if (ms === 0) expect((await sees(since, "mute", 0)).includes("end")).toBe(false);
    else expect(await sees(since, "mute", 2)).toEqual(["open", "broken"]);
  });

  test.each([1, 16_383, 16_384, 16_385, 40_000, 3_000_000])(
    "%i bytes come back, after the end of what was sent",
    async (size) => {
      const bytes = Buffer.alloc(size, "0123456789abcdefg");
      const run = new Dialled(dial, programs.echo);
      for (let at = 0; at < size; at += 60_000) run.end.send(Buffer.from(bytes.subarray(at, at + 60_000)));
      run.end.shut();
      await until(() => run.hasEnded);
      expect(run.told.filter((each) => each !== "shut" && each !== "close")).toEqual(["connect"]);
      expect(run.sent).toBe(size);
      expect(Buffer.concat(run.pieces).equals(bytes)).toBe(true);
      run.end.close();
    },
  );

  test("who ends first is still sent to, until he breaks off", async () => {
    const run = new Dialled(dial, programs.answer);
    await until(() => run.told.includes("shut"));
    run.end.send(Buffer.from("more"));
    expect(run.sent).toBe(4);
    await Bun.sleep(20);
    run.end.send(Buffer.from("and more"));
    await until(() => run.told.length > 2);
    expect(run.told).toEqual(["connect", "shut", "error"]);
  });

  test("what is held back is not lost", async () => {
    const run = new Dialled(dial, programs.echo);
    run.end.setFlowing(false);
    run.end.send(Buffer.from("abc"));
    run.end.shut();
    await Bun.sleep(60);
    expect(run.length).toBe(0);
    run.end.setFlowing(true);
    await until(() => run.hasEnded);
    expect(run.text).toBe("abc");
    run.end.close();
  });

  test("bytes that nobody takes wait, and are not counted as taken", async () => {
    const run = new Dialled(dial, programs.discard);
    const piece = Buffer.alloc(1_000_000);
    for (let n = 0; n < 30; n += 1) run.end.send(piece);
    await Bun.sleep(30);
    run.end.shut();
    await until(() => run.hasEnded);
    expect(run.sent).toBe(30_000_000);
    run.end.close();
  });

  test("three hundred at once are served, and no descriptor is left behind", async () => {
    const descriptors = () => readdirSync("/proc/self/fd").length;
    await Bun.sleep(50);
    const before = descriptors();
    const runs = Array.from({ length: 300 }, () => new Dialled(dial, programs.answer));
    await until(() => runs.every(({ told }) => told.includes("shut")));
    expect(new Set(runs.map((run) => [run.text, ...run.told].join()))).toEqual(new Set(["hello,connect,shut"]));
    for (const run of runs) run.end.close();
    await until(() => descriptors() <= before);
  });
});

test("what is said before breaking off counts, though both are there at the first look", async () => {
  const run = new Dialled(dialEarly, programs.answerAndBreakOff);
  Bun.sleepSync(40);
  await until(() => run.told.includes("error"));
  expect([run.text, ...run.told]).toEqual(["x", "connect", "error"]);
});

test("who breaks off before he is spoken to sees one connection, which is told as broken off", async () => {
  const since = seen.length;
  const run = new Dialled(dialEarly, programs.breakOff);
  Bun.sleepSync(40);
  run.end.send(Buffer.from("hello"));
  await until(() => run.told.includes("error"));
  expect(run.told).toEqual(["connect", "error"]);
  expect(await sees(since, "breakOff", 1)).toEqual(["open"]);
});
