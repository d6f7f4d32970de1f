import { afterAll, beforeAll, expect, test } from "bun:test";
import { chownSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { miniTemplate } from "../support/guests.ts";
import { World } from "../support/limactl.ts";

const rounds = 20;
const port = 10_000 + 100 * Math.floor(Math.random() * 200);
const world = new World("ordinary");
const shared = join(world.home, "shared");

const guest = (script: string) => world.ok(["shell", "--workdir=/", "m", "sh", "-ec", script]);
const pidIn = (name: string) => Number(readFileSync(world.file("m", name), "utf8"));
const orphaned = "qemu driver is running but host agent is not";
const newAgent = () => {
  try {
    return pidIn("ha.pid");
  } catch {
    return undefined;
  }
};
const record = async () => JSON.parse(await world.ok(["list", "--json", "m"]));

/** Asks the guest's server on a port of this host. @returns undefined when there is no answer */
function ask(hostPort: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    let said = "";
    const socket = connect({ host: "127.0.0.1", port: hostPort });
    socket.on("data", (bytes) => {
      said += bytes;
    });
    socket.on("end", () => resolve(said));
    socket.on("error", () => resolve(undefined));
  });
}

async function until<T>(look: () => T | Promise<T>, wanted: (value: T) => boolean): Promise<T> {
  const end = performance.now() + 60_000;
  for (;;) {
    const value = await look();
    if (wanted(value)) return value;
    if (performance.now() > end) throw new Error(`still ${JSON.stringify(value)}`);
    await Bun.sleep(50);
  }
}

beforeAll(async () => {
  mkdirSync(shared);
  chownSync(shared, world.uid, world.uid);
  const mounts = JSON.stringify([{ location: shared, mountPoint: "/mnt/shared", writable: true }]);
  const extra = `mountType: reverse-sshfs
portForwards:
- {guestPort: ${port}, hostPort: ${port}, static: true}
`;
  await world.ok(["start", "--tty=false", world.write("m.yaml", miniTemplate(extra, "", mounts))]);
  await guest(`
    setsid socat TCP-LISTEN:${port},fork,reuseaddr SYSTEM:'echo hello' </dev/null >/dev/null 2>&1 &
    setsid socat TCP-LISTEN:${port + 1},fork,reuseaddr SYSTEM:'echo hello' </dev/null >/dev/null 2>&1 &
    setsid sh -c 'while :; do date >/mnt/shared/beat 2>/dev/null; sleep 0.05; done' </dev/null >/dev/null 2>&1 &`);
}, 300_000);

afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

test(`a host agent that is killed under load, ${rounds} times, is replaced on the running machine`, async () => {
  const bootId = await guest("cat /proc/sys/kernel/random/boot_id");
  const qemu = pidIn("qemu.pid");
  const sshLocalPort = (await record()).sshLocalPort;
  let busy = true;
  const load = (async () => {
    while (busy) {
      await Promise.race([Promise.all([ask(port), ask(port + 1)]), Bun.sleep(1000)]);
      await Bun.sleep(5);
    }
  })();
  for (let kills = 0; kills < rounds; kills += 2) {
    const label = `after ${kills} kills`;
    // at any time, and then while the next one is taking over
    const old = pidIn("ha.pid");
    process.kill(old, "SIGKILL");
    await until(record, ({ status, errors }) => status === "Broken" && errors?.[0] === orphaned);
    const broken = world.start(["start", "--tty=false", "m"]);
    const young = await until(newAgent, (pid) => pid !== undefined && pid !== old);
    await Bun.sleep(Math.random() * 1000);
    process.kill(young ?? 0, "SIGKILL");
    await broken.finished;
    const run = await world.limactl(["start", "--tty=false", "m"]);
    expect({ label, code: run.code, stderr: run.stderr }).toEqual({
      label,
      code: 0,
      stderr: expect.stringContaining("READY."),
    });
    expect(run.stderr).toContain("Taking over the running virtual machine");
    expect({ label, said: await ask(port) }).toEqual({ label, said: "hello\n" });
    expect(
      await until(
        () => ask(port + 1),
        (said) => said !== undefined,
      ),
    ).toBe("hello\n");
    writeFileSync(join(shared, "round"), `${label}\n`);
    expect(await guest("cat /proc/sys/kernel/random/boot_id /mnt/shared/round")).toBe(`${bootId}${label}\n`);
    expect(pidIn("qemu.pid")).toBe(qemu);
    // a machine this busy may take longer than the three seconds that `list` waits for a host agent
    const running = await until(record, ({ status }) => status === "Running");
    expect(running.sshLocalPort).toBe(sshLocalPort);
  }
  busy = false;
  await load;
  const names = world.processes().map(({ argv }) => argv.join(" "));
  expect(names.filter((line) => line.includes("lima-mounted"))).toHaveLength(1);
  expect(names.filter((line) => line.includes("sftp-server"))).toHaveLength(1);
}, 900_000);

test("what is written in the meantime is not lost, and the machine ends with its new agent as with the old one", async () => {
  const beat = join(shared, "beat");
  writeFileSync(beat, "");
  // the guest's program empties it, too, a moment before it writes
  while (readFileSync(beat, "utf8") === "") await Bun.sleep(20);
  await world.ok(["stop", "m"]);
  expect(world.processes()).toEqual([]);
  expect((await record()).status).toBe("Stopped");
}, 300_000);
