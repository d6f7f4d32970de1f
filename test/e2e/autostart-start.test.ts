import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { miniTemplate } from "../support/guests.ts";
import { World } from "../support/limactl.ts";
import { createStopped, records } from "../support/records.ts";
import { UserManager } from "../support/user-manager.ts";

const limit = 300_000;
const unit = "lima-vm@m.service";

// Another mount namespace takes root.
describe.if(process.getuid?.() === 0)("an instance that systemd starts", () => {
  let world: World;
  let manager: UserManager;

  const said = async (args: readonly string[], reachable = true) => {
    const run = await manager.run([world.executable, ...args], reachable);
    return { code: run.code, stdout: run.stdout, records: records(run) };
  };
  const listed = async () => JSON.parse((await said(["list", "--json", "m"])).stdout);
  const active = async () => (await manager.systemctl("is-active", unit)).stdout.trim();

  beforeAll(async () => {
    world = new World();
    manager = await UserManager.start(world);
    await createStopped(world, "m", miniTemplate());
    expect((await said(["autostart", "enable", "m"])).code).toBe(0);
  }, limit);
  afterAll(async () => {
    await manager[Symbol.asyncDispose]();
    await world[Symbol.asyncDispose]();
  });

  test(
    "is started by systemd also when a person asks for it, which tells what it does as ever",
    async () => {
      const start = await said(["start", "--tty=false", "--progress", "m"]);
      expect(start).toMatchObject({ code: 0, stdout: "" });
      expect(start.records).toContainEqual(
        "warning: `--progress` has no effect, as the instance is started by systemd",
      );
      expect(start.records).toContainEqual("info: READY. Run `limactl shell m` to open the shell.");
      const instance = await listed();
      expect(instance).toMatchObject({ status: "Running", autoStartedIdentifier: unit });
      const { stdout } = await manager.systemctl("show", "--value", "--property=MainPID", unit);
      expect(stdout.trim()).toBe(String(instance.hostAgentPID));
    },
    limit,
  );

  test(
    "is stopped by systemd, and its guest shuts down in order",
    async () => {
      const stop = await said(["stop", "m"]);
      expect(stop).toMatchObject({ code: 0, stdout: "" });
      expect(stop.records.filter((line) => !line.includes("[hostagent]"))).toEqual([
        "info: Stopping the instance `m` started by systemd",
        "info: Waiting for the host agent and the driver processes to shut down",
        "info: Waiting for the instance to shut down",
        "info: The instance m has shut down",
      ]);
      expect(readFileSync(world.file("m", "serial.log"), "utf8")).toMatch(/reboot: Power down/);
      expect([await active(), (await listed()).status]).toEqual(["inactive", "Stopped"]);
    },
    limit,
  );

  test(
    "does not come back after a forced stop",
    async () => {
      expect((await said(["start", "--tty=false", "m"])).code).toBe(0);
      const stop = await said(["stop", "--force", "m"]);
      expect(stop.code).toBe(0);
      expect(stop.records.filter((line) => /^(error|fatal)/.test(line))).toEqual([]);
      expect(["inactive", "failed"]).toContain(await active());
      expect((await listed()).status).toBe("Stopped");
      expect(world.processes()).toEqual([]);
    },
    limit,
  );

  test("is not started when systemd cannot be asked", async () => {
    const start = await said(["start", "--tty=false", "m"], false);
    expect(start.code).toBe(1);
    expect(start.records.at(-1)).toStartWith(
      "fatal: failed to request start via autostart manager: failed to start the instance `m` via systemctl: exit status 1",
    );
    expect((await listed()).status).toBe("Stopped");
  });

  test(
    "is started in the foreground in spite of it, with a warning",
    async () => {
      const foreground = manager.run([world.executable, "start", "--foreground", "--tty=false", "m"]);
      while ((await listed()).status !== "Running") await Bun.sleep(500);
      expect((await listed()).autoStartedIdentifier).toBeUndefined();
      const stop = await said(["stop", "m"]);
      expect(stop.records.some((line) => line.startsWith("info: Sending SIGINT to hostagent process"))).toBe(true);
      const told = records(await foreground).filter((line) => line.startsWith("warning"));
      expect(told).toContainEqual(
        "warning: The instance is registered to start at login, but the --foreground option was given, so starting the instance directly",
      );
    },
    limit,
  );
});
