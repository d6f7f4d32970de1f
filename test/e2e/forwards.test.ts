import { afterAll, beforeAll, expect, test } from "bun:test";
import { createSocket } from "node:dgram";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { connect, createServer } from "node:net";
import type { PortForward } from "../../src/config/types.ts";
import { PortForwards } from "../../src/hostagent/forwards/service.ts";
import type { Logger } from "../../src/lib/log.ts";
import { freePort } from "../hostagent/sshd.ts";
import { forwardTable, guestProgram, tableRules, wrongRows } from "../support/forward-table.ts";
import { guestForwarders } from "../support/guest-forwarders.ts";
import { miniTemplate } from "../support/guests.ts";
import { World } from "../support/limactl.ts";

/** Guest ports from here on, and host ports where a rule moves them: below those that systems give out by themselves. */
const base = 10_000 + 100 * Math.floor(Math.random() * 200);
const port = {
  web: base,
  anywhere: base + 1,
  six: base + 2,
  ignored: base + 3,
  fixed: base + 4,
  moved: base + 5,
  movedTo: base + 6,
  toSocket: base + 7,
  taken: base + 8,
  count: base + 9,
  datagrams: base + 10,
  fixedTo: base + 11,
  late: base + 12,
  echo: base + 13,
  source: base + 14,
  peer: base + 15,
  many: base + 16,
  bySsh: base + 17,
};

/** Below the ports that systems give out by themselves, and above those. */
const table = forwardTable(31_000);

const world = new World("ordinary");
const reverseSocket = `${world.root}/reverse.sock`;
const rules = `
- {guestPort: ${port.ignored}, ignore: true}
- {guestPort: ${port.fixed}, hostPort: ${port.fixedTo}, static: true}
- {guestPort: ${port.moved}, hostPort: ${port.movedTo}}
- {guestPort: ${port.toSocket}, hostSocket: web.sock}
- {guestSocket: /tmp/guest.sock, hostSocket: guest.sock}
- {guestSocket: /tmp/reverse.sock, hostSocket: ${reverseSocket}, reverse: true}
${tableRules(31_000)}`;

const logger: Logger = { trace() {}, debug() {}, info() {}, warn() {}, error() {}, log() {} };

type Target = { readonly port: number; readonly host?: string } | { readonly path: string };

/** What a server says before it closes; undefined when nothing listens. @param send said first, and then the end of it */
function ask(target: Target, send = ""): Promise<string | undefined> {
  return new Promise((resolve) => {
    let said = "";
    const socket = connect({ host: "127.0.0.1", ...target, allowHalfOpen: true } as never);
    socket.on("data", (bytes) => {
      said += bytes;
    });
    socket.on("end", () => {
      socket.end();
      resolve(said);
    });
    socket.on("error", () => resolve(undefined));
    if (send !== "") socket.end(send);
  });
}

function isRefused(number: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port: number });
    socket.on("connect", () => resolve(false));
    socket.on("error", (error) => resolve("code" in error && error.code === "ECONNREFUSED"));
    socket.on("connect", () => socket.destroy());
  });
}

async function until<T>(look: () => T | Promise<T>, wanted: (value: T) => boolean, limitMs = 10_000): Promise<T> {
  const end = performance.now() + limitMs;
  for (;;) {
    const value = await look();
    if (wanted(value) || performance.now() > end) return value;
    await Bun.sleep(50);
  }
}

const guest = (script: string) => world.ok(["shell", "m", "sh", "-c", script]);
const serve = (address: string, program: string) =>
  `setsid socat ${address},fork,reuseaddr SYSTEM:'${program}' </dev/null >/dev/null 2>&1 &\n`;
const log = async () =>
  (await Bun.file(world.file("m", "ha.stderr.log")).text())
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { readonly level: string; readonly msg: string; readonly error?: string });
const said = async () => (await log()).map(({ msg }) => msg);
const events = async () =>
  (await Bun.file(world.file("m", "ha.stdout.log")).text())
    .trim()
    .split("\n")
    .flatMap((line) => JSON.parse(line).status.portForward ?? []);

beforeAll(async () => {
  const file = world.write("m.yaml", miniTemplate(`portForwards:${rules}`));
  await world.ok(["start", "--tty=false", file]);
}, 300_000);

afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

