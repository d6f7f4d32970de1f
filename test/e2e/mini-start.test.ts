import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { miniTemplate } from "../support/guests.ts";
import { World } from "../support/limactl.ts";

const limit = 300_000;
const script = (body: string) => `provision:\n- mode: system\n  script: |\n    #!/bin/sh\n    ${body}\n`;

/**
 * Starts a guest that cannot become ready, and returns what is said of it. The limit is far above the twelve seconds that an
 * emulated guest may need to its first word on a machine with much else to do, so that the phase named is where it hangs.
 */
async function failedStart(world: World, template: string): Promise<string> {
  const file = world.write("m.yaml", template);
  const run = await world.limactl(["start", "--tty=false", "--name=m", file], {
    env: { LIMA_START_STALL_SECONDS: "60" },
  });
  expect(run.code).toBe(1);
  return run.stderr;
}

describe("a start of the mini guest", () => {
  test(
    "ends with READY",
    async () => {
      await using world = new World("ordinary");
      const file = world.write("m.yaml", miniTemplate());
      const run = await world.limactl(["start", "--tty=false", file]);
      expect(run.stderr).toContain("READY. Run `limactl shell m` to open the shell.");
      expect(run.code).toBe(0);
      await world.ok(["stop", "m"]);
      expect(world.processes()).toEqual([]);
      await world.ok(["delete", "m"]);
      expect(existsSync(`${world.limaHome}/m`)).toBe(false);
    },
    limit,
  );

  // These guests are idle while they are waited for, hence beside each other.
  test.concurrent(
    "waits for a boot script that takes twenty seconds",
    async () => {
      await using world = new World();
      const file = world.write("m.yaml", miniTemplate(script("sleep 20; date +%s >/run/slept")));
      await world.ok(["start", "--tty=false", file]);
      const slept = Number(await world.ok(["shell", "m", "cat", "/run/slept"]));
      expect(slept).toBeGreaterThan(0);
      const events = (await Bun.file(world.file("m", "ha.stdout.log")).text()).trim().split("\n");
      const running = events.map((line) => JSON.parse(line)).find((event) => event.status.running === true);
      expect(Math.ceil(new Date(running.time).getTime() / 1000)).toBeGreaterThanOrEqual(slept - 2);
    },
    limit,
  );

  test.concurrent(
    "names the boot scripts when one of them never ends",
    async () => {
      await using world = new World();
      const said = await failedStart(world, miniTemplate(script("while :; do sleep 1; done")));
      expect(said).toMatch(/boot scripts/);
      expect(said).toContain("no progress");
      expect(world.processes().some(({ argv }) => argv[0]?.includes("qemu"))).toBe(true);
    },
    limit,
  );

  test.concurrent(
    "names the network of a guest that has none",
    async () => {
      await using world = new World();
      const said = await failedStart(world, miniTemplate("", "mini.nonet"));
      expect(said).toMatch(/network/);
      expect(said).toContain("no progress");
    },
    limit,
  );

  test.concurrent(
    "names sshd of a guest that does not run it",
    async () => {
      await using world = new World();
      const said = await failedStart(world, miniTemplate("", "mini.nosshd"));
      expect(said).toMatch(/sshd/);
      expect(said).toContain("no progress");
    },
    limit,
  );

  test.concurrent(
    "tells a kernel panic from the serial log",
    async () => {
      await using world = new World();
      const said = await failedStart(world, miniTemplate("", "mini.panic"));
      expect(said).toMatch(/kernel panic/i);
    },
    limit,
  );

  test(
    "reports a provisioning script that fails, and still ends with READY",
    async () => {
      await using world = new World();
      const file = world.write("m.yaml", miniTemplate(script("echo because of this >&2; exit 3")));
      const run = await world.limactl(["start", "--tty=false", file]);
      expect(run.code).toBe(0);
      expect(run.stderr).toContain("READY.");
      expect(run.stderr).toContain("because of this");
    },
    limit,
  );

  test(
    "by two programs at once starts one machine, and the other program says why it does not",
    async () => {
      await using world = new World();
      await world.ok(["create", "--tty=false", world.write("m.yaml", miniTemplate())]);
      const runs = await Promise.all([
        world.limactl(["start", "--tty=false", "m"]),
        world.limactl(["start", "--tty=false", "m"]),
      ]);
      expect(runs.map(({ code }) => code).sort()).toEqual([0, 1]);
      expect(runs.find(({ code }) => code === 1)?.stderr).toContain("instance `m` seems running");
      expect(world.processes().filter(({ argv }) => argv[0]?.includes("qemu-system"))).toHaveLength(1);
    },
    limit,
  );

  test(
    "tells of a host port that is taken before the machine runs",
    async () => {
      await using world = new World();
      const server = createServer().listen(0, "127.0.0.1");
      await new Promise((settle) => server.once("listening", settle));
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      try {
        const file = world.write("m.yaml", miniTemplate(`ssh:\n  localPort: ${port}\n`));
        const run = await world.limactl(["start", "--tty=false", file]);
        expect(run.code).toBe(1);
        expect(run.stderr).toContain(String(port));
        expect(world.processes()).toEqual([]);
      } finally {
        server.close();
      }
    },
    limit,
  );

  test(
    "interrupted by Ctrl-C leaves the instance whole and stopped, and dies by the signal",
    async () => {
      await using world = new World();
      const file = world.write("m.yaml", miniTemplate());
      const started = world.start(["start", "--tty=false", file]);
      while (!started.stderr().includes("SSH Local Port")) await Bun.sleep(20);
      started.kill("SIGINT");
      const run = await started.finished;
      expect(run.signal).toBe("SIGINT");
      expect(world.processes()).toEqual([]);
      expect(JSON.parse(await world.ok(["list", "--json", "m"])).status).toBe("Stopped");
      expect(readdirSync(`${world.limaHome}/m`).filter((name) => /\.(pid|sock|tmp)$/.test(name))).toEqual([]);
    },
    limit,
  );

  test(
    "with a digest that does not match tells both, and keeps nothing",
    async () => {
      await using world = new World();
      const image = `${world.root}/image.raw`;
      writeFileSync(image, "not the expected bytes");
      using server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response(Bun.file(image)) });
      const digest = `sha256:${"0".repeat(64)}`;
      const text = `images:\n- location: http://127.0.0.1:${server.port}/image.raw\n  arch: x86_64\n  digest: ${digest}\nmounts: []\ncontainerd: {system: false, user: false}\n`;
      const run = await world.limactl(["start", "--tty=false", world.write("d.yaml", text)]);
      expect(run.code).toBe(1);
      expect(run.stderr).toContain("0".repeat(64));
      expect(run.stderr).toContain(new Bun.CryptoHasher("sha256").update("not the expected bytes").digest("hex"));
      expect(
        readdirSync(`${world.limaHome}/d`).filter((name) => name.includes("disk") || name.includes("image")),
      ).toEqual([]);
    },
    limit,
  );
});
