import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bootScripts } from "../../src/assets/boot-scripts.ts";
import type { Config } from "../../src/config/types.ts";
import type { HostAgentOptions } from "../../src/hostagent/options.ts";
import { runHostAgent } from "../../src/hostagent/run.ts";
import { getInfo } from "../../src/hostapi/client.ts";
import { type HostAgentStatus, parseEvent } from "../../src/hostapi/events.ts";
import { loadStoredConfig } from "../../src/instance/load.ts";
import type { ExitStatus } from "../../src/lib/exec.ts";
import type { Host } from "../../src/lib/host.ts";
import type { Logger } from "../../src/lib/log.ts";
import { ensureIdentity } from "../../src/store/ssh-keys.ts";
import { readState } from "../../src/store/state.ts";
import type { Driver, Machine, StartOptions } from "../../src/vm/driver.ts";
import { sshdDirectory, startSshd, type TestSshd, userName } from "./sshd.ts";

// real processes on a machine that may be busy
setDefaultTimeout(30_000);

/** What the machine of a test does; its guest is a real sshd of this user, and its /run is a directory. */
interface Guest {
  /** Called when the machine was started. */
  readonly boot?: (guest: {
    readonly run: string;
    readonly instanceId: string;
    readonly directory: string;
    readonly sshd: TestSshd | undefined;
  }) => void;
  /** The guest's sshd is up. @default true */
  readonly sshd?: boolean;
  readonly startFailure?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** More of its lima.yaml. */
  readonly yaml?: string;
}

const homes: string[] = [];

/** At the very end: what the program remembers of ssh may be written after its host agent has ended. */
afterAll(() => {
  for (const home of homes) rmSync(home, { recursive: true, force: true });
});

