import { afterEach, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Logger } from "../../../src/lib/log.ts";
import { processIdentity } from "../../../src/store/process.ts";
import type { StopStep } from "../../../src/vm/driver.ts";
import { qemuDriver } from "../../../src/vm/qemu/driver.ts";
import type { QemuPlan } from "../../../src/vm/qemu/plan.ts";
import { startQemu } from "../../../src/vm/qemu/start.ts";
import { durationText } from "../../../src/vm/qemu/stop.ts";

const quiet: Logger = { trace() {}, debug() {}, info() {}, warn() {}, error() {}, log() {} };
const directories: string[] = [];

/** A machine without a board: it runs, answers its monitor and ignores the power button. */
function emptyMachine(...extra: readonly string[]): QemuPlan & { readonly directory: string } {
  const directory = mkdtempSync(join(tmpdir(), "vm-"));
  directories.push(directory);
  const qmpSocket = join(directory, "qmp.sock");
  const pidFile = join(directory, "qemu.pid");
  return {
    directory,
    argv: [
      "qemu-system-x86_64",
      ...["-M", "none", "-nodefaults", "-display", "none"],
      ...["-qmp", `unix:${qmpSocket},server=on,wait=off`, "-pidfile", pidFile],
      ...extra,
    ],
    stale: [qmpSocket, join(directory, "serial.log")],
    serialLogs: [],
    descriptors: [],
    helpers: [],
    accelerator: "tcg",
    qmpSocket,
    pidFile,
    sharedDirectories: [join(directory, "shared")],
    warnings: [],
  };
}

const options = { env: process.env, log: quiet, ssh: { address: "127.0.0.1", port: 2222 } };

afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true });
});

describe("starting QEMU", () => {
  test("gives a machine whose monitor answers, in its own process group, and removes files of an earlier run", async () => {
    const plan = emptyMachine();
    writeFileSync(join(plan.directory, "serial.log"), "old");
    const machine = await startQemu(plan, options);
    expect(processIdentity(machine.pid)).toBeDefined();
    expect(Number(readFileSync(plan.pidFile, "utf8"))).toBe(machine.pid);
    expect(readFileSync(`/proc/${machine.pid}/stat`, "utf8").split(") ")[1]?.split(" ")[2]).toBe(String(machine.pid));
    expect(existsSync(join(plan.directory, "serial.log"))).toBeFalse();
    expect(existsSync(join(plan.directory, "shared"))).toBeTrue();
    await machine.kill();
    expect(await machine.exited).toEqual({ code: null, signal: "SIGKILL" });
    expect(processIdentity(machine.pid)).toBeUndefined();
    expect(existsSync(plan.qmpSocket)).toBeFalse();
    expect(existsSync(plan.pidFile)).toBeFalse();
  });

  test("hands QEMU a connected descriptor", async () => {
    const directory = mkdtempSync(join(tmpdir(), "vm-"));
    directories.push(directory);
    const socket = join(directory, "net.sock");
    const joined = Promise.withResolvers<void>();
    const left = Promise.withResolvers<void>();
    const network = Bun.listen({
      unix: socket,
      socket: { open: () => joined.resolve(), close: () => left.resolve(), data() {} },
    });
    const plan = { ...emptyMachine("-netdev", "socket,id=net0,fd=3"), descriptors: [{ fd: 3, socket }] };
    const machine = await startQemu(plan, options);
    await joined.promise;
    await machine.kill();
    await left.promise;
    network.stop(true);
  });

  test("a port in use is told with its number and the field to change", async () => {
    const server = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
    const plan = emptyMachine("-netdev", `user,id=net0,hostfwd=tcp:127.0.0.1:${server.port}-:22`);
    const failed = startQemu(plan, { ...options, ssh: { address: "127.0.0.1", port: server.port } });
    await expect(failed).rejects.toThrow(
      new RegExp(`^QEMU did not start, exit status 1: port ${server.port} of 127.0.0.1 is in use .*ssh.localPort`),
    );
    server.stop(true);
  });

  test("a broken disk image is told as such", async () => {
    const path = join(mkdtempSync(join(tmpdir(), "vm-")), "bad.qcow2");
    directories.push(join(path, ".."));
    writeFileSync(path, Buffer.concat([Buffer.from("QFI\xfb\0\0\0\x03", "latin1"), Buffer.alloc(600)]));
    const failed = startQemu(
      emptyMachine("-blockdev", `qcow2,node-name=a,file.driver=file,file.filename=${path}`),
      options,
    );
    await expect(failed).rejects.toThrow("QEMU did not start, exit status 1");
  });

  test("a wrong option is told in QEMU's own words", async () => {
    await expect(startQemu(emptyMachine("-no-such-option"), options)).rejects.toThrow("no-such-option: invalid option");
  });

  test("an abort before the monitor answers leaves no process", async () => {
    const plan = emptyMachine();
    await expect(startQemu(plan, { ...options, signal: AbortSignal.abort(new Error("enough")) })).rejects.toThrow(
      "enough",
    );
    expect(existsSync(plan.pidFile)).toBeFalse();
  });
});

