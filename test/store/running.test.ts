import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { lockDirectory, tryLock, tryLockDirectory } from "../../src/lib/flock.ts";
import { bootId, commandLine, processIdentity, signalProcess, waitForEnd } from "../../src/store/process.ts";
import { runningProcesses, strayDrivers } from "../../src/store/running.ts";
import { readState, writeState } from "../../src/store/state.ts";

let dir: string;
let child: ChildProcess;
const started = async (command: string, args: readonly string[]) => {
  const child = spawn(command, [...args], { stdio: "ignore" });
  await new Promise((settle) => child.once("spawn", settle));
  // Between fork and exec a process has no arguments yet, or its parent's.
  while (!commandLine(child.pid ?? 0).includes(args.at(-1) ?? "")) await Bun.sleep(1);
  return child;
};

beforeEach(async () => {
  dir = mkdtempSync("/tmp/ls.");
  child = await started("sleep", ["60"]);
});

afterEach(() => {
  child.kill("SIGKILL");
  rmSync(dir, { recursive: true });
});

const pid = () => child.pid ?? 0;
const record = (name: string, value: unknown) => writeFileSync(join(dir, name), `${value}\n`);

describe("the processes of an instance", () => {
  test("are none without pid files", () => {
    expect(runningProcesses(dir, "i", "qemu")).toEqual({});
  });

  test("are those that the state recorded", () => {
    const identity = processIdentity(pid());
    if (identity === undefined) throw new Error("the child is gone");
    record("qemu.pid", pid());
    writeState(dir, { bootId: bootId(), driver: identity });
    expect(runningProcesses(dir, "i", "qemu")).toEqual({ driver: identity });
  });

  test("are gone after a reboot, even when the number and the time are the same, and the pid file goes too", () => {
    const identity = processIdentity(pid());
    if (identity === undefined) throw new Error("the child is gone");
    record("qemu.pid", pid());
    writeState(dir, { bootId: "another", driver: identity });
    expect(runningProcesses(dir, "i", "qemu")).toEqual({});
    expect(existsSync(join(dir, "qemu.pid"))).toBe(false);
  });

  test("are not a process that got the number since", () => {
    record("ha.pid", pid());
    writeState(dir, { bootId: bootId(), hostAgent: { pid: pid(), startTime: "1" } });
    expect(runningProcesses(dir, "i", "qemu")).toEqual({});
  });

  test("without a state are judged by their command line", async () => {
    record("ha.pid", pid());
    expect(runningProcesses(dir, "i", "qemu")).toEqual({});
    const agent = await started(process.execPath, ["-e", "setTimeout(() => {}, 60_000)", "hostagent", "i"]);
    try {
      record("ha.pid", agent.pid);
      expect(runningProcesses(dir, "i", "qemu").hostAgent?.pid).toBe(agent.pid ?? 0);
      record("ha.pid", agent.pid);
      expect(runningProcesses(dir, "other", "qemu")).toEqual({});
    } finally {
      agent.kill("SIGKILL");
    }
  });

  test("are not to be told from a pid file without a number", () => {
    record("ha.pid", "rubbish");
    expect(() => runningProcesses(dir, "i", "qemu")).toThrow("holds no process id");
  });

  test("include a machine that nothing recorded", async () => {
    const machine = await started(process.execPath, [
      "-e",
      "setTimeout(() => {}, 60_000)",
      // or the rest would be options of bun itself
      "--",
      "-pidfile",
      join(dir, "qemu.pid"),
    ]);
    try {
      expect(strayDrivers(dir).map((each) => each.pid)).toEqual([machine.pid ?? 0]);
    } finally {
      machine.kill("SIGKILL");
    }
    expect(strayDrivers(`${dir}x`)).toEqual([]);
  });
});

describe("a signal", () => {
  test("reaches the process that is meant, and only that one", async () => {
    const identity = processIdentity(pid());
    if (identity === undefined) throw new Error("the child is gone");
    expect(signalProcess({ ...identity, startTime: "1" }, "SIGKILL")).toBe(false);
    expect(child.exitCode).toBeNull();
    expect(signalProcess(identity, "SIGKILL")).toBe(true);
    expect(await waitForEnd(identity, 5000)).toBe(true);
  });
});

describe("the recorded state", () => {
  test("comes back as it was written", () => {
    const state = { bootId: "b", hostAgent: { pid: 1, startTime: "2" } };
    writeState(dir, state);
    expect(readState(dir)).toEqual(state);
  });
  test.each(["", "{", "[]", "{}", '{"bootId":1}'])("is none when the file holds %p", (text) => {
    writeFileSync(join(dir, "state.json"), text);
    expect(readState(dir)).toBeUndefined();
  });
});

describe("a lock", () => {
  test("of a file is held once, and free again when it was released", () => {
    const path = join(dir, "lock");
    const first = tryLock(path);
    expect(tryLock(path)).toBeUndefined();
    first?.release();
    using held = tryLock(path);
    expect(held).toBeDefined();
    expect(tryLock(path)).toBeUndefined();
  });

  test("of a directory is held once, and goes to the one who waits for it", async () => {
    const first = tryLockDirectory(dir);
    expect(tryLockDirectory(dir)).toBe("taken");
    const second = lockDirectory(dir, { mode: 0o700 });
    if (typeof first !== "string") first.release();
    using held = await second;
    expect(held).toBeDefined();
    expect(tryLockDirectory(dir)).toBe("taken");
  });

  test("of a directory that is gone is none, and leaves nothing in its place", () => {
    const path = join(dir, "gone");
    expect(tryLockDirectory(path)).toBe("gone");
    expect(existsSync(path)).toBe(false);
  });

  test("of a directory that is not there yet makes it", async () => {
    const path = join(dir, "a", "b");
    using held = await lockDirectory(path, { mode: 0o700 });
    expect(held).toBeDefined();
    expect(statSync(path).mode & 0o777).toBe(0o700);
  });
});