/** A host agent on a machine that is a real sshd: everything but the virtual machine itself is as in life. */
async function agent(guest: Guest) {
  const home = mkdtempSync(join(tmpdir(), "limabun-ha-"));
  homes.push(home);
  const limaHome = join(home, "l");
  const directory = join(limaHome, "foo");
  const run = join(home, "run");
  mkdirSync(directory, { recursive: true });
  mkdirSync(run);
  const user = await userName();
  const host: Host = {
    os: "linux",
    arch: "x86_64",
    osVersion: "",
    cpus: 2,
    memoryBytes: 4 << 30,
    home,
    user: { name: user, comment: "", uid: 1000, gid: 1000 },
    env: { PATH: process.env.PATH, HOME: home, ...guest.env },
    cwd: "/",
    self: [],
    now: new Date(),
  };
  const log: string[] = [];
  const keep = (level: string) => (message: string) => void log.push(`${level} ${message}`);
  const logger: Logger = {
    trace() {},
    debug() {},
    info: keep("info"),
    warn: keep("warning"),
    error: keep("error"),
    log() {},
  };
  const yaml = `images: [{location: /x}]\nmounts: []\ncontainerd: {user: false}\n${guest.yaml ?? ""}`;
  writeFileSync(join(directory, "lima.yaml"), yaml);
  const loaded = await loadStoredConfig({ host, limaHome, logger }, "foo");
  // no guest may have a user root; but the sshd of a test that runs as root lets only root in
  let account = "lima";
  const config: Config = Object.defineProperty({ ...loaded.config }, "user", {
    get: () => ({ ...loaded.config.user, name: account }),
  });
  const exited = Promise.withResolvers<ExitStatus>();
  const events: HostAgentStatus[] = [];
  const end = new AbortController();
  const disposals: AsyncDisposable[] = [];
  let started: StartOptions | undefined;
  const start = async (options: StartOptions): Promise<Machine> => {
    account = user;
    started = options;
    if (guest.startFailure !== undefined) throw new Error(guest.startFailure);
    let sshd: TestSshd | undefined;
    if (guest.sshd !== false) {
      const place = await sshdDirectory();
      const identity = await ensureIdentity(host, limaHome);
      sshd = await startSshd({
        directory: place,
        port: options.sshLocalPort,
        config: [
          `AuthorizedKeysFile ${identity}.pub`,
          // the watching script comes by stdin: its /run becomes the test's
          `ForceCommand if [ "$SSH_ORIGINAL_COMMAND" = /bin/sh ]; then sed s#/run/#${run}/#g >"$HOME/watch.$$"; exec /bin/sh "$HOME/watch.$$"; else eval "$SSH_ORIGINAL_COMMAND"; fi`,
        ],
      });
      disposals.push(sshd, { [Symbol.asyncDispose]: async () => rmSync(place, { recursive: true, force: true }) });
    }
    const instanceId = /iid-\d+/.exec(readFileSync(join(directory, "cidata.iso"), "latin1"))?.[0] ?? "";
    writeFileSync(join(directory, "serial.log"), "hello\n");
    guest.boot?.({ run, instanceId, directory, sshd });
    return {
      pid: process.pid,
      helperPids: [],
      exited: exited.promise,
      lastOutput: () => ["qemu: last words"],
      powerOff: async ({ onStep }) => {
        onStep({ level: "info", text: "Shutting down QEMU with the power button" });
        exited.resolve({ code: 0, signal: null });
      },
      kill: async () => {},
      setVncPassword: async () => {},
      vncPort: async () => 5900,
      screenshot: async () => new Uint8Array(0),
      resumeAfterDiskError: async () => false,
    };
  };
  const driver: Driver = {
    vmType: "qemu",
    imageFormats: [],
    sshAddress: "127.0.0.1",
    guestAgent: { vsockPort: 0, virtioPort: "", socket: "" },
    configure: (given) => ({ config: given, warnings: [] }),
    check: async () => {},
    start,
    attach: () => Promise.reject(new Error("nothing to attach to")),
    answers: async () => false,
    endOrphan: async () => {},
  };
  const options: HostAgentOptions = {
    host,
    logger,
    name: "foo",
    limaHome,
    directory,
    config,
    driver,
    limaVersion: "2.2.0",
    bootScripts,
    pidFile: join(directory, "ha.pid"),
    socketPath: join(directory, "ha.sock"),
    progress: false,
    debug: false,
    signal: end.signal,
    output: (line) => void events.push(parseEvent(line).status),
  };
  const running = runHostAgent(options);
  const outcome = running.then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  let over = false;
  outcome.then(() => {
    over = true;
  });
  const until = async (found: (status: HostAgentStatus) => boolean) => {
    while (!events.some(found)) {
      if (over) throw new Error(`the agent ended: ${await outcome}\n${log.join("\n")}`);
      await Bun.sleep(2);
    }
    return events.find(found) ?? {};
  };
  return {
    directory,
    events,
    log,
    options,
    get started() {
      return started;
    },
    outcome,
    until,
    end,
    exit: (status: ExitStatus) => exited.resolve(status),
    async [Symbol.asyncDispose]() {
      end.abort("SIGTERM");
      await outcome;
      for (const item of disposals) await item[Symbol.asyncDispose]();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** A guest that is ready at once. */
const ready: NonNullable<Guest["boot"]> = ({ run, instanceId }) => {
  writeFileSync(join(run, "lima-ssh-ready"), `${instanceId}\n`);
  writeFileSync(join(run, "lima-boot-done"), `${instanceId}\n`);
};

describe("the host agent", () => {
  test("a good start: events, files, the API, the control master; and an orderly end by a signal", async () => {
    await using run = await agent({ boot: ready });
    const { sshLocalPort } = await run.until((status) => status.running === true);
    const states = run.events.filter(({ phase }) => phase === undefined);
    expect(states).toEqual([{ sshLocalPort: sshLocalPort! }, { running: true, sshLocalPort: sshLocalPort! }]);
    const waits = run.events.flatMap((status) => (status.phase === undefined ? [] : [status]));
    expect(waits[0]).toEqual({ sshLocalPort: sshLocalPort!, phase: { name: "serial", description: "serial output" } });
    expect(waits.length).toBeGreaterThan(1);
    expect(await getInfo(join(run.directory, "ha.sock"))).toEqual({ sshLocalPort: sshLocalPort! });
    for (const path of ["/v1/info", "/v1/screenshot?format=gif", "/v2"]) {
      const answer = await fetch(`http://lima-hostagent${path}`, { unix: join(run.directory, "ha.sock") });
      expect(answer.headers.get("content-type")).toBe("application/json");
    }
    expect(readFileSync(join(run.directory, "ha.pid"), "utf8")).toBe(`${process.pid}\n`);
    expect(readState(run.directory)?.hostAgent?.pid).toBe(process.pid);
    const names = readdirSync(run.directory).sort();
    expect(names).toEqual([
      "cidata.iso",
      "cloud-config.yaml",
      "ha.lock",
      "ha.pid",
      "ha.sock",
      "lima.yaml",
      "serial.log",
      "ssh.config",
      "ssh.sock",
      "state.json",
    ]);
    expect(runHostAgent(run.options)).rejects.toThrow(
      `another hostagent may already be running with pid ${process.pid}`,
    );
    run.end.abort("SIGINT");
    expect(await run.outcome).toBeUndefined();
    expect(run.events.at(-1)).toEqual({ exiting: true });
    expect(run.log.slice(-3)).toEqual([
      "info Received SIGINT, shutting down the host agent",
      "info Shutting down the host agent",
      "info Shutting down QEMU with the power button",
    ]);
    for (const name of ["ha.pid", "ha.sock", "ssh.sock", "state.json"])
      expect([name, existsSync(join(run.directory, name))]).toEqual([name, false]);
  });

  test("scripts that failed are told with the running event, which stays whole", async () => {
    await using run = await agent({
      boot: (guest) => {
        writeFileSync(join(guest.run, "lima-boot-errors"), "boot/x.sh\n");
        ready(guest);
      },
    });
    const status = await run.until(({ running }) => running === true);
    expect(status).toEqual({
      running: true,
      sshLocalPort: expect.any(Number),
      errors: [expect.stringMatching(/^boot script failed: boot\/x\.sh/)],
    });
    expect(run.log).toContainEqual(expect.stringMatching(/^warning boot script failed: boot\/x\.sh/));
  });

  test("the first boot of a systemd guest ends the user's sessions: the wait goes on over a new connection", async () => {
    await using run = await agent({
      boot: (guest) => {
        // once the watch runs in the guest
        const cut = async () => {
          while (run.log.every((line) => !line.includes("user session is ready"))) await Bun.sleep(5);
          await Bun.sleep(100);
          await guest.sshd?.cutConnections();
          ready(guest);
        };
        void cut();
      },
    });
    expect(await run.until(({ running }) => running === true)).toEqual({
      running: true,
      sshLocalPort: expect.any(Number),
    });
  });

  test("a boot script that never ends: degraded, with the phase and the console's last line; the machine runs on", async () => {
    await using run = await agent({
      env: { LIMA_START_STALL_SECONDS: "4" },
      boot: ({ run: place, instanceId, directory }) => {
        writeFileSync(join(place, "lima-ssh-ready"), `${instanceId}\n`);
        appendFileSync(
          join(directory, "serial.log"),
          "LIMA 2026-01-01T00:00:00+00:00| Executing /mnt/lima-cidata/x.sh\n",
        );
      },
    });
    const status = await run.until(({ running }) => running === true);
    expect(status.degraded).toBe(true);
    expect(status.errors?.[0]).toContain("phase 6 of 6, boot scripts: no progress for");
    expect(status.errors?.[0]).toContain("the script /mnt/lima-cidata/x.sh does not end");
    expect(status.errors?.[0]).toContain("qemu: last words");
    expect(run.log.some((line) => line.includes("Shutting down"))).toBe(false);
  });

  test("boot scripts that have given up are not waited for", async () => {
    await using run = await agent({
      boot: ({ run: place, instanceId }) => {
        writeFileSync(join(place, "lima-ssh-ready"), `${instanceId}\n`);
        writeFileSync(join(place, "lima-boot-errors"), "provision.data/00000000\n");
        writeFileSync(join(place, "lima-boot-aborted"), `${instanceId}\n`);
      },
    });
    const status = await run.until(({ running }) => running === true);
    expect(status.degraded).toBe(true);
    const errors = status.errors?.join("\n");
    expect(errors).toContain("failed to satisfy the final requirement 1 of 1 `boot scripts must have finished`");
    expect(errors).toContain("boot.sh has given up");
    expect(errors).toContain("boot script failed: provision.data/00000000");
  });

  test("a guest without network or sshd is told by its phase", async () => {
    await using run = await agent({ sshd: false, env: { LIMA_START_STALL_SECONDS: "3" } });
    const status = await run.until(({ running }) => running === true);
    expect(status.errors?.[0]).toContain("stuck in phase 3 of 6, network");
  });

  test("a driver that does not start: one exiting event with the reason, and nothing left", async () => {
    await using run = await agent({ startFailure: "no QEMU here" });
    expect(await run.outcome).toBe("no QEMU here");
    expect(run.events).toEqual([{ exiting: true, errors: ["no QEMU here"] }]);
    expect(existsSync(join(run.directory, "ha.pid"))).toBe(false);
  });

  test("a NIC that the machine does not have is not told to the guest, but to people", async () => {
    await using run = await agent({ startFailure: "enough", yaml: "networks: [{lima: user-v2}]\n" });
    await run.outcome;
    const media = readFileSync(join(run.directory, "cidata.iso"), "latin1");
    expect(media).toContain("set-name: eth0");
    expect(media).not.toContain("set-name: lima0");
    expect(run.log).toContain(
      "warning `networks[0]` is left out: the network `user-v2` of networks.yaml is not run yet",
    );
  });

  test("a socket of lima.yaml is a NIC of the machine, and the guest is told of it", async () => {
    const network = '{socket: /n.sock, macAddress: "52:55:55:01:02:03", interface: extra0, metric: 7}';
    await using run = await agent({ startFailure: "enough", yaml: `networks: [{lima: user-v2}, ${network}]\n` });
    await run.outcome;
    expect(run.started?.networks).toEqual([{ kind: "socket", socket: "/n.sock", macAddress: "52:55:55:01:02:03" }]);
    const media = readFileSync(join(run.directory, "cidata.iso"), "latin1");
    expect(media).toContain("set-name: extra0");
    expect(media).toContain("52:55:55:01:02:03");
  });

  test("an entry of another driver fails the start", async () => {
    await using run = await agent({ yaml: "networks: [{vzNAT: true}]\n" });
    expect(await run.outcome).toBe("invalid network spec: `networks[0]` has neither `lima` nor `socket`");
  });

  test("a machine that dies before its guest is ready fails the start, with QEMU's last words", async () => {
    await using run = await agent({ sshd: false });
    await run.until(({ sshLocalPort }) => sshLocalPort !== undefined);
    run.exit({ code: 1, signal: null });
    expect(await run.outcome).toContain("qemu: last words");
    expect(run.events.at(-1)).toEqual({
      exiting: true,
      errors: [expect.stringContaining("before the guest was ready")],
    });
  });

  test("a guest that shuts down ends the agent without an error", async () => {
    await using run = await agent({ boot: ready });
    await run.until(({ running }) => running === true);
    run.exit({ code: 0, signal: null });
    expect(await run.outcome).toBeUndefined();
    expect(run.events.at(-1)).toEqual({ exiting: true });
  });
});
