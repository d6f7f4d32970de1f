import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { renameSync, rmSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { waitForBanner } from "../../src/hostagent/ssh/banner.ts";
import { type DialStep, SshCut, SshSession } from "../../src/hostagent/ssh/session.ts";
import { freePort, sshdDirectory, startSshd, type TestSshd, userName } from "./sshd.ts";

// real processes on a machine that may be busy
setDefaultTimeout(30_000);

const directories: string[] = [];

/** Keys that outlive an sshd, or need none. */
async function ownDirectory(): Promise<string> {
  const directory = await sshdDirectory();
  directories.push(directory);
  return directory;
}

afterAll(() => {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

function sessionTo(
  sshd: Pick<TestSshd, "port" | "user" | "privateKey">,
  onDial?: (step: DialStep) => void,
): AsyncDisposable & { readonly session: SshSession; readonly end: AbortController } {
  const end = new AbortController();
  const session = new SshSession({
    endpoint: { address: "127.0.0.1", port: sshd.port },
    user: sshd.user,
    privateKey: sshd.privateKey,
    signal: end.signal,
    ...(onDial === undefined ? {} : { onDial }),
  });
  return {
    session,
    end,
    async [Symbol.asyncDispose]() {
      end.abort("test over");
      await session.stop();
    },
  };
}

describe("ssh session", () => {
  test("a command's output, exit code and signal come back, and its stdin goes in whole", async () => {
    await using sshd = await startSshd();
    await using run = sessionTo(sshd);
    expect(await run.session.exec("echo out; echo err >&2; exit 7")).toEqual({
      code: 7,
      signal: null,
      stdout: "out\n",
      stderr: "err\n",
    });
    expect((await run.session.exec("kill -TERM $$")).signal).toBe("SIGTERM");
    const megabyte = Buffer.alloc(1 << 20, "0123456789abcdef\n").toString();
    expect((await run.session.exec("cat", { stdin: megabyte })).stdout).toBe(megabyte);
  });

  test("more commands than sshd has channels for all run", async () => {
    await using sshd = await startSshd();
    await using run = sessionTo(sshd);
    const results = await Promise.all(Array.from({ length: 14 }, (_, i) => run.session.exec(`sleep 0.05; echo ${i}`)));
    expect(results.map(({ stdout }) => Number(stdout))).toEqual(Array.from({ length: 14 }, (_, i) => i));
  });

  test("a command during which the connection is cut fails with SshCut; the next one dials again", async () => {
    await using sshd = await startSshd();
    await using run = sessionTo(sshd);
    const long = run.session.exec("echo started; sleep 60", { onStdout: () => void sshd.cutConnections() });
    expect(long).rejects.toThrow(SshCut);
    await long.catch(() => undefined);
    expect(run.session.health().kind).toBe("failed");
    expect((await run.session.exec("echo again")).stdout).toBe("again\n");
  });

  test("it waits for an sshd that comes up later, and tells what it sees", async () => {
    const directory = await ownDirectory();
    const port = freePort();
    const steps: string[] = [];
    const key = await Bun.file(`${directory}/user`).text();
    await using run = sessionTo({ port, user: await userName(), privateKey: key }, (step) => steps.push(step.kind));
    const connected = run.session.connected();
    await Bun.sleep(50);
    await using _sshd = await startSshd({ directory, port });
    await connected;
    expect(steps.filter((kind) => kind !== "refused")).toEqual(["banner", "connected"]);
  });

  test("a login that is refused is told with its reason and tried again until it succeeds", async () => {
    const directory = await ownDirectory();
    const steps: DialStep[] = [];
    await using sshd = await startSshd({ directory });
    renameSync(`${directory}/user.pub`, `${directory}/away.pub`);
    await using run = sessionTo(sshd, (step) => {
      steps.push(step);
      if (step.kind === "failed") renameSync(`${directory}/away.pub`, `${directory}/user.pub`);
    });
    await run.session.connected();
    expect(steps.map(({ kind }) => kind)).toEqual(["banner", "failed", "banner", "connected"]);
    expect(steps[1]).toEqual({ kind: "failed", reason: "All configured authentication methods failed" });
  });

  test("the signal ends the dialling and a running command", async () => {
    await using run = sessionTo({ port: freePort(), user: "nobody", privateKey: await someKey() });
    const dialling = run.session.exec("true");
    run.end.abort("over");
    expect(await dialling.catch((reason: unknown) => reason)).toBe("over");

    await using sshd = await startSshd();
    await using second = sessionTo(sshd);
    await second.session.connected();
    const running = second.session.exec("sleep 60");
    await Bun.sleep(20);
    second.end.abort("over");
    expect(await running.catch((reason: unknown) => reason)).toBe("over");
  });
});

async function someKey(): Promise<string> {
  return await Bun.file(`${await ownDirectory()}/user`).text();
}

describe("waiting for the banner", () => {
  /** A forwarder that accepts for a guest, as QEMU's does. */
  async function forwarder(behaviour: (socket: Socket, count: number) => void) {
    const sockets = new Set<Socket>();
    let count = 0;
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on("error", () => undefined);
      count += 1;
      behaviour(socket, count);
    });
    const port = freePort();
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
    return {
      endpoint: { address: "127.0.0.1", port },
      count: () => count,
      [Symbol.dispose]() {
        for (const socket of sockets) socket.destroy();
        server.close();
      },
    };
  }

  test("connections that the guest refuses are told, and dialled again", async () => {
    using guest = await forwarder((socket, count) => (count < 3 ? socket.end() : socket.write("SSH-2.0-test\r\n")));
    let refused = 0;
    const socket = await waitForBanner({
      endpoint: guest.endpoint,
      signal: new AbortController().signal,
      pauseMs: 5,
      onRefused: () => {
        refused += 1;
      },
    });
    expect(refused).toBe(2);
    socket.resume();
    expect(String(await new Promise((resolve) => socket.once("data", resolve)))).toBe("SSH-2.0-test\r\n");
    socket.destroy();
  });

  test("a silent connection gets a second one beside it, and may still be the one that is answered", async () => {
    let first: Socket | undefined;
    using guest = await forwarder((socket, count) => {
      if (count === 1) first = socket;
      if (count === 3) first?.write("SSH-2.0-slow\r\n");
    });
    const socket = await waitForBanner({
      endpoint: guest.endpoint,
      signal: new AbortController().signal,
      patienceMs: 20,
    });
    expect(guest.count()).toBe(3);
    socket.destroy();
  });

  test("what greets without SSH- is no sshd", async () => {
    using guest = await forwarder((socket, count) => socket.write(count < 3 ? "220 mail\r\n" : "SSH-2.0-x\r\n"));
    const socket = await waitForBanner({ endpoint: guest.endpoint, signal: new AbortController().signal, pauseMs: 1 });
    expect(guest.count()).toBe(3);
    socket.destroy();
  });
});
