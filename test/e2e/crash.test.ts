import { describe, expect, test } from "bun:test";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { miniTemplate } from "../support/guests.ts";
import { type Started, World } from "../support/limactl.ts";
import { smallDirectory } from "../support/small-directory.ts";

const isRoot = process.getuid?.() === 0;

const limit = 1_200_000;

const pidIn = (world: World, name: string): number | undefined => {
  try {
    return Number(readFileSync(world.file("m", name), "utf8").trim());
  } catch {
    return undefined;
  }
};

const kill = (pid: number | undefined) => {
  try {
    if (pid !== undefined && pid > 0) process.kill(pid, "SIGKILL");
  } catch {
    // It has ended meanwhile.
  }
};

const machines = (world: World) => world.processes().filter(({ argv }) => argv[0]?.includes("qemu-system"));

/** Victims of a kill, by name. */
const victims: Readonly<Record<string, (world: World, start: Started) => void>> = {
  "the host agent": (world) => kill(pidIn(world, "ha.pid")),
  QEMU: (world) => kill(pidIn(world, "qemu.pid")),
  both: (world) => {
    kill(pidIn(world, "ha.pid"));
    kill(pidIn(world, "qemu.pid"));
  },
  "limactl start": (_world, start) => start.kill("SIGKILL"),
};

/** What is done after the kill; each must succeed. */
const verbs: readonly (readonly (readonly string[])[])[] = [
  [
    ["start", "--tty=false", "m"],
    ["stop", "m"],
  ],
  [["stop", "-f", "m"]],
  [["delete", "-f", "m"]],
  [
    ["start", "--tty=false", "m"],
    ["delete", "-f", "m"],
  ],
  [
    ["stop", "-f", "m"],
    ["start", "--tty=false", "m"],
    ["stop", "-f", "m"],
  ],
];

describe("after a kill at a random moment of a start", () => {
  test(
    "every verb works, and no machine is left",
    async () => {
      // Two instances side by side, each in a world of its own: a boot keeps one processor busy.
      await Promise.all([0, 1].map((lane) => killAndGoOn(Array.from({ length: 10 }, (_, n) => 2 * n + lane))));
    },
    limit,
  );

  async function killAndGoOn(rounds: readonly number[]): Promise<void> {
    await using world = new World();
    const template = world.write("m.yaml", miniTemplate());
    const names = Object.keys(victims);
    for (const round of rounds) {
      if (!existsSync(`${world.limaHome}/m`)) await world.ok(["create", "--tty=false", template]);
      const victim = names[round % names.length] ?? "";
      const moment = Math.round(Math.random() * 11_000);
      const label = `round ${round}: ${victim} killed after ${moment} ms`;
      const started = world.start(["start", "--tty=false", "m"]);
      await Promise.race([started.finished, Bun.sleep(moment)]);
      victims[victim]?.(world, started);
      await Promise.race([started.finished, Bun.sleep(100)]);
      const status = JSON.parse(await world.ok(["list", "--json", "m"])).status;
      expect({ label, status }).toEqual({ label, status: expect.stringMatching(/^(Running|Stopped|Broken)$/) });
      if (victim !== "limactl start") await started.finished;
      else started.kill("SIGKILL");
      for (const verb of verbs[round % verbs.length] ?? []) {
        const run = await settled(world, verb);
        if (run.code !== 0) throw new Error(`${label}: ${verb.join(" ")} ended with ${run.code}:\n${run.stderr}`);
      }
      expect({ label, machines: machines(world) }).toEqual({ label, machines: [] });
    }
  }

  /** A `start` whose own limactl was killed may still be under way: then the verb is refused with a reason, and repeated. */
  async function settled(world: World, verb: readonly string[]) {
    for (let attempt = 0; ; attempt += 1) {
      const run = await world.limactl(verb);
      const busy = /seems running|another limactl/.test(run.stderr);
      if (run.code === 0 || !busy || attempt >= 60) return run;
      await Bun.sleep(500);
    }
  }
});

