import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { GuestListeners, portsTold } from "../support/guest-listeners.ts";
import { miniTemplate } from "../support/guests.ts";
import { World } from "../support/limactl.ts";

const minute = 60_000;
const port = 10_000 + 100 * Math.floor(Math.random() * 200);
const world = new World();
const shared = `${world.root}/shared`;

/** What a script of the guest says; empty while the guest is not to be reached. */
async function guest(script: string): Promise<string> {
  return (await world.limactl(["shell", "--workdir=/", "m", "sudo", "sh", "-c", script])).stdout.trim();
}

async function until<T>(what: string, look: () => Promise<T>, wanted: (value: T) => boolean): Promise<T> {
  const end = performance.now() + 3 * minute;
  for (;;) {
    const value = await look();
    if (wanted(value)) return value;
    if (performance.now() > end) throw new Error(`waited in vain for ${what}; the last look was ${value}`);
    await Bun.sleep(200);
  }
}

const bootId = () => guest("cat /proc/sys/kernel/random/boot_id");
const marker = (name: string) => guest(`cat /run/${name}`);
const told = async (type: string) =>
  (await portsTold(world, "m")).filter((event) => event.type === type && event.guestAddr === `127.0.0.1:${port}`);

let instanceId = "";

beforeAll(async () => {
  mkdirSync(shared);
  writeFileSync(`${shared}/hello`, "from the host\n");
  const extra = `mountType: reverse-sshfs
env: {GREETING: hello}
provision:
- mode: system
  script: date +%s.%N >>/root/provisioned
`;
  const mounts = `[{location: ${shared}, mountPoint: /mnt/shared, writable: true}]`;
  await world.ok(["start", "--tty=false", world.write("m.yaml", miniTemplate(extra, "", mounts))]);
  instanceId = await marker("lima-boot-done");
  await guest(`setsid socat TCP-LISTEN:${port},bind=127.0.0.1,fork SYSTEM:true </dev/null >/dev/null 2>&1 &`);
  await until(
    "the listener",
    () => told("forwarding"),
    (events) => events.length === 1,
  );
  const before = await bootId();
  await guest("reboot");
  await until("another boot", bootId, (id) => id !== "" && id !== before);
  await until(
    "the boot scripts",
    () => marker("lima-boot-done"),
    (text) => text !== "",
  );
}, 8 * minute);

afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

test("after a reboot within the guest the markers tell of the same start of the instance", async () => {
  expect(instanceId).toMatch(/^iid-\d+$/);
  const markers = ["lima-boot-done", "lima-ssh-ready", "lima-fuse-ready"];
  for (const name of markers) expect(await marker(name)).toBe(instanceId);
  expect(await guest("ls /run/lima-reboot-required 2>/dev/null; cat /run/lima-boot-errors")).toBe("");
  expect(await guest("wc -l </root/provisioned")).toBe("2");
  expect(await guest("grep -c GREETING= /etc/environment; grep -c host.lima.internal /etc/hosts")).toBe("1\n1");
});

test(
  "after a reboot within the guest the host's mounts are there again",
  async () => {
    await until(
      "the mount",
      () => guest("cat /mnt/shared/hello"),
      (text) => text === "from the host",
    );
    expect(await guest("grep -c ' /mnt/shared ' /proc/mounts")).toBe("1");
  },
  4 * minute,
);

test(
  "after a reboot within the guest its agent tells what listens now, and that what listened before is gone",
  async () => {
    await until(
      "the end of the listener",
      () => told("stopping"),
      (events) => events.length === 1,
    );
    using listeners = new GuestListeners(world, "m");
    await listeners.open({ protocol: "tcp", ip: "127.0.0.1", port: port + 1 });
    await listeners.close({ protocol: "tcp", ip: "127.0.0.1", port: port + 1 });
  },
  4 * minute,
);

test("after a reboot within the guest the instance is running, without a complaint", async () => {
  const { status, errors } = JSON.parse(await world.ok(["list", "--json", "m"]));
  expect(status).toBe("Running");
  expect(errors ?? []).toEqual([]);
});
