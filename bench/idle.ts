import { readFileSync } from "node:fs";
import { miniTemplate } from "../test/support/guests.ts";
import { World } from "../test/support/limactl.ts";
import type { Result } from "./measure.ts";

const seconds = 60;

/** Fifty ports that the host agent listens on. */
const forwards = "portForwards:\n- {guestPortRange: [21000, 21049], hostPortRange: [21000, 21049], static: true}\n";

/** What the host agent of a running, idle instance with fifty forwards costs over a minute. */
export async function idle(): Promise<readonly Result[]> {
  await using world = new World();
  await world.ok(["start", "--tty=false", world.write("idle.yaml", miniTemplate(forwards))]);
  const pid = Number(readFileSync(world.file("idle", "ha.pid"), "utf8"));
  await Bun.sleep(5000);
  const before = cpuSeconds(pid);
  await Bun.sleep(seconds * 1000);
  const share = ((cpuSeconds(pid) - before) / seconds) * 100;
  const resident = Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
  await world.ok(["stop", "idle"]);
  return [
    { kind: "figure", name: "idle host agent with 50 forwards, resident", value: resident, unit: "MiB", budget: 80 },
    { kind: "figure", name: "idle host agent with 50 forwards, CPU", value: share, unit: "% of a core", budget: 0.5 },
  ];
}

/** User and system time of a process; the kernel counts in hundredths of a second. */
function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
