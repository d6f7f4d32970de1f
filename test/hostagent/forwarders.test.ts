import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serveSession } from "../../src/guest/agent/session.ts";
import { unixTransport } from "../../src/guest/agent/unix-transport.ts";
import type { HostAddress } from "../../src/hostagent/forward-plan.ts";
import { connectByAgent, connectByFastest, connectBySsh } from "../../src/hostagent/forwards/connectors.ts";
import type { Forwarder, ForwardTarget } from "../../src/hostagent/forwards/forwarder.ts";
import { ListeningForwarder } from "../../src/hostagent/forwards/listening-forwarder.ts";
import { MasterForwarder } from "../../src/hostagent/forwards/master-forwarder.ts";
import { forwardText } from "../../src/hostagent/forwards/master-plan.ts";
import { AgentConnection } from "../../src/hostagent/guest-agent/connection.ts";
import { dialBack } from "../../src/hostagent/guest-agent/dial-back.ts";
import { SshSession } from "../../src/hostagent/ssh/session.ts";
import { errorCode } from "../../src/lib/errors.ts";
import { execOutput } from "../../src/lib/exec.ts";
import type { LogFields, Logger } from "../../src/lib/log.ts";
import { sshOptions } from "../../src/store/ssh-plan.ts";
import { freePort, startSshd, type TestSshd } from "./sshd.ts";

// real processes on a machine that may be busy
setDefaultTimeout(30_000);

/** The guest is this machine: an sshd of this user, and a guest agent in this process. */
const directory = mkdtempSync(join(tmpdir(), "limabun-fd-"));
const end = new AbortController();
const logger: Logger = { trace() {}, debug() {}, info() {}, warn() {}, error() {}, log() {} };
let sshd: TestSshd;
let session: SshSession;
let control: AgentConnection;
let stream: AgentConnection;
let master: MasterForwarder;
let makeMaster: () => MasterForwarder;
let callMaster: (...words: readonly string[]) => Promise<unknown>;
const stopMaster = () => callMaster("exit");
/** What the control master's forwards said. */
const masterLines: string[] = [];

beforeAll(async () => {
  sshd = await startSshd();
  session = new SshSession({
    endpoint: { address: "127.0.0.1", port: sshd.port },
    user: sshd.user,
    privateKey: sshd.privateKey,
    signal: end.signal,
  });
  const socketPath = join(directory, "ga.sock");
  void serveGuest(socketPath);
  while (!existsSync(socketPath)) await Bun.sleep(5);
  control = await AgentConnection.open({ socketPath, signal: end.signal });
  stream = await dialBack({ control, gateway: "127.0.0.1", signal: end.signal });
  const host = { os: "linux", env: process.env } as const;
  const program = { command: [Bun.which("ssh") ?? "ssh"], version: [9, 0, 0], gssapi: false, aes: true } as const;
  const options = sshOptions({
    hostOs: "linux",
    program,
    identityFiles: [sshd.keyFile],
    user: sshd.user,
    instanceDirectory: directory,
    forwardAgent: false,
    forwardX11: false,
    forwardX11Trusted: false,
  });
  const access = { program, options, endpoint: { address: "127.0.0.1", port: sshd.port } };
  const masterSocket = join(directory, "ssh.sock");
  const [otherwise, given] = [listening("unused", () => Promise.reject(new Error("unused"))), Promise.resolve(access)];
  const telling = {
    ...logger,
    info: (line: string) => void masterLines.push(`info ${line}`),
    warn: (line: string, fields?: LogFields) => void masterLines.push(`warn ${line}: ${fields?.error}`),
  };
  const byMaster = { host, logger: telling, access: given, socketPath: masterSocket, otherwise, lookMs: 50 };
  makeMaster = () => new MasterForwarder(byMaster);
  master = makeMaster();
  callMaster = (verb, ...words) =>
    execOutput(["ssh", "-F", "/dev/null", "-o", `ControlPath=${masterSocket}`, "-O", verb, ...words, "x"]).catch(
      () => "",
    );
});