test("a web server of the guest answers on localhost within seconds, and is gone after it ends", async () => {
  const script = `mkdir -p /tmp/www; echo hello >/tmp/www/index.html; setsid busybox httpd -f -p 127.0.0.1:${port.web} -h /tmp/www </dev/null >/dev/null 2>&1 & echo $!`;
  const server = (await guest(script)).trim();
  const began = performance.now();
  const get = () =>
    fetch(`http://localhost:${port.web}/`).then(
      (answer) => answer.text(),
      () => "",
    );
  expect(await until(get, (text) => text !== "")).toBe("hello\n");
  const answered = performance.now();
  await guest(`kill ${server}`);
  const ended = performance.now();
  expect(
    await until(
      () => isRefused(port.web),
      (refused) => refused,
    ),
  ).toBe(true);
  console.log(
    `answered after ${Math.round(answered - began)} ms, gone after ${Math.round(performance.now() - ended)} ms`,
  );
  expect(await said()).toContain(`Forwarding TCP from 127.0.0.1:${port.web} to 127.0.0.1:${port.web}`);
  const one = { protocol: "tcp", guestAddr: `127.0.0.1:${port.web}`, hostAddr: `127.0.0.1:${port.web}` };
  const told = await until(events, (list) => list.some(({ type }) => type === "stopping"));
  expect(told).toContainEqual({ type: "forwarding", ...one });
  expect(told).toContainEqual({ type: "stopping", ...one });
}, 60_000);

test("rules decide which listeners are reached, and where", async () => {
  using taken = Bun.listen({ hostname: "127.0.0.1", port: port.taken, socket: { data() {} } });
  const local = (number: number) => `TCP-LISTEN:${number},bind=127.0.0.1`;
  await guest(
    [
      serve(local(port.ignored), "echo ignored"),
      serve(`TCP-LISTEN:${port.anywhere},bind=0.0.0.0`, "echo anywhere"),
      serve(`TCP6-LISTEN:${port.six},bind=[::1]`, "echo six"),
      serve(local(port.fixed), "echo fixed"),
      serve(local(port.moved), "echo moved"),
      serve(local(port.toSocket), "echo to a socket"),
      serve(local(taken.port), "echo taken"),
      serve(local(port.count), "wc -c"),
      serve(`UDP-RECVFROM:${port.datagrams},bind=127.0.0.1`, "tr a-z A-Z"),
      serve("UNIX-LISTEN:/tmp/guest.sock", "echo guest socket"),
    ].join(""),
  );
  const answer = (target: Target) =>
    until(
      () => ask(target),
      (text) => text !== undefined && text !== "",
    );
  expect(await answer({ port: port.anywhere })).toBe("anywhere\n");
  expect(await answer({ port: port.six })).toBe("six\n");
  expect(await answer({ port: port.fixedTo })).toBe("fixed\n");
  expect(await answer({ port: port.movedTo })).toBe("moved\n");
  expect(await answer({ path: world.file("m", "sock/web.sock") })).toBe("to a socket\n");
  expect(await answer({ path: world.file("m", "sock/guest.sock") })).toBe("guest socket\n");
  expect(statSync(world.file("m", "sock/guest.sock")).mode & 0o777).toBe(0o600);
  expect(await ask({ port: port.ignored })).toBeUndefined();
  expect(await ask({ port: port.moved })).toBeUndefined();

  await until(said, (lines) => lines.includes(`failed to listen tcp: 127.0.0.1:${taken.port}`));
  const record = (await log()).find(({ msg }) => msg === `failed to listen tcp: 127.0.0.1:${taken.port}`);
  expect(record?.level).toBe("warning");
  expect(record?.error).toContain(`listen tcp 127.0.0.1:${taken.port}: bind: address already in use`);
  expect(await said()).toContain(`Not forwarding TCP 127.0.0.1:${port.ignored}`);
  expect(await said()).toContain(
    `Setting up static TCP forwarding from 127.0.0.1:${port.fixed} to 127.0.0.1:${port.fixedTo}`,
  );
}, 60_000);

/** Has a program of the guest listen where the table says; it goes with every other of the guest agent's name. */
const listenEverywhere = () =>
  guest(
    `cat >/tmp/table.ts <<'END'\n${guestProgram(table)}\nEND\nsetsid sudo env BUN_BE_BUN=1 lima-guestagent run /tmp/table.ts </dev/null >/tmp/table.log 2>&1 &`,
  );

test("every rule takes every address where it says, by TCP and UDP", async () => {
  expect(table.length).toBeGreaterThanOrEqual(120);
  await listenEverywhere();
  expect(
    await until(
      () => wrongRows(table),
      (wrong) => wrong.length === 0,
      60_000,
    ),
  ).toEqual([]);
}, 120_000);

test("the end of one direction is passed on, and the other goes on", async () => {
  expect((await ask({ port: port.count }, "x".repeat(300_000)))?.trim()).toBe("300000");
});

test("a datagram is answered", async () => {
  const socket = createSocket("udp4");
  const answers: string[] = [];
  socket.on("message", (bytes) => answers.push(String(bytes)));
  await until(
    () => socket.send("hello", port.datagrams, "127.0.0.1"),
    () => answers.length > 0,
  );
  socket.close();
  expect(answers[0]).toBe("HELLO");
}, 30_000);

