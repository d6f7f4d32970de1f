import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { appendFileSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { QmpClient } from "../../src/vm/qemu/qmp.ts";
import { HostSide } from "../guest/agent/host-side.ts";
import { transportTable } from "../guest/agent/transport-table.ts";
import { GuestListeners, portsTold } from "../support/guest-listeners.ts";
import { miniTemplate } from "../support/guests.ts";
import { World } from "../support/limactl.ts";

/** Ports below those that systems give out by themselves. */
const base = 10_000 + 100 * Math.floor(Math.random() * 200);
const crowd = 31_000;
const minute = 60_000;

const world = new World();
const shared = `${world.root}/shared`;
const guest = async (script: string) => (await world.ok(["shell", "m", "sudo", "sh", "-c", script])).trim();
const agentPid = () => guest("pidof lima-guestagent || true");
const said = () => readFileSync(world.file("m", "ha.stderr.log"), "utf8");

async function until<T>(what: string, look: () => T | Promise<T>, wanted: (value: T) => boolean): Promise<T> {
  const end = performance.now() + 2 * minute;
  for (;;) {
    const value = await look();
    if (wanted(value)) return value;
    if (performance.now() > end) throw new Error(`waited in vain for ${what}; the last look was ${value}`);
    await Bun.sleep(100);
  }
}

/** How often a line was logged. */
const countOf = (text: string) => said().split(text).length - 1;

/** A listener is noticed and its end too, which shows that the agent works. @returns both latencies in milliseconds */
async function noticed(port: number, ip = "127.0.0.1", protocol: "tcp" | "udp" = "tcp") {
  using listeners = new GuestListeners(world, "m");
  const listener = { protocol, ip, port };
  return { opened: await listeners.open(listener), closed: await listeners.close(listener) };
}

beforeAll(async () => {
  mkdirSync(shared);
  writeFileSync(`${shared}/watched`, "before\n");
  const more = `mountType: reverse-sshfs\nmountInotify: true\nportForwards:\n- {guestPortRange: [${crowd}, ${crowd + 999}], guestIP: 0.0.0.0, ignore: true}\n`;
  const mounts = `[{location: ${shared}, mountPoint: /mnt/shared, writable: true}]`;
  await world.ok(["start", "--tty=false", world.write("m.yaml", miniTemplate(more, "", mounts))]);
}, 5 * minute);

afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

test(
  "a listener on any address, TCP or UDP, is told of when it opens and when it closes",
  async () => {
    using listeners = new GuestListeners(world, "m");
    const taken: string[] = [];
    let port = base;
    for (const protocol of ["tcp", "udp"] as const) {
      for (const ip of ["127.0.0.1", "0.0.0.0", "::1", "::"]) {
        port += 1;
        const listener = { protocol, ip, port };
        const [opened, closed] = [await listeners.open(listener), await listeners.close(listener)];
        taken.push(`${protocol} ${ip}: ${opened}/${closed}`);
      }
    }
    console.log(`event after open/close, ms: ${taken.join(", ")}`);
  },
  3 * minute,
);

/** Opens and closes listeners by the hundred, as a program of the guest. */
const crowdProgram = `
for (let first = 0; first < 1000; first += 200) {
  const all = [];
  for (let n = first; n < first + 200; n += 1) {
    all.push(Bun.listen({ hostname: "127.0.0.1", port: ${crowd} + n, socket: { data() {} } }));
  }
  await Bun.sleep(1500);
  for (const one of all) one.stop(true);
}`;

test(
  "a thousand listeners leave the agent's memory as it was",
  async () => {
    const resident = async () =>
      Number(await guest("sed -n 's/^VmRSS:[^0-9]*\\([0-9]*\\).*/\\1/p' /proc/$(pidof lima-guestagent)/status"));
    const program = world.write("crowd.ts", crowdProgram);
    await world.ok(["copy", program, "m:/tmp/crowd.ts"]);
    const run = () => guest("BUN_BE_BUN=1 /mnt/lima-cidata/lima-guestagent run /tmp/crowd.ts");
    // the first rounds bring the heap and the compiled code to their size
    for (let round = 0; round < 3; round += 1) await run();
    const before = await resident();
    await run();
    const told = async () =>
      (await portsTold(world, "m")).filter(({ guestAddr }) => Number(guestAddr.split(":").at(-1)) >= crowd).length;
    await until("all listeners", told, (count) => count >= 4000);
    const after = await resident();
    console.log(`the guest agent's resident memory: ${before} KiB before, ${after} KiB after`);
    expect(after - before).toBeLessThan(6 * 1024);
    expect(after).toBeLessThan(64 * 1024);
  },
  3 * minute,
);

test(
  "a watcher of the guest sees what the host changes in a mount",
  async () => {
    const program = `require("fs").watch("/mnt/shared", (_, name) => console.log("seen", name));`;
    const watcher = world.startProgram([
      ...[world.executable, "shell", "m", "sudo", "env", "BUN_BE_BUN=1"],
      ...["/mnt/lima-cidata/lima-guestagent", "-e", `${program} console.error("ready");`],
    ]);
    await until("the watcher", watcher.stderr, (text) => text.includes("ready"));
    await until(
      "the change",
      () => {
        appendFileSync(`${shared}/watched`, "more\n");
        return watcher.stdout();
      },
      (text) => text.includes("seen watched"),
    );
    writeFileSync(`${shared}/made`, "");
    await until("the new file", watcher.stdout, (text) => text.includes("seen made"));
    watcher.kill("SIGKILL");
    await guest("pkill -f 'require.\"fs' || true");
  },
  3 * minute,
);

test(
  "a guest agent that was killed is back by itself",
  async () => {
    const before = await agentPid();
    await guest("kill -9 $(pidof lima-guestagent)");
    await until("another agent", agentPid, (pid) => pid !== "" && pid !== before);
    await noticed(base + 20);
  },
  3 * minute,
);

test(
  "a machine that stood still has its ports and its time again",
  async () => {
    // Longer than the host waits for a silent guest.
    const seconds = 30;
    const pause = async (command: string) => {
      using qmp = await QmpClient.connect(world.file("m", "qmp.sock"));
      await qmp.execute(command);
    };
    const adjusted = countOf("guest clock adjusted");
    const closed = countOf("has said nothing");
    await pause("stop");
    await Bun.sleep(seconds * 1000);
    await pause("cont");
    expect(countOf("has said nothing")).toBeGreaterThan(closed);
    await noticed(base + 21);
    // The clock of an emulated machine may stand still or go on: it is put wrong by hand, too.
    await guest("date -s @1700000000 >/dev/null");
    await until(
      "the clock",
      () => countOf("guest clock adjusted"),
      (count) => count > adjusted,
    );
    const drift = Math.abs(Number(await guest("date +%s")) - Date.now() / 1000);
    expect(drift).toBeLessThan(30);
  },
  4 * minute,
);

test(
  "without its port the agent is reached over ssh, by a socket for the guest's user alone",
  async () => {
    const link = "/dev/virtio-ports/io.lima-vm.guest_agent.0";
    expect(await guest("ls /run/lima-guestagent.sock 2>/dev/null || echo none")).toBe("none");
    await guest(`mv ${link} /tmp/port; kill -9 $(pidof lima-guestagent)`);
    await until(
      "the way over ssh",
      () => countOf("it is reached over ssh"),
      (count) => count > 0,
    );
    const user = await world.ok(["shell", "m", "id", "-u"]);
    expect(await guest("stat -c '%a %u' /run/lima-guestagent.sock")).toBe(`600 ${user.trim()}`);
    expect(statSync(world.file("m", "ga.sock")).mode & 0o777).toBe(0o600);
    await noticed(base + 22);
    for (const [, check] of transportTable) await check(() => HostSide.dial(world.file("m", "ga.sock")));

    const pid = await agentPid();
    const socket = connect(world.file("m", "ga.sock"));
    socket.on("error", () => undefined);
    socket.write(Buffer.alloc(100_000, "nonsense"));
    await noticed(base + 23);
    socket.destroy();
    expect(await agentPid()).toBe(pid);

    await guest(`mv /tmp/port ${link}; kill -9 $(pidof lima-guestagent)`);
    await until(
      "the first channel",
      () => existsSync(world.file("m", "ga.sock")),
      (there) => !there,
    );
    await noticed(base + 24);
    await until(
      "the guest's socket to go",
      () => guest("ls /run/lima-guestagent.sock 2>/dev/null || echo none"),
      (text) => text === "none",
    );
  },
  5 * minute,
);

// The last one: it takes the place of the host agent.
describe("over virtio-serial", () => {
  beforeAll(async () => {
    process.kill(Number(readFileSync(world.file("m", "ha.pid"), "utf8")), "SIGKILL");
  });

  test.each(transportTable.map(([name, check]) => [name, check] as const))(
    "%s",
    async (_, check) => {
      await check(() => HostSide.dial(world.file("m", "ga-virtio.sock")));
    },
    minute,
  );

  test(
    "an agent that begins anew ends by itself what the host had with the one before",
    async () => {
      const host = await HostSide.dial(world.file("m", "ga-virtio.sock"));
      host.call(1, { call: "info" });
      await host.json("reply", 1);
      const killed = world.ok(["shell", "m", "sudo", "sh", "-c", "kill -9 $(pidof lima-guestagent)"]);
      await host.untilEnded();
      await killed;
      host.socket.destroy();
      const next = await HostSide.dial(world.file("m", "ga-virtio.sock"));
      next.call(1, { call: "info" });
      await next.json("reply", 1);
      next.socket.destroy();
    },
    2 * minute,
  );
});