afterAll(async () => {
  master.stop();
  await stopMaster();
  control.close();
  end.abort("tests over");
  await session.stop();
  await sshd[Symbol.asyncDispose]();
  rmSync(directory, { recursive: true, force: true });
});

async function serveGuest(socketPath: string): Promise<void> {
  for await (const connection of unixTransport(socketPath, process.getuid?.() ?? 0).connections(end.signal)) {
    const options = { ports: () => [], runtimeDirectory: directory, tickMs: 1000, warn: () => undefined };
    void serveSession(connection, options);
  }
}

function listening(name: string, connectTo: (target: ForwardTarget) => ReturnType<ReturnType<typeof connectBySsh>>) {
  return new ListeningForwarder({ name, hostOs: "linux", connect: connectTo, onRefused: () => undefined });
}

/** Every way, and what it can do besides what all can. */
const ways = {
  "ssh control master": { forwarder: (): Forwarder => master, sockets: true, resets: false },
  "ssh channels": { forwarder: () => listening("s", connectBySsh(session)), sockets: true, resets: false },
  "agent tunnel": {
    forwarder: () =>
      listening(
        "t",
        connectByAgent(() => control),
      ),
    sockets: false,
    resets: true,
  },
  "agent stream": {
    forwarder: () =>
      listening(
        "f",
        connectByAgent(() => stream),
      ),
    sockets: false,
    resets: true,
  },
} as const;

async function until(look: () => boolean): Promise<void> {
  for (let n = 0; !look(); n += 1) {
    if (n > 10_000) throw new Error(`waited in vain for ${look}`);
    await Bun.sleep(5);
  }
}

/** A program of the guest. */
async function serve(onConnection: (socket: Socket) => void, where: { host: string } | { path: string } = local) {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on("error", () => undefined);
    onConnection(socket);
  });
  await new Promise<void>((settle) => server.listen("path" in where ? where : { port: 0, ...where }, settle));
  const address = server.address();
  return { port: typeof address === "object" ? (address?.port ?? 0) : 0, server };
}

const local = { host: "127.0.0.1" };

/** A client that keeps what it hears. */
function client(target: { readonly port: number; readonly host?: string } | { readonly path: string }) {
  const socket = connect({ host: "127.0.0.1", ...target, allowHalfOpen: true } as never);
  const heard = { bytes: 0, text: "", ended: false, closed: false, error: "" };
  socket.on("data", (piece) => {
    heard.bytes += piece.length;
    if (heard.text.length < 1000) heard.text += piece;
  });
  socket.on("end", () => {
    heard.ended = true;
  });
  socket.on("error", (error) => {
    heard.error = errorCode(error) ?? "";
  });
  socket.on("close", () => {
    heard.closed = true;
  });
  return { socket, heard };
}

