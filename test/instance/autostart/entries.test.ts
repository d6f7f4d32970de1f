import { describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { AutostartFacts } from "../../../src/instance/autostart/entry.ts";
import { bootDaemon, launchdEntry } from "../../../src/instance/autostart/launchd-plan.ts";
import { systemdEntry } from "../../../src/instance/autostart/systemd-plan.ts";
import { exec } from "../../../src/lib/exec.ts";

const facts: AutostartFacts = {
  limactl: ["/usr/local/bin/limactl"],
  home: "/home/kim",
  uid: 501,
  xdgConfigHome: undefined,
  limaHome: undefined,
  instance: { name: "my.vm-1", dir: "/home/kim/.lima/my.vm-1" },
};

describe("a unit of systemd", () => {
  test("starts the instance in the foreground", () => {
    expect(systemdEntry(facts)).toEqual({
      manager: "systemd",
      identifier: "lima-vm@my.vm-1.service",
      file: "/home/kim/.config/systemd/user/lima-vm@my.vm-1.service",
      content: `[Unit]
Description=Lima - Linux virtual machines, with a focus on running containers.
Documentation=man:lima(1)

[Service]
ExecStart=/usr/local/bin/limactl start %i --foreground
WorkingDirectory=%h
Type=simple
TimeoutSec=10
Restart=on-failure

[Install]
WantedBy=default.target
`,
      dropIns: [
        {
          file: "/home/kim/.config/systemd/user/lima-vm@my.vm-1.service.d/limactl.conf",
          content: "[Service]\nKillMode=mixed\nTimeoutStopSec=200\n",
        },
      ],
      enable: ["systemctl", "--user", "enable", "lima-vm@my.vm-1.service"],
      disable: ["systemctl", "--user", "disable", "lima-vm@my.vm-1.service"],
      start: [{ command: ["systemctl", "--user", "start", "lima-vm@my.vm-1.service"] }],
      stop: ["systemctl", "--user", "stop", "lima-vm@my.vm-1.service"],
    });
  });

  test("is where XDG_CONFIG_HOME says, unless that is relative", () => {
    expect(systemdEntry({ ...facts, xdgConfigHome: "/etc/xdg" }).file).toStartWith("/etc/xdg/systemd/user/");
    expect(systemdEntry({ ...facts, xdgConfigHome: "xdg" }).file).toStartWith("/home/kim/.config/systemd/user/");
  });

  test("tells a Lima home that is not the usual one, and quotes what systemd would read otherwise", () => {
    const odd = { ...facts, limactl: ["/opt/my tools/100%/$x/limactl"], limaHome: '/data/"vm" $s' };
    const { content, dropIns } = systemdEntry(odd);
    expect(dropIns[0]?.content).toContain('\nEnvironment="LIMA_HOME=/data/\\"vm\\" $s"\n');
    expect(content).toContain('\nExecStart="/opt/my tools/100%%/$$x/limactl" start %i --foreground\n');
  });

  test.each([
    ["usual", {}],
    ["with a Lima home", { limaHome: "/data/lima home" }],
  ])("passes systemd's own check: %s", async (_what, more) => {
    const directory = mkdtempSync(join(tmpdir(), "unit "));
    try {
      const program = join(directory, "lima ctl");
      writeFileSync(program, "#!/bin/sh\n", { mode: 0o755 });
      const entry = systemdEntry({ ...facts, ...more, limactl: [program] });
      const file = join(directory, basename(entry.file));
      writeFileSync(file, entry.content);
      mkdirSync(`${file}.d`);
      for (const dropIn of entry.dropIns) writeFileSync(join(`${file}.d`, basename(dropIn.file)), dropIn.content);
      const checked = await exec(["systemd-analyze", "--user", "--man=no", "verify", file], {
        env: { ...process.env, XDG_RUNTIME_DIR: directory, HOME: directory },
      });
      expect([checked.code, checked.stdout, checked.stderr]).toEqual([0, "", ""]);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });
});

const head = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
`;
const body = (label: string) => `	<key>Label</key>
	<string>${label}</string>
	<key>ProgramArguments</key>
	<array>
		<string>/usr/local/bin/limactl</string>
		<string>start</string>
		<string>my.vm-1</string>
		<string>--foreground</string>
	</array>
	<key>RunAtLoad</key>
	<true/>
	<key>StandardErrorPath</key>
	<string>launchd.stderr.log</string>
	<key>StandardOutPath</key>
	<string>launchd.stdout.log</string>
	<key>WorkingDirectory</key>
	<string>/home/kim/.lima/my.vm-1</string>
	<key>ProcessType</key>
	<string>Background</string>
	<key>ExitTimeOut</key>
	<integer>200</integer>
`;
const tail = "</dict>\n</plist>\n";

describe("a property list of launchd", () => {
  test("is a launch agent for the login", () => {
    const label = "io.lima-vm.autostart.my.vm-1";
    const target = `gui/501/${label}`;
    const file = `/home/kim/Library/LaunchAgents/${label}.plist`;
    expect(launchdEntry(facts)).toEqual({
      manager: "launchd",
      identifier: label,
      file,
      content: `${head}${body(label)}${tail}`,
      dropIns: [],
      enable: ["launchctl", "enable", target],
      disable: ["launchctl", "disable", target],
      start: [
        { command: ["launchctl", "bootout", target], mayFail: true },
        { command: ["launchctl", "enable", target] },
        { command: ["launchctl", "bootstrap", "gui/501", file] },
      ],
      stop: ["launchctl", "bootout", target],
    });
  });

  test("is a launch daemon, which root installs, for the boot", () => {
    const label = "io.lima-vm.daemon.my.vm-1";
    const file = `/Library/LaunchDaemons/${label}.plist`;
    const daemon = bootDaemon(facts, "kim");
    expect(daemon.file).toBe(file);
    expect(daemon.content).toBe(`${head}${body(label)}\t<key>UserName</key>\n\t<string>kim</string>\n${tail}`);
    expect(daemon.install("/tmp/x")).toEqual([
      { command: ["sudo", "launchctl", "bootout", `system/${label}`], mayFail: true },
      { command: ["sudo", "install", "-m", "644", "/tmp/x", file] },
      { command: ["sudo", "launchctl", "enable", `system/${label}`] },
      { command: ["sudo", "launchctl", "bootstrap", "system", file] },
    ]);
    expect(daemon.uninstall).toEqual([
      { command: ["sudo", "launchctl", "bootout", `system/${label}`], mayFail: true },
      { command: ["sudo", "launchctl", "disable", `system/${label}`], mayFail: true },
      { command: ["sudo", "rm", "-f", file] },
    ]);
  });

  test("tells a Lima home that is not the usual one, and escapes what XML would read otherwise", () => {
    expect(launchdEntry({ ...facts, limaHome: "/a & <b>" }).content).toContain(`	<key>EnvironmentVariables</key>
	<dict>
		<key>LIMA_HOME</key>
		<string>/a &amp; &lt;b&gt;</string>
	</dict>
`);
  });
});
