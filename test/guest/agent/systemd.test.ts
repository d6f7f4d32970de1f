import { expect, test } from "bun:test";
import { systemctlCalls, systemdUnit } from "../../../src/guest/agent/systemd-plan.ts";

const none = { debug: false, vsockPort: 0, virtioPort: "", socketOwner: 0 };

test.each([
  [
    { virtioPort: "io.lima-vm.guest_agent.0", socketOwner: 501 },
    " --virtio-port io.lima-vm.guest_agent.0 --socket-owner 501",
  ],
  [{ vsockPort: 2222 }, " --vsock-port 2222"],
  [{ socketOwner: 1000, debug: true }, " --socket-owner 1000 --debug"],
  [{ virtioPort: 'x"$HOME' }, ' --virtio-port "x\\"$$HOME"'],
])("%j become the daemon's arguments", (given, words) => {
  const unit = systemdUnit("/usr/local/bin/lima-guestagent", { ...none, ...given });
  expect(unit).toContain(`\nExecStart=/usr/local/bin/lima-guestagent daemon${words} --runtime-dir="%t/%N"\n`);
});

test("the unit restarts what fails, and is hard to kill for want of memory", () => {
  const unit = systemdUnit("/opt/a b%c/lima-guestagent", none);
  expect(unit).toContain('\nExecStart="/opt/a b%%c/lima-guestagent" daemon ');
  expect(unit).toContain("\nConditionFileIsExecutable=/opt/a b%%c/lima-guestagent\n");
  for (const line of [
    "Description=lima-guestagent",
    "Type=simple",
    "Restart=on-failure",
    "OOMPolicy=continue",
    "OOMScoreAdjust=-500",
    "WantedBy=multi-user.target",
  ])
    expect(unit).toContain(`\n${line}\n`);
});

const verbs = (unitChanged: boolean, programChanged: boolean) =>
  systemctlCalls(unitChanged, programChanged).map((words) => words.filter((word) => !word.includes(".")).join(" "));

test("what has changed is loaded and restarted; else the unit is only started", () => {
  expect(verbs(true, false)).toEqual(["daemon-reload", "--system enable", "try-restart", "start"]);
  expect(verbs(false, true)).toEqual(["--system enable", "try-restart", "start"]);
  expect(verbs(false, false)).toEqual(["start"]);
});