describe.each(Object.entries(ways))("by %s", (_name, { forwarder, sockets, resets }) => {
  /** A program of the guest, and where the host reaches it. */
  async function forwarded(onConnection: (socket: Socket) => void, host = "127.0.0.1", targets = [host]) {
    const { port, server } = await serve(onConnection, { host });
    const hostPort = freePort();
    const address: HostAddress = { kind: "port", ip: "127.0.0.1", port: hostPort };
    const forward = await forwarder().open({ address, target: () => ({ hosts: targets, port }) });
    return {
      port: hostPort,
      forward,
      async [Symbol.asyncDispose]() {
        forward.end();
        await forward.close();
        server.close();
      },
    };
  }

  test("bytes come whole and in order, both ways at once", async () => {
    await using run = await forwarded((socket) => socket.pipe(socket));
    const { socket } = client(run);
    const sent = Buffer.alloc(6_000_000);
    for (let at = 0; at < sent.length; at += 4) sent.writeUInt32BE(at, at);
    const received: Buffer[] = [];
    socket.on("data", (piece) => received.push(piece));
    socket.end(sent);
    await new Promise((settle) => socket.once("end", settle));
    expect(Buffer.concat(received).equals(sent)).toBe(true);
  });

  test("the end of what a client sends reaches the guest, and the answer still comes", async () => {
    await using run = await forwarded((socket) => {
      let count = 0;
      socket.on("data", (bytes) => {
        count += bytes.length;
      });
      socket.on("end", () => setTimeout(() => socket.end(`${count}`), 20));
    });
    const { socket, heard } = client(run);
    socket.end(Buffer.alloc(5_000_000));
    await until(() => heard.ended);
    expect(heard.text).toBe("5000000");
  });

  test("a client that ends at once, having said nothing, is answered", async () => {
    await using run = await forwarded((socket) => socket.resume().on("end", () => socket.end("bye")));
    const { socket, heard } = client(run);
    socket.end();
    await until(() => heard.ended);
    expect(heard.text).toBe("bye");
  });

  test("a server that closes first is heard to the end by a client that says nothing", async () => {
    await using run = await forwarded((socket) => {
      socket.write(Buffer.alloc(3_000_000));
      socket.end("bye");
    });
    const { socket, heard } = client(run);
    await until(() => heard.ended);
    expect(heard.bytes).toBe(3_000_003);
    socket.end();
    await until(() => heard.closed);
  });

  test("a client may go on after the server's end", async () => {
    let heardByServer = "";
    await using run = await forwarded((socket) => {
      socket.on("data", (bytes) => {
        heardByServer += bytes;
      });
      socket.end("first");
    });
    const { socket, heard } = client(run);
    await until(() => heard.ended);
    socket.end("then");
    await until(() => heardByServer === "then");
  });

  test("much that a client sends after the server's end is heard to its end, however late the server reads", async () => {
    const heardByServer = { bytes: 0, ended: false };
    let read = () => {};
    await using run = await forwarded((socket) => {
      socket.end("first");
      read = () => {
        socket.on("data", ({ length }) => {
          heardByServer.bytes += length;
        });
        socket.on("end", () => {
          heardByServer.ended = true;
        });
      };
    });
    const { socket, heard } = client(run);
    await until(() => heard.ended);
    const sent = 12_000_000;
    socket.end(Buffer.alloc(sent));
    // Until it is stuck somewhere.
    for (let before = -1; before !== socket.bytesWritten - socket.writableLength; await Bun.sleep(200)) {
      before = socket.bytesWritten - socket.writableLength;
    }
    read();
    await until(() => heardByServer.ended);
    expect(heardByServer.bytes).toBe(sent);
  });

  test("a client that breaks off ends the guest's connection, also one whose program does not read", async () => {
    let closed = 0;
    await using run = await forwarded((socket) => {
      socket.on("close", () => {
        closed += 1;
      });
      socket.on("end", () => socket.end());
      socket.write("hello");
      socket.resume();
    });
    const { socket, heard } = client(run);
    await until(() => heard.text === "hello");
    socket.resetAndDestroy();
    await until(() => closed === 1);
  });

  test("a connection that the server breaks off ends, as a broken one where that can be passed on", async () => {
    await using run = await forwarded((socket) => {
      socket.write("hello");
      socket.once("data", () => socket.resetAndDestroy());
    });
    const { socket, heard } = client(run);
    await until(() => heard.text === "hello");
    socket.write("x");
    await until(() => heard.closed || heard.ended);
    if (resets) expect(heard.error).toBe("ECONNRESET");
    socket.destroy();
  });

  test("a server that says something and breaks off at once is not taken for one that has ended", async () => {
    await using run = await forwarded((socket) => socket.write("hello", () => socket.resetAndDestroy()));
    for (let n = 0; n < 50; n += 1) {
      const { socket, heard } = client(run);
      await until(() => heard.closed || heard.ended);
      if (resets) expect([n, heard.error]).toEqual([n, "ECONNRESET"]);
      socket.destroy();
    }
  });

  test("what the client does not read is not read from the server either", async () => {
    let taken = 0;
    await using run = await forwarded((socket) => {
      const more = () => {
        while (taken < 200_000_000) {
          taken += 65_536;
          if (!socket.write(Buffer.alloc(65_536))) return void socket.once("drain", more);
        }
      };
      more();
    });
    const { socket } = client(run);
    socket.pause();
    let before = -1;
    while (before !== taken) {
      before = taken;
      await Bun.sleep(300);
    }
    expect(taken).toBeLessThan(60_000_000);
    socket.resume();
    await until(() => taken > before + 1_000_000);
    socket.destroy();
  });

  test("what the server does not read is not taken from the client either, and others are served meanwhile", async () => {
    await using stalled = await forwarded((socket) => void socket.pause());
    await using lively = await forwarded((socket) => socket.pipe(socket));
    const { socket } = client(stalled);
    let taken = 0;
    const more = () => {
      while (taken < 200_000_000) {
        taken += 65_536;
        if (!socket.write(Buffer.alloc(65_536))) return void socket.once("drain", more);
      }
    };
    more();
    let before = -1;
    while (before !== taken) {
      before = taken;
      await Bun.sleep(300);
    }
    expect(taken).toBeLessThan(60_000_000);
    const other = client(lively);
    other.socket.end("hello");
    await until(() => other.heard.ended);
    expect(other.heard.text).toBe("hello");
    socket.destroy();
  });

  test("a connection to where nobody listens ends", async () => {
    const nobody = freePort();
    const port = freePort();
    const target = () => ({ hosts: ["127.0.0.1"], port: nobody });
    const forward = await forwarder().open({ address: { kind: "port", ip: "127.0.0.1", port }, target });
    const { socket, heard } = client({ port });
    await until(() => heard.ended || heard.closed);
    expect(heard.bytes).toBe(0);
    socket.destroy();
    forward.end();
    await forward.close();
  });

  test("a program on ::1 is reached, and one that has only 127.0.0.1 as well", async () => {
    await using six = await forwarded((socket) => socket.end("six"), "::1");
    await using four = await forwarded((socket) => socket.end("four"), "127.0.0.1", ["::1", "127.0.0.1"]);
    for (const [{ port }, text] of [[six, "six"] as const, [four, "four"] as const]) {
      const { heard } = client({ port });
      await until(() => heard.ended);
      expect(heard.text).toBe(text);
    }
  });

  test("the program sees a connection of its own loopback", async () => {
    let seen = "";
    await using run = await forwarded((socket) => {
      seen = `${socket.remoteAddress} ${socket.localAddress}`;
      socket.end("x");
    });
    const { heard } = client(run);
    await until(() => heard.ended);
    expect(seen).toBe("127.0.0.1 127.0.0.1");
  });

  test("IPv6 and every address of the host can be listened on", async () => {
    const { port, server } = await serve((socket) => socket.end("here"));
    for (const [ip, host] of [["::1", "::1"] as const, ["0.0.0.0", "127.0.0.1"] as const]) {
      const address = { kind: "port", ip, port: freePort() } as const;
      const forward = await forwarder().open({ address, target: () => ({ hosts: ["127.0.0.1"], port }) });
      const { heard } = client({ port: address.port, host });
      await until(() => heard.ended);
      expect(heard.text).toBe("here");
      forward.end();
      await forward.close();
    }
    server.close();
  });

  test("a socket of the host is its owner's alone, and is gone at the end", async () => {
    const { port, server } = await serve((socket) => socket.end("here"));
    const path = join(directory, "new", "host.sock");
    const target = () => ({ hosts: ["127.0.0.1"], port });
    const forward = await forwarder().open({ address: { kind: "socket", path }, target, directoryMode: 0o750 });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const { heard } = client({ path });
    await until(() => heard.ended);
    expect(heard.text).toBe("here");
    forward.end();
    await forward.close();
    await until(() => !existsSync(path));
    server.close();
  });

  const reachesSockets = async () => {
    const path = join(directory, "guest.sock");
    const { server } = await serve((socket) => socket.end("here"), { path });
    const address = { kind: "port", ip: "127.0.0.1", port: freePort() } as const;
    const forward = await forwarder().open({ address, target: () => ({ path }) });
    const { heard } = client(address);
    await until(() => heard.ended);
    expect(heard.text).toBe("here");
    forward.end();
    await forward.close();
    server.close();
  };
  if (sockets) test("a socket of the guest is reached", reachesSockets);

  test("what is closed is refused, and a connection under way goes on", async () => {
    await using run = await forwarded((socket) => socket.pipe(socket));
    const { socket, heard } = client(run);
    socket.write("one ");
    await until(() => heard.text === "one ");
    const closing = run.forward.close();
    for (let refused = false; !refused; ) {
      const late = client(run);
      late.socket.write("late");
      await until(() => late.heard.closed || late.heard.bytes > 0);
      refused = late.heard.error === "ECONNREFUSED";
      late.socket.destroy();
    }
    socket.write("two");
    await until(() => heard.text === "one two");
    socket.destroy();
    await closing;
  });

  test("a port that is taken is an error with the system's code", async () => {
    using holder = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
    const address = { kind: "port", ip: "127.0.0.1", port: holder.port } as const;
    const opening = forwarder().open({ address, target: () => ({ hosts: ["127.0.0.1"], port: 1 }) });
    expect(await opening.then(() => "", errorCode)).toBe("EADDRINUSE");
  });

  test("a thousand connections leave no descriptor behind", async () => {
    await using run = await forwarded((socket) => socket.end("x"));
    const open = () => readdirSync("/proc/self/fd").length;
    const batch = async (count: number) => {
      const clients = Array.from({ length: count }, () => client(run));
      await until(() => clients.every(({ heard }) => heard.ended));
      for (const { socket } of clients) socket.end();
      await until(() => clients.every(({ heard }) => heard.closed));
    };
    await batch(20);
    const before = open();
    for (let n = 0; n < 20; n += 1) await batch(50);
    await until(() => open() <= before + 5);
  });
});

