import { freePort } from "../test/hostagent/sshd.ts";
import { miniTemplate } from "../test/support/guests.ts";
import { World } from "../test/support/limactl.ts";
import { pairs, type Result, time } from "./measure.ts";
import { drain, echo, pour, reachable } from "./streams.ts";

const bulkBytes = 8 * 1024 * 1024;
const shortCount = 100;
const shortAtOnce = 4;
const counts = { bulk: 5, short: 31, first: 151 } as const;
/** Uses before the measured ones: a run time compiles what it does often, and in an emulated guest that takes its time. */
const warmUps = { bulk: 1, short: 10, first: 50 } as const;
const budgets = { bulk: 0.5, short: 0.67, first: 1 } as const;

/** Ports of the programs in the guest. */
const guestPorts = { sink: 17_001, source: 17_002, short: 17_003, echo: 17_004 } as const;
type Program = keyof typeof guestPorts;

/** Programs that run in the guest, by the runtime that is there; each by itself, so that none waits for another. */
const guestPrograms = {
  /** Answers each connection with 1 KiB and closes. By system calls alone, so that the forward is measured and not the server. */
  short: `
import { dlopen, FFIType } from "bun:ffi";
const { i32, u32, ptr } = FFIType;
const { symbols: c } = dlopen("libc.so.6", {
  socket: { args: [i32, i32, i32], returns: i32 },
  bind: { args: [i32, ptr, u32], returns: i32 },
  listen: { args: [i32, i32], returns: i32 },
  accept: { args: [i32, ptr, ptr], returns: i32 },
  send: { args: [i32, ptr, u32, i32], returns: i32 },
  close: { args: [i32], returns: i32 },
});
const [AF_INET, SOCK_STREAM, MSG_NOSIGNAL] = [2, 1, 0x4000];
const address = new Uint8Array([AF_INET, 0, ${guestPorts.short >> 8}, ${guestPorts.short & 255}, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
const listener = c.socket(AF_INET, SOCK_STREAM, 0);
if (c.bind(listener, address, 16) !== 0 || c.listen(listener, 128) !== 0) throw new Error("cannot listen");
const answer = new Uint8Array(1024);
for (;;) {
  const connection = c.accept(listener, null, null);
  c.send(connection, answer, answer.length, MSG_NOSIGNAL);
  c.close(connection);
}
`,
  echo: `
Bun.listen({ hostname: "127.0.0.1", port: ${guestPorts.echo}, socket: { data(socket, bytes) { socket.write(bytes); } } });
`,
} as const;

/** Forwards of ports against `ssh -L` of OpenSSH, through the same guest. */
export async function forwards(): Promise<readonly Result[]> {
  await using world = new World();
  await world.ok(["start", "--tty=false", world.write("f.yaml", miniTemplate())]);
  const socat = (options: string) => `setsid socat ${options} </dev/null >/dev/null 2>&1 &`;
  const listen = (port: number) => `TCP-LISTEN:${port},bind=127.0.0.1,fork,reuseaddr`;
  const zeros = `dd if=/dev/zero bs=65536 count=${bulkBytes / 65536}`;
  const script = [
    ...Object.entries(guestPrograms).flatMap(([name, text]) => [
      `cat >/tmp/${name}.ts <<'END'\n${text}\nEND`,
      `setsid sudo env BUN_BE_BUN=1 lima-guestagent run /tmp/${name}.ts </dev/null >/tmp/${name}.log 2>&1 &`,
    ]),
    socat(`-u ${listen(guestPorts.sink)} OPEN:/dev/null`),
    socat(`-U ${listen(guestPorts.source)} 'EXEC:${zeros},nofork'`),
  ].join("\n");
  await world.ok(["shell", "f", "sh", "-c", script]);
  const names = Object.keys(guestPorts) as Program[];
  const ports = Object.fromEntries(names.map((name) => [name, freePort()])) as Readonly<Record<Program, number>>;
  const ssh = world.startProgram([
    ...["ssh", "-F", world.file("f", "ssh.config"), "-o", "ControlMaster=no", "-o", "ControlPath=none", "-N"],
    ...names.flatMap((name) => ["-L", `${ports[name]}:127.0.0.1:${guestPorts[name]}`]),
    "lima-f",
  ]);
  for (const port of [...Object.values(guestPorts), ...Object.values(ports)]) await reachable(port);
  const compare = async (
    name: string,
    kind: keyof typeof counts,
    program: Program,
    use: (port: number) => Promise<unknown>,
  ): Promise<Result> => {
    const [ours, theirs] = [guestPorts[program], ports[program]];
    await pairs(
      warmUps[kind],
      () => time(() => use(ours)),
      () => time(() => use(theirs)),
    );
    const results = await pairs(
      counts[kind],
      () => time(() => use(ours)),
      () => time(() => use(theirs)),
    );
    return { kind: "comparison", name, baseline: "ssh -L, same guest", budget: budgets[kind], ...results };
  };
  const several = async (port: number, count: number, atOnce: number) => {
    let left = count;
    const worker = async () => {
      for (; left > 0; ) {
        left -= 1;
        if ((await drain(port)) !== 1024) throw new Error("bytes were lost");
      }
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
  };
  const results = [
    await compare("8 MiB into the guest", "bulk", "sink", (port) => pour(port, bulkBytes)),
    await compare("8 MiB out of the guest", "bulk", "source", drain),
    await compare(`${shortCount} connections of 1 KiB, ${shortAtOnce} at once`, "short", "short", (port) =>
      several(port, shortCount, shortAtOnce),
    ),
    await compare(`${shortCount / 4} connections of 1 KiB, one by one`, "short", "short", (port) =>
      several(port, shortCount / 4, 1),
    ),
    await compare("first byte of an answer", "first", "echo", echo),
  ];
  ssh.kill("SIGTERM");
  await ssh.finished;
  return results;
}