test("programs of the guest reach a socket of the host", async () => {
  const server = createServer((socket) => socket.end("from the host\n"));
  await new Promise<void>((settle) => server.listen(reverseSocket, settle));
  const { chownSync } = await import("node:fs");
  chownSync(reverseSocket, world.uid, world.uid);
  expect(await guest("socat - UNIX-CONNECT:/tmp/reverse.sock")).toBe("from the host\n");
  server.close();
}, 30_000);

test("a guest agent that was killed, and a clock that is wrong, are right again by themselves", async () => {
  await guest("sudo sh -c 'date -s @1700000000; kill -9 $(pidof lima-guestagent)' >/dev/null");
  await guest(serve(`TCP-LISTEN:${port.late},bind=127.0.0.1`, "echo late"));
  const answer = () => ask({ port: port.late });
  expect(await until(answer, (text) => text !== undefined && text !== "", 30_000)).toBe("late\n");
  const clock = () => guest("date +%s").then(Number);
  const isRight = (seconds: number) => Math.abs(seconds - Date.now() / 1000) < 30;
  expect(isRight(await until(clock, isRight, 30_000))).toBe(true);
  const adjusted = (lines: readonly string[]) =>
    lines.some((line) => line.startsWith("Time sync: guest clock adjusted"));
  expect(adjusted(await until(said, adjusted))).toBe(true);
}, 90_000);

test("a socket of the host lets in nobody but its owner", async () => {
  const path = world.file("m", "sock/guest.sock");
  const stranger = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"];
  const asStranger = process.getuid?.() === 0 ? stranger : [];
  const child = Bun.spawn([...asStranger, "socat", "-", `UNIX-CONNECT:${path}`], { stdin: "ignore", stderr: "pipe" });
  const text = await new Response(child.stderr).text();
  if (asStranger.length > 0) expect(text).toContain("Permission denied");
  expect(await ask({ path })).toBe("guest socket\n");
});