/** Connects until a connection is answered with this text: what forwards may be at work on being made anew. */
async function answered(address: HostAddress, expected: string): Promise<void> {
  for (let text = ""; text !== expected; ) {
    const { socket, heard } = client(address);
    await until(() => heard.closed || heard.ended);
    text = heard.text;
    socket.destroy();
  }
}

test("a control master that has ended is made anew, with its forwards", async () => {
  const { port, server } = await serve((socket) => socket.end("here"));
  const address = { kind: "port", ip: "127.0.0.1", port: freePort() } as const;
  const forward = await master.open({ address, target: () => ({ hosts: ["127.0.0.1"], port }) });
  await stopMaster();
  await answered(address, "here");
  await forward.close();
  server.close();
});

test("a control master that has ended leaves a socket of the host, which the new one takes over", async () => {
  const { server } = await serve((socket) => socket.end("here"), { path: join(directory, "served.sock") });
  const address = { kind: "socket", path: join(directory, "taken-over.sock") } as const;
  const forward = await master.open({ address, target: () => ({ path: join(directory, "served.sock") }) });
  await stopMaster();
  await answered(address, "here");
  await forward.close();
  server.close();
});

test("a port that is taken while a new control master begins is forwarded once it is free", async () => {
  const { port, server } = await serve((socket) => socket.end("here"));
  const address = { kind: "port", ip: "127.0.0.1", port: freePort() } as const;
  const forward = await master.open({ address, target: () => ({ hosts: ["127.0.0.1"], port }) });
  await callMaster("cancel", "-L", forwardText(address, { hosts: ["127.0.0.1"], port }));
  const holder = createServer().listen(address.port, "127.0.0.1");
  masterLines.length = 0;
  await stopMaster();
  while (!masterLines.some((line) => line.startsWith("warn failed to listen"))) await Bun.sleep(5);
  holder.close();
  await answered(address, "here");
  expect(masterLines).toEqual([
    "info The ssh control master began anew and gets its forwards again",
    expect.stringContaining(`listen tcp 127.0.0.1:${address.port}: bind: address already in use (held by `),
    `info 127.0.0.1:${address.port} is forwarded again`,
  ]);
  await forward.close();
  server.close();
});

