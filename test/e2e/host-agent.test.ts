import { afterAll, beforeAll, expect, test } from "bun:test";
import { spawn } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { QmpClient } from "../../src/vm/qemu/qmp.ts";
import { miniTemplate } from "../support/guests.ts";
import { World } from "../support/limactl.ts";

/** As long as a host that sleeps; shorter than in life, but longer than the guest agent's silence is borne. */
const suspendedMs = 60_000;

const port = 10_000 + 100 * Math.floor(Math.random() * 200);
const world = new World("ordinary");
const copied = join(world.home, "copies", "hostname");
const secret = join(world.home, "copies", "secret");
const agentSocket = join(world.root, "agent.sock");
const played = join(world.home, "played");
const agent = spawn("ssh-agent", ["-D", "-a", agentSocket], { stdio: "ignore", uid: world.uid, gid: world.uid });
let start = "";

const guest = (script: string) => world.ok(["shell", "--workdir=/", "m", "sh", "-ec", script]);
const lines = (name: string) => readFileSync(world.file("m", name), "utf8").trim().split("\n");
const log = () => lines("ha.stderr.log").map((line): string => JSON.parse(line).msg);
const statuses = () => lines("ha.stdout.log").map((line) => JSON.parse(line).status);
const record = async () => JSON.parse(await world.ok(["list", "--json", "m"]));

async function until<T>(what: string, look: () => T | Promise<T>, wanted: (value: T) => boolean): Promise<T> {
  const end = performance.now() + 90_000;
  for (;;) {
    const value = await look();
    if (wanted(value)) return value;
    if (performance.now() > end) throw new Error(`${what}: still ${JSON.stringify(value)}`);
    await Bun.sleep(100);
  }
}

const answer = () =>
  new Promise<string>((resolve) => {
    let said = "";
    const socket = connect({ host: "127.0.0.1", port });
    socket.on("data", (bytes) => {
      said += bytes;
    });
    socket.on("end", () => resolve(said));
    socket.on("error", () => resolve(""));
    setTimeout(() => socket.destroy(), 10_000).unref();
    socket.on("close", () => resolve(said));
  });

/** Everything that leads to the guest works, and it has not been started anew. */
async function isWhole(bootId: string): Promise<void> {
  expect(await guest("cat /proc/sys/kernel/random/boot_id")).toBe(bootId);
  await until("the forward", answer, (said) => said === "hello\n");
  await until("the status", record, ({ status, errors }) => status === "Running" && errors === undefined);
  expect(statuses().at(-1)?.degraded).toBeUndefined();
}

/** SSH_AGENTC_REQUEST_IDENTITIES is answered by SSH_AGENT_IDENTITIES_ANSWER, 12, and no key. */
const agentBytes = "00 00 00 05 0c 00 00 00 00";
const agentAnswer = async () => {
  // A client that closes its side before it has the answer, as none does, now and then loses it within OpenSSH.
  const ask =
    "(printf '\\0\\0\\0\\1\\13'; sleep 1) | socat -t 3 - UNIX-CONNECT:/run/host-services/ssh-auth.sock | od -An -tx1 || :";
  return (await guest(ask)).trim();
};

const bootIdNow = () => guest("cat /proc/sys/kernel/random/boot_id");
/** What the log says from now on. */
function newLines(): () => readonly string[] {
  const before = log().length;
  return () => log().slice(before);
}
const said = (look: () => readonly string[], text: string) =>
  until(`the log (${text})`, look, (found) => found.some((line) => line.includes(text)));