describe("taking over a QEMU that runs without a host agent", () => {
  test("gives the same machine, with what it said before, and tells its end", async () => {
    const plan = emptyMachine();
    const { directory } = plan;
    const qemu = Bun.spawn([...plan.argv], { stdio: ["ignore", "ignore", "ignore"] });
    const instance = { name: "m", directory };
    while (!(await qemuDriver.answers(instance, AbortSignal.timeout(60_000)))) await Bun.sleep(10);
    const identity = processIdentity(qemu.pid);
    if (identity === undefined) throw new Error("it does not run");
    writeFileSync(join(directory, "qemu.log"), "said before\n");
    const machine = await qemuDriver.attach({ instance, process: identity, helpers: [], log: quiet });
    expect(machine.pid).toBe(qemu.pid);
    expect(machine.lastOutput()).toEqual(["said before"]);
    await machine.kill();
    // how a process ended that is no child cannot be known; this one left its pid file
    expect(await machine.exited).toEqual({ code: null, signal: "unknown (an earlier host agent started QEMU)" });
    expect(existsSync(plan.qmpSocket)).toBeFalse();
    expect(existsSync(plan.pidFile)).toBeFalse();
    expect(await qemuDriver.answers(instance, AbortSignal.timeout(60_000))).toBeFalse();
  });

  test("whose monitor does not answer is refused", async () => {
    const child = Bun.spawn(["sleep", "60"]);
    const identity = processIdentity(child.pid);
    if (identity === undefined) throw new Error("it does not run");
    const instance = { name: "m", directory: "/nonexistent" };
    await expect(qemuDriver.attach({ instance, process: identity, helpers: [], log: quiet })).rejects.toThrow(
      "failed to connect to QMP",
    );
    child.kill("SIGKILL");
  });
});

describe("stopping QEMU", () => {
  test("a guest that ignores the power button is killed after the limit, each step told", async () => {
    const machine = await startQemu(emptyMachine(), options);
    const steps: StopStep[] = [];
    await machine.powerOff({ timeoutMs: 200, onStep: (step) => steps.push(step) });
    expect(steps).toEqual([
      { level: "info", text: "Shutting down QEMU with the power button" },
      { level: "info", text: "Sending QMP system_powerdown command" },
      { level: "warning", text: "QEMU did not exit in 0.2s, forcibly killing QEMU" },
      { level: "info", text: "QEMU has exited" },
    ]);
    expect(await machine.exited).toEqual({ code: null, signal: "SIGKILL" });
  });

  test("an abort kills at once", async () => {
    const machine = await startQemu(emptyMachine(), options);
    const steps: string[] = [];
    await machine.powerOff({ signal: AbortSignal.timeout(100), onStep: ({ text }) => steps.push(text) });
    expect(steps).toContain("not waiting for the guest any longer, forcibly killing QEMU");
    expect(await machine.exited).toMatchObject({ signal: "SIGKILL" });
  });

  test("a QEMU that cannot be asked is killed", async () => {
    const plan = emptyMachine();
    const machine = await startQemu(plan, options);
    rmSync(plan.qmpSocket);
    const steps: string[] = [];
    await machine.powerOff({ onStep: ({ text }) => steps.push(text) });
    expect(steps.join("\n")).toContain("failed to connect to QMP");
    expect(await machine.exited).toMatchObject({ signal: "SIGKILL" });
  });

  test("a QEMU that ended by itself is not an error", async () => {
    const machine = await startQemu(emptyMachine(), options);
    process.kill(machine.pid, "SIGTERM");
    await machine.exited;
    const steps: string[] = [];
    await machine.powerOff({ onStep: ({ text }) => steps.push(text) });
    expect(steps).toEqual(["QEMU has exited"]);
  });

  for (const graceful of [true, false]) {
    test(`an orphan is ended ${graceful ? "by its power button, then" : "at once"} by force`, async () => {
      const plan = emptyMachine();
      const machine = await startQemu(plan, options);
      const identity = processIdentity(machine.pid);
      if (identity === undefined) throw new Error("QEMU is gone");
      const instance = { name: "x", directory: plan.directory };
      const steps: string[] = [];
      await qemuDriver.endOrphan({
        instance,
        process: identity,
        graceful,
        timeoutMs: 100,
        onStep: ({ text }) => steps.push(text),
      });
      expect(steps.length).toBe(graceful ? 4 : 1);
      expect(processIdentity(machine.pid)).toBeUndefined();
      expect(existsSync(plan.qmpSocket)).toBeFalse();
    });
  }

  test("an abort while an orphan shuts down leaves it to that", async () => {
    const plan = emptyMachine();
    const machine = await startQemu(plan, options);
    const identity = processIdentity(machine.pid);
    if (identity === undefined) throw new Error("QEMU is gone");
    const abort = new AbortController();
    const ending = qemuDriver.endOrphan({
      instance: { name: "x", directory: plan.directory },
      process: identity,
      graceful: true,
      signal: abort.signal,
      onStep: () => setTimeout(() => abort.abort(new Error("interrupted")), 50),
    });
    await expect(ending).rejects.toThrow("interrupted");
    expect(processIdentity(machine.pid)).toBeDefined();
    await machine.kill();
  });

  test("an orphan whose number another process has now is left alone", async () => {
    const directory = mkdtempSync(join(tmpdir(), "vm-"));
    directories.push(directory);
    const other = Bun.spawn(["sleep", "60"]);
    await qemuDriver.endOrphan({
      instance: { name: "x", directory },
      process: { pid: other.pid, startTime: "1" },
      graceful: false,
      onStep() {},
    });
    expect(processIdentity(other.pid)).toBeDefined();
    other.kill("SIGKILL");
    await other.exited;
  });
});

test("durations read as Go prints them", () => {
  expect([180_000, 10_000, 1500, 61_000].map(durationText)).toEqual(["3m0s", "10s", "1.5s", "1m1s"]);
});
