import { describe, expect, test } from "bun:test";
import type { DoctorFacts, InstanceState } from "../../src/commands/doctor/facts.ts";
import type { Finding } from "../../src/commands/doctor/finding.ts";
import { judgeHost } from "../../src/commands/doctor/host-plan.ts";
import { judgeInstances } from "../../src/commands/doctor/instances-plan.ts";
import { pageText } from "../../src/commands/doctor/page.ts";

const gib = 1024 ** 3;
const debian = "ID=debian\n";
const qemu = {
  path: "/usr/bin/qemu-system-x86_64",
  version: "8.2.2",
  accelHelp: "Accelerators supported:\ntcg\nkvm\n",
};
const healthy: DoctorFacts = {
  os: "linux",
  arch: "x86_64",
  osRelease: debian,
  limaHome: "/home/kim/.lima",
  homeProblem: undefined,
  homeFreeBytes: 100 * gib,
  memoryBytes: 16 * gib,
  availableMemoryBytes: 8 * gib,
  qemu: [{ arch: "x86_64", binary: { found: qemu }, firmware: "/usr/share/OVMF/OVMF_CODE.fd" }],
  qemuImg: "/usr/bin/qemu-img",
  acceleration: {
    override: undefined,
    kvm: { kind: "open" },
    cpuVirtualization: true,
    hypervisorFramework: false,
    armSme: false,
  },
  ssh: { found: { path: "/usr/bin/ssh", version: "OpenSSH 9.2" } },
  identity: true,
  rsync: "/usr/bin/rsync",
  sftpServer: "/usr/lib/sftp-server",
  instances: [],
  staleParts: [],
};
const instance: InstanceState = {
  name: "one",
  status: "Stopped",
  errors: [],
  loaded: true,
  memoryBytes: 4 * gib,
  socketPathBytes: 50,
  usesSshfs: false,
  ports: [],
  staleFiles: [],
  orphans: [],
};

/** The finding about a subject, with what it leaves out. */
const about = (subject: string, findings: readonly Finding[]) =>
  findings
    .filter((finding) => finding.subject === subject)
    .map(({ severity, text, remedy }) => [severity, text, remedy]);

test("a host that has everything has nothing but good news", () => {
  expect(judgeHost(healthy).map(({ severity, subject, text }) => `${severity} ${subject}: ${text}`)).toEqual([
    "ok QEMU: 8.2.2 (/usr/bin/qemu-system-x86_64)",
    "ok acceleration: kvm",
    "ok firmware: /usr/share/OVMF/OVMF_CODE.fd",
    "ok qemu-img: /usr/bin/qemu-img",
    "ok ssh: OpenSSH 9.2 (/usr/bin/ssh)",
    "ok rsync: /usr/bin/rsync",
    "ok sftp-server: /usr/lib/sftp-server",
    "ok disk: 100GiB free in /home/kim/.lima",
    "ok memory: 8GiB available of 16GiB",
  ]);
  expect(judgeInstances({ ...healthy, instances: [instance] })).toEqual([
    { severity: "ok", subject: "instances", text: "1 without problems" },
  ]);
});