beforeAll(async () => {
  const playbook = world.write(
    "play.yml",
    `- hosts: lima
  gather_facts: false
  tasks:
    - raw: echo {{ lookup("env", "PARAM_word") }} >/tmp/played
    - raw: cat /etc/hostname
      register: name
    - local_action: copy content={{ name.stdout }} dest=${played}
`,
  );
  const extra = `video: {display: vnc, vnc: {display: "127.0.0.1:40,to=59"}}
ssh: {forwardAgent: true}
param: {word: fromlima}
copyToHost:
- {guest: /etc/hostname, host: ${copied}, deleteOnStop: true}
- {guest: /root/secret, host: ${secret}}
- {guest: /nowhere, host: ${copied}.absent, skipIfMissing: true}
provision:
- {mode: system, script: 'echo for root alone >/root/secret; chmod 600 /root/secret; chmod 700 /root'}
- {mode: ansible, playbook: ${playbook}}
portForwards:
- {guestPort: ${port}, hostPort: ${port}}
`;
  const run = await world.limactl(["start", "--tty=false", world.write("m.yaml", miniTemplate(extra))], {
    env: { SSH_AUTH_SOCK: agentSocket },
  });
  if (run.code !== 0) throw new Error(run.stderr);
  start = run.stderr;
  await guest(`setsid socat TCP-LISTEN:${port},fork,reuseaddr SYSTEM:'echo hello' </dev/null >/dev/null 2>&1 &`);
}, 300_000);

afterAll(async () => {
  agent.kill("SIGKILL");
  await world[Symbol.asyncDispose]();
});

test("files of the guest come to the host, and go when the instance stops", async () => {
  expect(readFileSync(copied, "utf8")).toBe(await guest("cat /etc/hostname"));
  expect(readFileSync(secret, "utf8")).toBe("for root alone\n");
  expect(statSync(secret).mode & 0o777).toBe(0o600);
  expect(existsSync(`${copied}.absent`)).toBeFalse();
  expect(log()).toContain("Skip missing /nowhere (no such file or directory)");
  expect(start).not.toContain("has no effect yet");
});

test("the host's ssh-agent answers in the guest, also after a shell without one has made the shared connection", async () => {
  expect(await agentAnswer()).toBe(agentBytes);
  await world.ok(["shell", "--reconnect", "m", "true"]);
  expect(await agentAnswer()).toBe(agentBytes);
});

test("the connection that leads to the ssh-agent is made again", async () => {
  const holders = () => world.processes().filter(({ argv }) => argv.at(-1) === "/bin/bash -s");
  expect(holders()).toHaveLength(1);
  for (const { pid } of holders()) process.kill(pid, "SIGKILL");
  await until("the ssh-agent", agentAnswer, (answer) => answer === agentBytes);
});

test("the screen of a guest can be watched by VNC, and its picture saved", async () => {
  const display = readFileSync(world.file("m", "vncdisplay"), "utf8");
  expect(display).toMatch(/^127\.0\.0\.1:(4\d|5\d)$/);
  for (const name of ["vncdisplay", "vncpassword"]) expect(statSync(world.file("m", name)).mode & 0o777).toBe(0o600);
  // RFB: the server asks for the password (security type 2)
  const greeting = await new Promise<Buffer>((resolve, reject) => {
    let got = Buffer.alloc(0);
    const socket = connect({ host: "127.0.0.1", port: 5900 + Number(display.split(":")[1]) });
    socket.on("error", reject);
    socket.on("data", (bytes) => {
      got = Buffer.concat([got, bytes]);
      if (got.length === 12) socket.write("RFB 003.008\n");
      if (got.length >= 14) resolve(got);
    });
    setTimeout(() => socket.destroy(), 60_000).unref();
  });
  expect([...greeting.subarray(12)]).toEqual([1, 2]);
  const run = await world.limactl(["screenshot", "m"]);
  expect(run.stderr).toMatch(/Screenshot saved to ..m-screenshot\.png.. \(\d+ bytes\)/);
  const png = readFileSync(join(world.home, "m-screenshot.png"));
  expect(png.subarray(1, 4).toString()).toBe("PNG");
  expect(png.readUInt32BE(16)).toBeGreaterThan(100);
  await world.ok(["screenshot", "-o", "s.BMP", "m"]);
  expect(readFileSync(join(world.home, "s.BMP")).toString("latin1", 0, 2)).toBe("BM");
  const refused = await world.limactl(["screenshot", "-o", "s.gif", "m"]);
  expect(refused.stderr).toContain("must be .png or .bmp");
});