test("a host agent that finds the control master of one that died has its forwards, and connections go on", async () => {
  const { port, server } = await serve((socket) => socket.pipe(socket));
  const served = join(directory, "inherited-served.sock");
  const other = await serve((socket) => socket.end("here"), { path: served });
  const ports = { kind: "port", ip: "127.0.0.1", port: freePort() } as const;
  const socket = { kind: "socket", path: join(directory, "inherited.sock") } as const;
  const openBoth = async (by: MasterForwarder) => [
    await by.open({ address: ports, target: () => ({ hosts: ["127.0.0.1"], port }) }),
    await by.open({ address: socket, target: () => ({ path: served }) }),
  ];
  const dead = makeMaster();
  await openBoth(dead);
  dead.stop();
  const early = client(ports);
  early.socket.write("a");
  await until(() => early.heard.text === "a");
  const next = makeMaster();
  const forwards = await openBoth(next);
  early.socket.write("b");
  await until(() => early.heard.text === "ab");
  early.socket.destroy();
  await answered(socket, "here");
  for (const forward of forwards) await forward.close();
  const late = client(ports);
  await until(() => late.heard.closed);
  expect(late.heard.error).toBe("ECONNREFUSED");
  next.stop();
  server.close();
  other.server.close();
});

test("a control master that is made anew for one more forward gets those before it as well", async () => {
  const { port, server } = await serve((socket) => socket.end("here"));
  const open = () => {
    const address = { kind: "port", ip: "127.0.0.1", port: freePort() } as const;
    return master.open({ address, target: () => ({ hosts: ["127.0.0.1"], port }) }).then((forward) => ({
      address,
      forward,
    }));
  };
  const first = await open();
  await stopMaster();
  const second = await open();
  for (const { address, forward } of [first, second]) {
    await answered(address, "here");
    await forward.close();
  }
  server.close();
});

