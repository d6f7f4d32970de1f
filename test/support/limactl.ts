import { spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { isInside } from "./processes.ts";

/** How one run of limactl ended. */
export interface Run {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly stdin?: string | Uint8Array;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Ends the run as stuck. @default 600000 */
  readonly timeoutMs?: number;
}

/** A run under way. */
export interface Started {
  readonly pid: number;
  readonly finished: Promise<Run>;
  /** What it has written to stdout so far. */
  stdout(): string;
  /** What it has written to stderr so far. */
  stderr(): string;
  kill(signal: NodeJS.Signals): void;
}

/** Who runs limactl: this process's own user, or (for root) a user made for the tests. */
export type Person = "self" | "ordinary";

const testUser = "limabun-test";
const dist = resolve(import.meta.dir, "../../dist/limactl");

/**
 * A place of its own for limactl: a copy of the built executable, HOME, LIMA_HOME (short, for socket paths) and a clean
 * environment. Disposing it ends every process that was started in it and removes it.
 */
export class World implements AsyncDisposable {
  readonly root: string;
  readonly home: string;
  readonly limaHome: string;
  readonly executable: string;
  readonly uid: number;
  readonly user: string;
  private readonly gid: number;
  private told = false;

  constructor(person: Person = "self") {
    if (!existsSync(dist)) throw new Error("dist/limactl is missing: run `npm run build` first");
    const own = process.getuid?.() ?? 0;
    const account = person === "ordinary" && own === 0 ? ordinaryAccount() : undefined;
    this.uid = account?.uid ?? own;
    this.gid = account?.gid ?? process.getgid?.() ?? 0;
    this.user = account === undefined ? (spawnSync("id", ["-un"], { encoding: "utf8" }).stdout.trim() ?? "") : testUser;
    this.root = mkdtempSync("/tmp/lt.");
    this.home = join(this.root, "home");
    this.limaHome = join(this.root, "l");
    this.executable = join(this.root, "bin", "limactl");
    mkdirSync(this.home);
    mkdirSync(join(this.root, "bin"));
    copyFileSync(dist, this.executable);
    chmodSync(this.executable, 0o755);
    for (const path of [this.root, this.home]) chownSync(path, this.uid, this.gid);
    chmodSync(this.root, 0o755);
  }

  /** The environment of every run: nothing of the tests' own reaches limactl. */
  get env(): Readonly<Record<string, string>> {
    return {
      HOME: this.home,
      LIMA_HOME: this.limaHome,
      USER: this.user,
      LOGNAME: this.user,
      PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      LANG: "C.UTF-8",
      TMPDIR: "/tmp",
    };
  }

  /** Starts limactl and leaves it running. */
  start(args: readonly string[], options: RunOptions = {}): Started {
    return this.startProgram([this.executable, ...args], options);
  }

  /** Starts any program as the person of this world, with its environment. */
  startProgram(command: readonly string[], options: RunOptions = {}): Started {
    const asOther = this.uid !== process.getuid?.();
    const words = asOther
      ? ["setpriv", `--reuid=${this.uid}`, `--regid=${this.gid}`, "--clear-groups", "--", ...command]
      : [...command];
    const [program = "", ...rest] = words;
    const child = spawn(program, rest, {
      cwd: options.cwd ?? this.home,
      env: { ...this.env, ...options.env },
      stdio: ["pipe", "pipe", "pipe"],
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
    child.stdin.on("error", () => undefined);
    child.stdin.end(options.stdin ?? "");
    const timer = setTimeout(() => child.kill("SIGKILL"), options.timeoutMs ?? 600_000);
    const finished = new Promise<Run>((settle, reject) => {
      child.once("error", reject);
      // The host agent may outlive limactl but has none of these pipes, so "close" comes with limactl's end.
      child.once("close", (code, signal) => {
        clearTimeout(timer);
        settle({ code, signal, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() });
      });
    });
    return {
      pid: child.pid ?? 0,
      finished,
      stdout: () => Buffer.concat(out).toString(),
      stderr: () => Buffer.concat(err).toString(),
      kill: (signal) => void child.kill(signal),
    };
  }

  /** Runs limactl to its end. The first guest that becomes ready is named in the log of the tests. */
  async limactl(args: readonly string[], options: RunOptions = {}): Promise<Run> {
    const run = await this.start(args, options).finished;
    const ready = /READY\. Run `limactl shell ([^`]+)`/.exec(run.stderr)?.[1];
    if (ready !== undefined && !this.told) {
      this.told = true;
      const script = '. /etc/os-release; echo "$PRETTY_NAME, kernel $(uname -r)"';
      const guest = await this.start(["shell", ready, "sh", "-c", script]).finished;
      console.log(`user ${this.user}, guest ${guest.stdout.trim()}`);
    }
    return run;
  }

  /** Runs limactl and expects success. @returns its stdout */
  async ok(args: readonly string[], options: RunOptions = {}): Promise<string> {
    const run = await this.limactl(args, options);
    if (run.code !== 0)
      throw new Error(`limactl ${args.join(" ")} ended with ${run.code ?? run.signal}:\n${run.stderr}`);
    return run.stdout;
  }

  /** Writes a file that the person of this world may read. */
  write(name: string, text: string): string {
    const path = join(this.root, name);
    writeFileSync(path, text);
    chownSync(path, this.uid, this.gid);
    return path;
  }

  /** Absolute path of a file of an instance. */
  file(instance: string, name: string): string {
    return join(this.limaHome, instance, name);
  }

  /** Processes of this world that run now, but for this one: those that name its directory in their arguments. */
  processes(): readonly { readonly pid: number; readonly argv: readonly string[] }[] {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
      .flatMap((name) => {
        try {
          const argv = readFileSync(`/proc/${name}/cmdline`, "utf8").split("\0").slice(0, -1);
          return isInside(argv, this.root) ? [{ pid: Number(name), argv }] : [];
        } catch {
          return [];
        }
      });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (let round = 0; round < 100; round += 1) {
      const left = this.processes();
      if (left.length === 0) break;
      for (const { pid } of left) {
        try {
          process.kill(pid, "SIGKILL");
        } catch {
          // It ended by itself.
        }
      }
      await Bun.sleep(50);
    }
    rmSync(this.root, { recursive: true, force: true });
  }
}

function ordinaryAccount(): { readonly uid: number; readonly gid: number } {
  const ids = () => {
    const line = spawnSync("getent", ["passwd", testUser], { encoding: "utf8" }).stdout.trim();
    const [, , uid, gid] = line.split(":");
    return uid === undefined || gid === undefined ? undefined : { uid: Number(uid), gid: Number(gid) };
  };
  const known = ids();
  if (known !== undefined) return known;
  const made = spawnSync("useradd", ["--create-home", "--shell", "/bin/bash", testUser], { encoding: "utf8" });
  const account = ids();
  if (account === undefined) throw new Error(`cannot make the user ${testUser}: ${made.stderr}`);
  return account;
}
