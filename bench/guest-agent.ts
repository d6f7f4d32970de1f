import { GuestListeners } from "../test/support/guest-listeners.ts";
import { miniTemplate } from "../test/support/guests.ts";
import { World } from "../test/support/limactl.ts";
import { median, type Result } from "./measure.ts";

/** In its first minutes an agent gets its code compiled. */
const settleSeconds = 180;
const seconds = 60;
const rounds = 9;

/** What the guest agent costs in an idle, emulated guest, and how soon the host knows of a listener. */
export async function guestAgent(): Promise<readonly Result[]> {
  await using world = new World();
  await world.ok(["start", "--tty=false", world.write("agent.yaml", miniTemplate())]);
  await Bun.sleep(settleSeconds * 1000);
  const before = await usage(world);
  await Bun.sleep(seconds * 1000);
  const after = await usage(world);
  using listeners = new GuestListeners(world, "agent");
  const opened: number[] = [];
  const closed: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const listener = { protocol: "tcp", ip: "127.0.0.1", port: 42_000 + round } as const;
    const openedMs = await listeners.open(listener);
    // Not always at the same moment between two looks.
    await Bun.sleep(Math.random() * 1000);
    const closedMs = await listeners.close(listener);
    // The first time the guest reads the program that listens from its disk, which is no time of the agent's.
    if (round === 0) continue;
    opened.push(openedMs);
    closed.push(closedMs);
    await Bun.sleep(Math.random() * 1000);
  }
  await world.ok(["stop", "agent"]);
  const share = ((after.cpuSeconds - before.cpuSeconds) / (after.uptime - before.uptime)) * 100;
  const figure = (name: string, value: number, unit: string, budget: number): Result => {
    return { kind: "figure", name, value, unit, budget };
  };
  return [
    figure("guest agent, resident in the guest", after.residentMiB, "MiB", 45),
    figure("guest agent idle, CPU of the emulated guest", share, "% of a core", 0.5),
    figure("event of an opened listener, median", median(opened), "ms", 1000),
    figure("event of an opened listener, longest", Math.max(...opened), "ms", 1000),
    figure("event of a closed listener, median", median(closed), "ms", 1000),
    figure("event of a closed listener, longest", Math.max(...closed), "ms", 1000),
  ];
}

const script = `
pid=$(pidof lima-guestagent)
sed 's/.*) //' /proc/$pid/stat
sed -n 's/^VmRSS://p' /proc/$pid/status
cat /proc/uptime`;

/** Times of the agent and of the guest's clock. */
async function usage(world: World) {
  const [stat = "", resident = "", uptime = ""] = (
    await world.ok(["shell", "agent", "sudo", "sh", "-c", script])
  ).split("\n");
  const fields = stat.split(" ");
  return {
    // The kernel counts in hundredths of a second.
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / 100,
    residentMiB: Number.parseInt(resident, 10) / 1024,
    uptime: Number.parseFloat(uptime),
  };
}