test("a forward of the control master follows its target to another address", async () => {
  const four = await serve((socket) => socket.end("four"));
  const six = await serve((socket) => socket.end("six"), { host: "::1" });
  const address = { kind: "port", ip: "127.0.0.1", port: freePort() } as const;
  let target: ForwardTarget = { hosts: ["127.0.0.1"], port: four.port };
  const forward = await master.open({ address, target: () => target });
  target = { hosts: ["::1"], port: six.port };
  forward.retarget();
  await answered(address, "six");
  await forward.close();
  four.server.close();
  six.server.close();
});

test("a port of the control master that was given up a moment ago can be had again", async () => {
  const { port, server } = await serve((socket) => socket.end("here"));
  const address = { kind: "port", ip: "127.0.0.1", port: freePort() } as const;
  const open = () => master.open({ address, target: () => ({ hosts: ["127.0.0.1"], port }) });
  const first = await open();
  void first.close();
  const second = await open();
  await answered(address, "here");
  await second.close();
  server.close();
});

test("what the stream cannot carry, or while it is not there, goes by ssh", async () => {
  const { port, server } = await serve((socket) => socket.end("here"));
  const path = join(directory, "fast.sock");
  const guestSocket = await serve((socket) => socket.end("there"), { path });
  let current: AgentConnection | undefined;
  const fastest = connectByFastest(async () => current, session);
  const said = async (target: ForwardTarget) => {
    let text = "";
    for await (const bytes of await fastest(target)) text += bytes;
    return text;
  };
  const target = { hosts: ["127.0.0.1"], port };
  expect(await said(target)).toBe("here");
  current = stream;
  expect([await said(target), await said({ path })]).toEqual(["here", "there"]);
  expect((await fastest(target)).constructor.name).toBe("TunnelStream");
  server.close();
  guestSocket.server.close();
});