test("ten thousand connections leave no descriptor behind on either side", async () => {
  const server = `Bun.listen({ hostname: "127.0.0.1", port: ${port.many}, socket: { data() {}, open(socket) { socket.end("x".repeat(1024)); } } });`;
  const script = `cat >/tmp/many.ts <<'END'\n${server}\nEND\nsetsid sudo env BUN_BE_BUN=1 lima-guestagent run /tmp/many.ts </dev/null >/dev/null 2>&1 &`;
  await guest(script);
  await until(
    () => ask({ port: port.many }),
    (text) => text?.length === 1024,
    30_000,
  );
  const agent = Number(readFileSync(world.file("m", "ha.pid"), "utf8"));
  const onHost = () => readdirSync(`/proc/${agent}/fd`).length;
  const inGuest = () =>
    guest(
      "for p in $(pidof lima-guestagent); do grep -q daemon /proc/$p/cmdline && sudo ls /proc/$p/fd | wc -l; done",
    ).then(Number);
  const before = [onHost(), await inGuest()] as const;
  let left = 10_000;
  const worker = async () => {
    for (; left > 0; left -= 1) expect((await ask({ port: port.many }))?.length).toBe(1024);
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  expect(await until(onHost, (count) => count <= before[0] + 4)).toBeLessThanOrEqual(before[0] + 4);
  expect(await until(inGuest, (count) => count <= before[1] + 4)).toBeLessThanOrEqual(before[1] + 4);
}, 300_000);

test("the stream by which the guest agent carries forwards is no port of the guest, and none is left on the host", async () => {
  const others = `grep lima-guestagent | grep -v 127.0.0.1:${port.many}`;
  const listeners = await guest(`sudo ss -Hltnp | ${others} || true`);
  expect(listeners).toBe("");
  const lines = await log();
  expect(lines.some(({ msg }) => msg === "forwards go through a stream to the guest agent")).toBe(true);
  const agent = readFileSync(world.file("m", "ha.pid"), "utf8").trim();
  const child = Bun.spawn(["ss", "-Hltnp"], { stdout: "pipe" });
  const mine = (await new Response(child.stdout).text()).split("\n").filter((line) => line.includes(`pid=${agent},`));
  const told = new Set((await events()).map(({ hostAddr = "" }) => hostAddr));
  const known = new Set([...told, `127.0.0.1:${port.fixedTo}`]);
  // The one that is left is the name server for the guest, whose port goes into the guest's environment.
  const unknown = mine.map((line) => line.split(/\s+/)[3] ?? "").filter((address) => !known.has(address));
  expect(unknown.length).toBeLessThanOrEqual(1);
}, 30_000);

test("without its host agent the guest is reached in every way, with the same result", async () => {
  await guest(
    [
      serve(`TCP-LISTEN:${port.echo},bind=127.0.0.1`, "cat"),
      serve(`TCP-LISTEN:${port.source},bind=127.0.0.1`, "head -c 300000 /dev/zero; echo end"),
      serve(`TCP-LISTEN:${port.peer},bind=127.0.0.1`, "echo $SOCAT_PEERADDR"),
    ].join(""),
  );
  process.kill(Number(readFileSync(world.file("m", "ha.pid"), "utf8")), "SIGKILL");
  await using every = await guestForwarders(world, "m");
  for (const [name, forwarder] of Object.entries(every.ways)) {
    const through = async (guestPort: number, send = "") => {
      const address = { kind: "port", ip: "127.0.0.1", port: freePort() } as const;
      const target = () => ({ hosts: ["127.0.0.1"], port: guestPort });
      const forward = await forwarder.open({ address, target });
      const said = await ask({ port: address.port }, send);
      forward.end();
      await forward.close();
      return said;
    };
    const text = "0123456789".repeat(20_000);
    expect([name, (await through(port.echo, text)) === text]).toEqual([name, true]);
    expect([name, (await through(port.count, text))?.trim()]).toEqual([name, "200000"]);
    expect([name, (await through(port.source))?.length]).toEqual([name, 300_004]);
    expect([name, await through(port.peer)]).toEqual([name, "127.0.0.1\n"]);
    expect([name, (await through(port.ignored + 50)) ?? ""]).toEqual([name, ""]);
  }
  const { config } = JSON.parse(await world.ok(["list", "--json", "m"]));
  // what is zero is left out of a listing
  const zero = {
    guestIPMustBeZero: false,
    guestSocket: "",
    hostSocket: "",
    reverse: false,
    ignore: false,
    static: false,
  };
  const configured = (config.portForwards as readonly PortForward[])
    .filter((rule) => rule.guestPortRange[0] >= 31_000)
    .map((rule) => ({ ...zero, ...rule }));
  await listenEverywhere();
  const tablePorts = async () =>
    (await every.agent.info()).ports.filter((each) => each.port >= 31_000 && each.port < 31_200);
  const added = await until(tablePorts, (ports) => ports.length === table.length, 30_000);
  for (const [name, forwarder] of Object.entries(every.ways)) {
    // the control master's turn is in the next test, where the host agent has it
    if (name === "ssh control master") continue;
    const forwards = new PortForwards({
      configured,
      plain: false,
      sshLocalPort: 0,
      hostOs: "linux",
      forwarder,
      datagrams: forwarder.name.startsWith("agent") ? () => every.agent : undefined,
      removedFirst: false,
      session: every.session,
      logger,
      tell: () => undefined,
    });
    forwards.update({ added, removed: [] });
    const rows = table.filter(({ protocol }) => protocol === "tcp" || forwarder.name.startsWith("agent"));
    const wrong = await until(
      () => wrongRows(rows),
      (found) => found.length === 0,
      60_000,
    );
    expect([name, ...wrong]).toEqual([name]);
    await forwards.stop();
  }
}, 300_000);

test("LIMA_SSH_PORT_FORWARDER has ssh's control master listen, and UDP left out", async () => {
  await world.ok(["start", "--tty=false", "m"], { env: { LIMA_SSH_PORT_FORWARDER: "true" } });
  await guest(serve(`TCP-LISTEN:${port.bySsh},bind=127.0.0.1`, "echo by ssh"));
  const answer = () => ask({ port: port.bySsh });
  expect(await until(answer, (text) => text !== undefined && text !== "", 30_000)).toBe("by ssh\n");
  expect(await ask({ port: port.fixedTo })).toBe("fixed\n");
  expect(await ask({ path: world.file("m", "sock/guest.sock") })).toBe("guest socket\n");
  const streams = table.filter(({ protocol }) => protocol === "tcp");
  expect(
    await until(
      () => wrongRows(streams),
      (wrong) => wrong.length === 0,
      60_000,
    ),
  ).toEqual([]);
  const child = Bun.spawn(["ss", "-Hltnp", `sport = :${port.bySsh}`], { stdout: "pipe" });
  if (process.getuid?.() === 0) expect(await new Response(child.stdout).text()).toContain('"ssh"');
  const udp = `Not forwarding UDP 127.0.0.1:${port.datagrams}`;
  expect(await until(said, (lines) => lines.includes(udp))).toContain(udp);
}, 180_000);

test("stop leaves no socket, no port and no process", async () => {
  await world.ok(["stop", "m"]);
  expect(world.processes()).toEqual([]);
  expect(await ask({ port: port.anywhere })).toBeUndefined();
  expect(existsSync(world.file("m", "sock/guest.sock"))).toBe(false);
  expect(existsSync(world.file("m", "sock/web.sock"))).toBe(false);
}, 60_000);