describe("a recorded process number", () => {
  test(
    "that another process has got is never signalled, and the instance counts as stopped",
    async () => {
      await using world = new World();
      await world.ok(["create", "--tty=false", world.write("m.yaml", miniTemplate())]);
      const bystander = spawn("sleep", ["300"], { stdio: "ignore" });
      const pid = bystander.pid ?? 0;
      try {
        for (const verb of [
          ["stop", "-f", "m"],
          ["start", "--tty=false", "m"],
          ["delete", "-f", "m"],
        ]) {
          writeFileSync(world.file("m", "ha.pid"), `${pid}\n`);
          writeFileSync(world.file("m", "qemu.pid"), `${pid}\n`);
          const record = JSON.parse(await world.ok(["list", "--json", "m"]));
          expect(record.status).toBe("Stopped");
          writeFileSync(world.file("m", "ha.pid"), `${pid}\n`);
          writeFileSync(world.file("m", "qemu.pid"), `${pid}\n`);
          await world.ok(verb);
          expect(bystander.exitCode ?? bystander.signalCode).toBeNull();
          process.kill(pid, 0);
        }
        expect(machines(world)).toEqual([]);
      } finally {
        bystander.kill("SIGKILL");
      }
    },
    limit,
  );

  test(
    "from another boot of the machine is not believed",
    async () => {
      await using world = new World();
      await world.ok(["create", "--tty=false", world.write("m.yaml", miniTemplate())]);
      const bystander = spawn("sleep", ["300"], { stdio: "ignore" });
      const pid = bystander.pid ?? 0;
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
        const startTime = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
        const identity = { pid, startTime };
        const bootId = "00000000-0000-0000-0000-000000000000";
        writeFileSync(world.file("m", "state.json"), JSON.stringify({ bootId, hostAgent: identity, driver: identity }));
        writeFileSync(world.file("m", "ha.pid"), `${pid}\n`);
        writeFileSync(world.file("m", "qemu.pid"), `${pid}\n`);
        expect(JSON.parse(await world.ok(["list", "--json", "m"])).status).toBe("Stopped");
        await world.ok(["start", "--tty=false", "m"]);
        await world.ok(["stop", "m"]);
        process.kill(pid, 0);
      } finally {
        bystander.kill("SIGKILL");
      }
    },
    limit,
  );
});

/** Writes more than a small directory has room for, past the guest's cache, which may keep it for half a minute. */
const fillDisk = "dd if=/dev/zero of=big bs=1M count=150 oflag=direct";

// Root alone may mount a small directory.
describe.if(isRoot)("a guest whose disk has no room on the host", () => {
  test.concurrent(
    "is told of, and goes on when there is",
    () =>
      onFullDisk(async ({ world, env, writing, said, makeRoom }) => {
        expect(writing.stdout()).toBe("begun\n");
        makeRoom();
        await said("there is room for its disk");
        const errors = async () => JSON.parse(await world.ok(["list", "--json", "m"], { env })).errors ?? [];
        while ((await errors()).length > 0) await Bun.sleep(500);
        await writing.finished;
        const size = await world.ok(["shell", "m", "sh", "-c", "wc -c <big"], { env });
        expect(size.trim()).toBe(String(150 * 1024 * 1024));
        await world.ok(["stop", "m"], { env });
      }),
    limit,
  );

  test.concurrent(
    "does not keep `stop`, and starts again when there is",
    () =>
      onFullDisk(async ({ world, env, writing, makeRoom }) => {
        const stop = await world.limactl(["stop", "m"], { env });
        expect(stop.stderr).toContain("and its guest cannot shut down; forcibly killing QEMU");
        expect(stop.stderr).not.toContain("QEMU did not exit in");
        expect(stop.code).toBe(0);
        await writing.finished;
        makeRoom();
        await world.ok(["start", "--tty=false", "m"], { env });
        // A machine that somebody has stopped by its monitor sees the power button all the same.
        const monitor = join(env.LIMA_HOME, "m/qmp.sock");
        const words = '{"execute":"qmp_capabilities"}{"execute":"stop"}';
        expect(spawnSync("socat", ["-t2", "-", `UNIX-CONNECT:${monitor}`], { input: words }).status).toBe(0);
        expect((await world.limactl(["stop", "m"], { env })).stderr).not.toContain("forcibly");
      }),
    limit,
  );
});

interface FullDisk {
  readonly world: World;
  readonly env: { readonly LIMA_HOME: string };
  /** What fills the disk of the guest `m`. */
  readonly writing: Started;
  /** Resolves when the host agent has logged a text. */
  readonly said: (text: string) => Promise<void>;
  readonly makeRoom: () => void;
}

/** A guest whose disk is on a small directory of this host, from when that has no room left. */
async function onFullDisk(use: (given: FullDisk) => Promise<void>): Promise<void> {
  await using world = new World();
  using directory = smallDirectory(world, "250m");
  const env = { LIMA_HOME: join(directory.path, "l") };
  const log = join(env.LIMA_HOME, "m/ha.stderr.log");
  const said = async (text: string) => {
    while (!readFileSync(log, "utf8").includes(text)) await Bun.sleep(200);
  };
  const makeRoom = () => expect(spawnSync("mount", ["-o", "remount,size=1g", directory.path]).status).toBe(0);
  try {
    await world.ok(["start", "--tty=false", "--name=m", world.write("m.yaml", miniTemplate())], { env });
    const writing = world.start(["shell", "m", "sh", "-c", `echo begun; ${fillDisk}`], { env });
    await said("this host has no room for its disk");
    await use({ world, env, writing, said, makeRoom });
  } finally {
    for (const { pid } of world.processes()) kill(pid);
  }
}
