import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execOutput } from "../../src/lib/exec.ts";

export interface TestSshd extends AsyncDisposable {
  readonly port: number;
  readonly pid: number;
  readonly user: string;
  readonly directory: string;
  readonly privateKey: string;
  readonly keyFile: string;
  /** Ends the server's processes that serve connections, as the first boot of a systemd guest does. */
  cutConnections(): Promise<void>;
}

export interface TestSshdOptions {
  readonly port?: number;
  /** Lines of sshd_config that go before the others. */
  readonly config?: readonly string[];
  readonly directory?: string;
}

/** A free port of the loopback. */
export function freePort(): number {
  const server = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  const { port } = server;
  server.stop(true);
  return port;
}

/** A directory with a host key and a user key. */
export async function sshdDirectory(): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), "limabun-sshd-"));
  for (const name of ["host", "user"]) {
    await execOutput(["ssh-keygen", "-t", "ed25519", "-q", "-N", "", "-f", join(directory, name)]);
  }
  return directory;
}

/** This user's name, whatever the environment says. */
export async function userName(): Promise<string> {
  return (await execOutput(["id", "-un"])).trim();
}

/** A real sshd of this user on the loopback. */
export async function startSshd(options: TestSshdOptions = {}): Promise<TestSshd> {
  const sshd = Bun.which("sshd", { PATH: `${process.env.PATH}:/usr/sbin:/usr/local/sbin` });
  if (sshd === null) throw new Error("sshd is not installed (package openssh-server)");
  const directory = options.directory ?? (await sshdDirectory());
  const port = options.port ?? freePort();
  if (process.getuid?.() === 0) mkdirSync("/run/sshd", { recursive: true });
  const config = join(directory, "sshd_config");
  writeFileSync(
    config,
    [
      // the first value that a file gives is the one that counts
      ...(options.config ?? []),
      `Port ${port}`,
      "ListenAddress 127.0.0.1",
      `HostKey ${directory}/host`,
      `AuthorizedKeysFile ${directory}/user.pub`,
      "PidFile none",
      "StrictModes no",
      "UsePAM no",
      "PermitRootLogin yes",
      "PrintMotd no",
      // the login shell must not run this user's own start-up files, slow or stateful as they may be
      `SetEnv HOME=${directory}`,
      "",
    ].join("\n"),
  );
  const child = Bun.spawn([sshd, "-D", "-e", "-f", config], {
    stdin: "ignore",
    stdout: "ignore",
    stderr: Bun.file(join(directory, "sshd.log")),
  });
  await untilGreeting(port, join(directory, "sshd.log"));
  const children = () => readChildren(child.pid);
  const cutConnections = async () => {
    const serving = children();
    for (const pid of serving) killTree(pid);
    while (children().some((pid) => serving.includes(pid))) await Bun.sleep(5);
  };
  return {
    port,
    pid: child.pid,
    user: await userName(),
    directory,
    privateKey: readFileSync(join(directory, "user"), "utf8"),
    keyFile: join(directory, "user"),
    cutConnections,
    async [Symbol.asyncDispose]() {
      await cutConnections();
      child.kill("SIGKILL");
      await child.exited;
      if (options.directory === undefined) rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function untilGreeting(port: number, log: string): Promise<void> {
  for (let left = 400; left > 0; left -= 1) {
    const greeted = await new Promise<boolean>((resolve) => {
      Bun.connect({
        hostname: "127.0.0.1",
        port,
        socket: {
          data(socket) {
            resolve(true);
            socket.terminate();
          },
          close: () => resolve(false),
          error: () => resolve(false),
        },
      }).catch(() => resolve(false));
    });
    if (greeted) return;
    await Bun.sleep(10);
  }
  throw new Error(`sshd did not start: ${readFileSync(log, "utf8")}`);
}

function readChildren(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

function killTree(pid: number): void {
  for (const child of readChildren(pid)) killTree(child);
  try {
    process.kill(pid, "SIGKILL");
  } catch {}
}