describe("what is missing comes with its remedy", () => {
  const [first] = healthy.qemu;
  if (first === undefined) throw new Error("no QEMU");
  const slow = "running without hardware acceleration, much slower: ";
  const acceleration = (changes: Partial<DoctorFacts["acceleration"]>) => ({
    acceleration: { ...healthy.acceleration, ...changes },
  });
  const noQemu = (hint: string) => ({
    qemu: [{ ...first, binary: { problem: `QEMU is not installed: failed to find \`q\` in $PATH (hint: ${hint})` } }],
  });
  const table: readonly (readonly [string, Partial<DoctorFacts>, Finding["severity"], string, string])[] = [
    [
      "QEMU",
      noQemu("run `sudo apt-get install qemu-system-x86 qemu-utils ovmf`"),
      "blocking",
      "QEMU is not installed: failed to find `q` in $PATH",
      "run `sudo apt-get install qemu-system-x86 qemu-utils ovmf`",
    ],
    [
      "QEMU",
      { qemu: [{ ...first, binary: { found: { ...qemu, version: "3.1.0" } } }] },
      "blocking",
      "QEMU 3.1.0 (`/usr/bin/qemu-system-x86_64`) is too old, at least 4.0.0 is needed",
      "upgrade QEMU",
    ],
    [
      "QEMU",
      { qemu: [{ ...first, binary: { found: { ...qemu, version: "5.2.0" } } }] },
      "warning",
      "QEMU 5.2.0 (`/usr/bin/qemu-system-x86_64`) is old, 6.2.0 or later is recommended",
      "upgrade QEMU",
    ],
    [
      "acceleration",
      acceleration({ cpuVirtualization: false }),
      "warning",
      `${slow}the CPU flags show neither vmx nor svm`,
      "enable virtualization in the firmware of this machine, or nested virtualization where it is virtual itself",
    ],
    [
      "acceleration",
      { ...acceleration({ cpuVirtualization: false }), ...noQemu("x") },
      "warning",
      `${slow}the CPU flags show neither vmx nor svm`,
      "enable virtualization in the firmware of this machine, or nested virtualization where it is virtual itself",
    ],
    [
      "acceleration",
      acceleration({ kvm: { kind: "absent" } }),
      "warning",
      `${slow}/dev/kvm does not exist`,
      "load the kernel module kvm_intel or kvm_amd",
    ],
    [
      "acceleration",
      acceleration({ kvm: { kind: "denied", why: "permission denied" } }),
      "warning",
      `${slow}/dev/kvm cannot be opened: permission denied`,
      "add yourself to the group of /dev/kvm",
    ],
    [
      "acceleration",
      { ...acceleration({}), qemu: [{ ...first, binary: { found: { ...qemu, accelHelp: "tcg" } } }] },
      "blocking",
      "accelerator `kvm` is not supported by `/usr/bin/qemu-system-x86_64`",
      "install a QEMU that has it, or unset LIMA_QEMU_ACCEL",
    ],
    [
      "qemu-img",
      { qemuImg: undefined },
      "blocking",
      "failed to find `qemu-img` in $PATH",
      "run `sudo apt-get install qemu-utils`",
    ],
    [
      "firmware",
      { qemu: [{ ...first, firmware: undefined }] },
      "blocking",
      "there is no UEFI firmware for x86_64 guests",
      "run `sudo apt-get install ovmf`",
    ],
    [
      "firmware",
      { qemu: [{ ...first, firmware: undefined }], osRelease: 'ID=rocky\nID_LIKE="rhel centos fedora"\n' },
      "blocking",
      "there is no UEFI firmware for x86_64 guests",
      "run `sudo dnf install edk2-ovmf`",
    ],
    [
      "firmware aarch64",
      { qemu: [first, { arch: "aarch64", binary: { found: qemu }, firmware: undefined }] },
      "blocking",
      "there is no UEFI firmware for aarch64 guests",
      "run `sudo apt-get install qemu-efi-aarch64`",
    ],
    [
      "ssh",
      { ssh: { problem: 'exec: "ssh": executable file not found in $PATH (hint: x)' }, osRelease: "ID=alpine" },
      "blocking",
      'exec: "ssh": executable file not found in $PATH',
      "run `sudo apk add openssh-client`",
    ],
    [
      "ssh-keygen",
      { identity: false },
      "blocking",
      "there is no `ssh-keygen` in $PATH",
      "run `sudo apt-get install openssh-client`",
    ],
    [
      "rsync",
      { rsync: undefined, osRelease: "ID=manjaro\nID_LIKE=arch" },
      "warning",
      "there is no `rsync` in $PATH: `limactl copy` uses scp, and `limactl shell --sync` does not work",
      "run `sudo pacman -S rsync`",
    ],
    [
      "sftp-server",
      { sftpServer: undefined, instances: [{ ...instance, usesSshfs: true }] },
      "warning",
      "there is no OpenSSH `sftp-server`: reverse-sshfs mounts do not work (instances with such mounts: `one`)",
      "run `sudo apt-get install openssh-sftp-server`",
    ],
    [
      "sftp-server",
      { sftpServer: undefined, osRelease: "ID=odd" },
      "warning",
      "there is no OpenSSH `sftp-server`: reverse-sshfs mounts do not work",
      "install OpenSSH's server, or set `mountType`",
    ],
    [
      "LIMA_HOME",
      { homeProblem: "cannot write to /l: read-only" },
      "blocking",
      "cannot write to /l: read-only",
      "make it a directory that you may write to, or set LIMA_HOME",
    ],
    [
      "disk",
      { homeFreeBytes: gib / 2 },
      "blocking",
      "512MiB free in /home/kim/.lima",
      "make room; `limactl prune` empties the download cache",
    ],
    [
      "disk",
      { homeFreeBytes: 5 * gib },
      "warning",
      "5GiB free in /home/kim/.lima",
      "make room; `limactl prune` empties the download cache",
    ],
    [
      "memory",
      { availableMemoryBytes: gib },
      "warning",
      "1GiB available of 16GiB",
      "end other programs, or give instances less (`limactl edit --memory`)",
    ],
  ];
  test.each(table)("%s, %#", (subject, changes, severity, text, remedy) => {
    expect(about(subject, judgeHost({ ...healthy, ...changes }))).toEqual([[severity, text, remedy]]);
  });

  test("a small host is not asked for the memory it cannot have", () => {
    expect(about("memory", judgeHost({ ...healthy, memoryBytes: 2 * gib, availableMemoryBytes: gib }))[0]?.[0]).toBe(
      "ok",
    );
  });
});

