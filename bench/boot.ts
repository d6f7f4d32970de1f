import { type ChildProcess, spawn } from "node:child_process";
import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { miniTemplate } from "../test/support/guests.ts";
import { World } from "../test/support/limactl.ts";
import { pairs, type Result, time } from "./measure.ts";

const count = 5;

/** How long a start takes, against the same QEMU command launched by hand and plain ssh asking for the same condition. */
export async function boot(): Promise<readonly Result[]> {
  await using world = new World();
  await world.ok(["start", "--tty=false", world.write("boot.yaml", miniTemplate())]);
  const argv = readFileSync(`/proc/${readFileSync(world.file("boot", "qemu.pid"), "utf8").trim()}/cmdline`, "utf8")
    .split("\0")
    .slice(0, -1);
  const record = JSON.parse(await world.ok(["list", "--json", "boot"]));
  const iso = join(world.root, "cidata.iso");
  copyFileSync(world.file("boot", "cidata.iso"), iso);
  const instanceId = (await world.ok(["shell", "boot", "cat", "/run/lima-boot-done"])).trim();
  await world.ok(["stop", "boot"]);
  const ssh = [
    ...["ssh", "-F", "/dev/null", "-i", join(world.limaHome, "_config", "user"), "-p", String(record.sshLocalPort)],
    ...[
      "-o",
      "StrictHostKeyChecking=no",
      "-o",
      "UserKnownHostsFile=/dev/null",
      "-o",
      "BatchMode=yes",
      "-o",
      "LogLevel=ERROR",
    ],
    ...["-o", "ConnectTimeout=2", `${record.config.user.name}@127.0.0.1`],
  ];
  const byHand = async () => {
    copyFileSync(iso, world.file("boot", "cidata.iso"));
    let qemu: ChildProcess | undefined;
    const taken = await time(async () => {
      qemu = spawn(argv[0] ?? "", argv.slice(1), { stdio: "ignore" });
      const condition = `test "$(cat /run/lima-boot-done 2>/dev/null)" = ${instanceId}`;
      while ((await run([...ssh, condition])) !== 0) await Bun.sleep(100);
    });
    const ended = new Promise((settle) => qemu?.once("exit", settle));
    await run([...ssh, "sudo poweroff"]);
    await ended;
    return taken;
  };
  const ours = async () => {
    const taken = await time(() => world.ok(["start", "--tty=false", "boot"]));
    await world.ok(["stop", "boot"]);
    return taken;
  };
  const results = await pairs(count, ours, byHand);
  return [
    {
      kind: "comparison",
      name: "start of the mini guest to READY",
      baseline: "the same QEMU by hand, ssh each 100 ms",
      budget: 1.05,
      ...results,
    },
  ];
}

async function run(command: readonly string[]): Promise<number> {
  return await Bun.spawn([...command], { stdin: "ignore", stdout: "ignore", stderr: "ignore" }).exited;
}
