import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeQuery } from "../src/lib/dns/message.ts";
import { World } from "../test/support/limactl.ts";
import { NameServer } from "../test/support/name-server.ts";
import type { Result } from "./measure.ts";

const queries = 10_000;
const atATime = 10;

/**
 * Questions to the host agent's DNS server, half of them for names that it passes on, against the same questions put to
 * the name server behind it. Root alone may give it a resolv.conf of its own; others ask for names that it knows itself.
 */
export async function dns(): Promise<readonly Result[]> {
  await using world = new World();
  const isRoot = process.getuid?.() === 0;
  using outside = await NameServer.listen("127.0.0.31", isRoot ? 53 : 0);
  outside.say = (name, type) => ({ answers: type === "A" ? [{ type, name, data: "192.0.2.1" }] : [] });
  const resolvConf = join(world.root, "resolv.conf");
  writeFileSync(resolvConf, "nameserver 127.0.0.31\n");
  const own = [
    "unshare",
    "--mount",
    "sh",
    "-ec",
    'mount --bind "$1" /etc/resolv.conf; shift; exec "$@"',
    "sh",
    resolvConf,
  ];
  const server = world.startProgram([...(isRoot ? own : []), world.executable, "debug", "dns", "0"]);
  const port = Number(await found(() => /UDP (\d+)/.exec(server.stderr())?.[1]));
  const name = (index: number) => (isRoot && index % 2 === 0 ? `n${index}.example` : "host.lima.internal");
  try {
    await ask("127.0.0.1", port, queries, name);
    const before = cost(server.pid);
    const ours = await ask("127.0.0.1", port, queries, name);
    const after = cost(server.pid);
    const theirs = await ask("127.0.0.31", outside.port, queries, name);
    return [
      {
        kind: "figure",
        name: `DNS, ${queries} queries, 99th percentile`,
        value: percentile(ours, 0.99),
        unit: "ms",
        budget: 50,
      },
      {
        kind: "figure",
        name: "DNS, memory more after them",
        value: after.residentMiB - before.residentMiB,
        unit: "MiB",
        budget: 20,
      },
      {
        kind: "figure",
        name: "DNS, descriptors more after them",
        value: after.descriptors - before.descriptors,
        unit: "",
        budget: 0,
      },
      { kind: "comparison", name: "DNS, one query", baseline: "the name server itself", ours, theirs, budget: 5 },
    ];
  } finally {
    server.kill("SIGINT");
    await server.finished;
  }
}

/** Puts questions, a few at a time, each from a socket that waits for its answer. @returns milliseconds of each */
async function ask(hostname: string, port: number, count: number, name: (index: number) => string): Promise<number[]> {
  const taken: number[] = [];
  let next = 0;
  const one = async () => {
    let answered: () => void = () => undefined;
    const socket = await Bun.udpSocket({ connect: { hostname, port }, socket: { data: () => answered() } });
    for (let index = next++; index < count; index = next++) {
      const start = performance.now();
      const answer = new Promise<void>((resolve) => {
        answered = resolve;
      });
      socket.send(makeQuery(index, { name: name(index), type: "A" }));
      await answer;
      taken.push(performance.now() - start);
    }
    socket.close();
  };
  await Promise.all(Array.from({ length: atATime }, one));
  return taken;
}

function percentile(values: readonly number[], part: number): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length * part)] ?? Number.NaN;
}

function cost(pid: number): { readonly residentMiB: number; readonly descriptors: number } {
  const resident = Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
  return { residentMiB: resident / 1024, descriptors: readdirSync(`/proc/${pid}/fd`).length };
}

async function found(look: () => string | undefined): Promise<string> {
  for (let tries = 0; tries < 200; tries += 1) {
    const value = look();
    if (value !== undefined) return value;
    await Bun.sleep(50);
  }
  throw new Error("limactl debug dns does not say where it listens");
}