describe("instances", () => {
  const judge = (changes: Partial<InstanceState>, facts: Partial<DoctorFacts> = {}) =>
    judgeInstances({ ...healthy, ...facts, instances: [{ ...instance, ...changes }] });
  const table: readonly (readonly [Partial<InstanceState>, Finding["severity"], string, string])[] = [
    [
      { loaded: false, status: "", errors: ["bad field"] },
      "blocking",
      "bad field",
      "run `limactl edit one` to mend its lima.yaml, or `limactl delete one`",
    ],
    [
      { status: "Broken", errors: ["e1", "e2"] },
      "warning",
      "is Broken: e1; e2",
      "run `limactl stop --force one`, then `limactl start one`",
    ],
    [
      { orphans: [7, 8], status: "Broken", errors: ["e"] },
      "warning",
      "its virtual machine runs without a host agent (pid 7, 8)",
      "run `limactl start one`, which takes it over, or `limactl stop one`",
    ],
    [
      { socketPathBytes: 108 },
      "blocking",
      "its socket paths have 108 characters, and must have less than 108",
      "run `limactl rename one` to a shorter name, or move LIMA_HOME",
    ],
    [
      { memoryBytes: 32 * gib },
      "warning",
      "wants 32GiB of memory, more than this host has (16GiB)",
      "run `limactl edit --memory` with less for `one`",
    ],
    [
      {
        ports: [{ field: "ssh.localPort", address: "127.0.0.1", port: 60022, taken: "another program listens on it" }],
      },
      "blocking",
      "cannot have port 60022 of 127.0.0.1 (ssh.localPort): another program listens on it",
      "end the program that listens there, or change the port (`limactl edit one`)",
    ],
    [
      { staleFiles: ["ha.pid", "ha.sock"] },
      "warning",
      "has files of a run that has ended: ha.pid, ha.sock",
      "run `limactl stop --force one`, which removes them; a start does, too",
    ],
  ];
  test.each(table)("%j", (changes, severity, text, remedy) => {
    expect(about("instance one", judge(changes))).toEqual([[severity, text, remedy]]);
  });

  test("two that want the same port are told, and one alone is not", () => {
    const ports = [{ field: "ssh.localPort", address: "127.0.0.1", port: 60022, taken: undefined }];
    const two = {
      ...healthy,
      instances: [
        { ...instance, ports },
        { ...instance, name: "two", ports },
      ],
    };
    expect(about("ports", judgeInstances(two))).toEqual([
      [
        "warning",
        "`one` and `two` want port 60022 of 127.0.0.1, so only one of them can run",
        "change it in one of them (`limactl edit two`)",
      ],
    ]);
    expect(about("ports", judge({ ports }))).toEqual([]);
  });

  test("a home that leaves no room for names, and parts of dead creations", () => {
    const limaHome = `/${"x".repeat(80)}`;
    expect(about("socket paths", judge({}, { limaHome }))[0]?.[0]).toBe("blocking");
    expect(about("socket paths", judge({}, { limaHome, os: "linux" }))[0]?.[2]).toBe("set LIMA_HOME to a shorter path");
    expect(about("stale files", judge({}, { staleParts: ["/l/.a.1.create.tmp"] }))[0]?.[2]).toBe(
      "run `rm -r /l/.a.1.create.tmp`",
    );
  });
});

test("the page has a line per finding, and remedies below", () => {
  const findings: readonly Finding[] = [
    { severity: "ok", subject: "QEMU", text: "fine" },
    { severity: "blocking", subject: "firmware", text: "none\nat all", remedy: "get it" },
  ];
  expect(pageText(findings, false)).toBe(
    "ok    QEMU      fine\nFAIL  firmware  none\n                at all\n                -> get it\n",
  );
  expect(pageText(findings.slice(0, 1), true)).toBe("\u001b[32mok  \u001b[0m  QEMU  fine\n");
});