test("Ansible playbooks of lima.yaml run on the host against the guest", async () => {
  expect(await guest("cat /tmp/played")).toBe("fromlima\n");
  expect(`${readFileSync(played, "utf8").trim()}\n`).toBe(await guest("cat /etc/hostname"));
  expect(readFileSync(world.file("m", "ansible-inventory.yaml"), "utf8")).toContain("ansible_host");
  expect(statSync(world.file("m", "ansible-inventory.yaml")).mode & 0o777).toBe(0o644);
});

test("a start's events: the port, the phases, and at the end that it runs", () => {
  const told = statuses();
  expect(Object.keys(told[0])).toEqual(["sshLocalPort"]);
  expect(told.flatMap(({ phase }) => phase?.name ?? [])).toContain("boot-scripts");
  expect(told.some(({ running, degraded }) => running === true && degraded === undefined)).toBeTrue();
});

test("a guest agent that is killed is there again", async () => {
  const bootId = await bootIdNow();
  const look = newLines();
  await guest("sudo sh -c 'kill -9 $(pidof lima-guestagent)'");
  await said(look, "guest agent events closed unexpectedly");
  await until("the guest agent", look, (found) => found.some((line) => line === "Guest agent is running"));
  await isWhole(bootId);
}, 240_000);

test("ssh connections that are cut are dialled again", async () => {
  const bootId = await bootIdNow();
  const look = newLines();
  await guest(
    `sudo setsid sh -c 'sleep 1; for p in $(pidof sshd); do grep -q "^PPid:.1$" /proc/$p/status || kill -9 $p; done' </dev/null >/dev/null 2>&1 &`,
  );
  await said(look, "The ssh connection to the guest was cut");
  await said(look, "The ssh connection to the guest is there again");
  await isWhole(bootId);
}, 240_000);

test("a guest whose sshd is killed is reached again", async () => {
  const bootId = await bootIdNow();
  const look = newLines();
  await guest("sudo setsid sh -c 'sleep 1; killall -9 sshd' </dev/null >/dev/null 2>&1 &");
  await said(look, "The ssh connection to the guest is there again");
  await isWhole(bootId);
}, 240_000);

test("a machine that was suspended goes on, and its clock is set", async () => {
  const bootId = await bootIdNow();
  const look = newLines();
  {
    using monitor = await QmpClient.connect(world.file("m", "qmp.sock"));
    await monitor.execute("stop");
  }
  await Bun.sleep(suspendedMs);
  {
    using monitor = await QmpClient.connect(world.file("m", "qmp.sock"));
    await monitor.execute("cont");
  }
  await said(look, "guest agent has said nothing for");
  await said(look, "Time sync: guest clock adjusted");
  await isWhole(bootId);
  expect(Math.abs(Number(await guest("date +%s")) - Date.now() / 1000)).toBeLessThan(15);
}, 300_000);

test("a host that slept sets the guest's clock at once", async () => {
  const hostAgent = Number(readFileSync(world.file("m", "ha.pid"), "utf8"));
  const look = newLines();
  process.kill(hostAgent, "SIGSTOP");
  await Bun.sleep(8000);
  process.kill(hostAgent, "SIGCONT");
  await said(look, "This host has slept for");
  expect((await record()).status).toBe("Running");
}, 120_000);

test("two stops at once both succeed and leave nothing behind", async () => {
  const both = await Promise.all([world.limactl(["stop", "m"]), world.limactl(["stop", "m"])]);
  for (const { code, stderr } of both) {
    expect(code).toBe(0);
    expect(stderr).not.toContain("is gone, but its virtual machine runs on");
  }
  expect(world.processes().filter(({ pid }) => pid !== agent.pid)).toEqual([]);
  expect(existsSync(copied)).toBeFalse();
  expect(existsSync(secret)).toBeTrue();
  for (const name of [
    "vncdisplay",
    "vncpassword",
    "ha.sock",
    "ha.pid",
    "qmp.sock",
    "qemu.pid",
    "ssh.sock",
    "state.json",
  ])
    expect([name, existsSync(world.file("m", name))]).toEqual([name, false]);
  expect(await answer()).toBe("");
  expect(statuses().at(-1)).toEqual({ exiting: true });
}, 240_000);
