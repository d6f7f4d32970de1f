import { describe, expect, test } from "bun:test";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { guestShells, Sandbox } from "./sandbox.ts";

const module = "boot/Linux/30-install-packages.sh";

/** Nothing is asked for. */
const quiet = {
  MOUNTTYPE: "9p",
  MOUNTS: 0,
  CONTAINERD_SYSTEM: "",
  CONTAINERD_USER: "",
  UDP_DNS_LOCAL_PORT: 0,
  TCP_DNS_LOCAL_PORT: 0,
  SKIP_DEFAULT_DEPENDENCY_RESOLUTION: "",
};

/** Everything is asked for. */
const all = { ...quiet, MOUNTTYPE: "reverse-sshfs", MOUNTS: 1, CONTAINERD_USER: 1, UDP_DNS_LOCAL_PORT: 1053 };

/** Everything that a package manager could bring is there. */
function complete(guest: Sandbox): void {
  for (const name of ["rsync", "sshfs", "iptables", "newuidmap", "mount.fuse3", "fusermount3"]) guest.program(name);
}

const managers = ["dnf", "yum", "pacman", "zypper", "apk"];

for (const shell of guestShells) {
  describe(`${shell}:`, () => {
    test("a guest without a known package manager is left as it is", () => {
      using guest = new Sandbox(shell);
      expect(guest.run(module, all)).toEqual({ code: 0, output: "" });
    });

    test.each(managers)("%s is not called when nothing is missing", (manager) => {
      using guest = new Sandbox(shell);
      guest.program(manager);
      guest.file("/etc/os-release", "ID=fedora\nVERSION_ID=41\n");
      complete(guest);
      expect(guest.run(module, all)).toEqual({ code: 0, output: "" });
      expect(guest.calls()).toEqual([]);
    });

    test.each(managers)("%s brings rsync alone where nothing else is needed", (manager) => {
      using guest = new Sandbox(shell);
      guest.program(manager);
      guest.file("/etc/os-release", "ID=fedora\nVERSION_ID=41\n");
      expect(guest.run(module, quiet).code).toBe(0);
      const installs = guest.calls().filter((call) => / (install|add|-Sy) /.test(call));
      expect(installs).toHaveLength(1);
      expect(installs[0]).toEndWith(" rsync");
    });

    test.each([
      [
        "fedora",
        "ID=fedora\nVERSION_ID=41\n",
        "dnf",
        [
          "dnf -y --setopt=install_weak_deps=False install iptables shadow-utils fuse3 rsync",
          "dnf -y --setopt=install_weak_deps=False install fuse-sshfs",
        ],
      ],
      [
        "Enterprise Linux 8",
        'ID="rocky"\nID_LIKE="rhel centos fedora"\nVERSION_ID="8.10"\n',
        "dnf",
        [
          "dnf -y --setopt=install_weak_deps=False install iptables shadow-utils fuse3 rsync",
          "dnf -y --setopt=install_weak_deps=False --enablerepo powertools install fuse-sshfs",
        ],
      ],
      [
        "Enterprise Linux 9",
        'ID="almalinux"\nID_LIKE="rhel centos fedora"\nVERSION_ID="9.4"\n',
        "dnf",
        [
          "dnf -y --setopt=install_weak_deps=False install iptables shadow-utils fuse3 rsync",
          "dnf -y --setopt=install_weak_deps=False install epel-release",
          "dnf config-manager --disable epel*",
          "dnf -y --setopt=install_weak_deps=False --enablerepo epel install fuse-sshfs",
        ],
      ],
      [
        "Oracle Linux 8",
        'ID="ol"\nID_LIKE="fedora"\nVERSION_ID="8.10"\n',
        "dnf",
        [
          "dnf -y --setopt=install_weak_deps=False install iptables shadow-utils fuse3 rsync",
          "dnf -y --setopt=install_weak_deps=False --disablerepo=* --enablerepo=ol8_baseos_latest --enablerepo=ol8_codeready_builder install fuse-sshfs",
        ],
      ],
      [
        "Oracle Linux 9",
        'ID="ol"\nID_LIKE="fedora"\nVERSION_ID="9.4"\n',
        "dnf",
        [
          "dnf -y --setopt=install_weak_deps=False install iptables shadow-utils fuse3 rsync",
          "dnf -y --setopt=install_weak_deps=False install oracle-epel-release-el9",
          "dnf config-manager --disable ol9_developer_EPEL",
          "dnf -y --setopt=install_weak_deps=False --enablerepo ol9_developer_EPEL install fuse-sshfs",
        ],
      ],
      [
        "Enterprise Linux 7",
        "",
        "yum",
        [
          "yum install -y epel-release",
          "yum install -y iptables shadow-utils fuse3 rsync fuse-sshfs",
          "yum-config-manager --disable epel",
        ],
      ],
      ["Arch", "", "pacman", ["pacman -Sy --noconfirm sshfs rsync"]],
      ["openSUSE", "", "zypper", ["zypper --non-interactive install -y --no-recommends sshfs iptables fuse3 rsync"]],
      ["Alpine", "", "apk", ["apk update", "apk add sshfs iptables rsync"]],
    ])("%s gets what is missing", (_, release, manager, calls) => {
      using guest = new Sandbox(shell);
      guest.file("/etc/os-release", release);
      guest.program(manager);
      guest.program("yum-config-manager");
      expect(guest.run(module, all).output).toBe("");
      expect(guest.calls()).toEqual([...calls]);
    });

    test("apt-get installs without upgrading, and only when it is a program of its own", () => {
      using guest = new Sandbox(shell);
      guest.program("apt-get");
      guest.program("zypper");
      guest.run(module, quiet);
      expect(guest.calls()).toEqual(["zypper --non-interactive install -y --no-recommends rsync"]);
      // An ELF file that tells its arguments: BusyBox says which applet it does not have.
      copyFileSync(join(guest.root, "bin/busybox"), join(guest.root, "bin/apt-get"));
      const ran = guest.run(module, all);
      expect(ran.output).toContain("apt-get: applet not found");
      expect(guest.calls()).toEqual([]);
    });

    test("apt-get is called as the specification says", () => {
      using guest = new Sandbox(shell);
      guest.program("apt-get", 'echo "frontend $DEBIAN_FRONTEND" >>/calls');
      const need = { LIMA_NEED_SSHFS: 1, LIMA_NEED_IPTABLES: 1, LIMA_NEED_ROOTLESS: 1, LIMA_NEED_RSYNC: 1 };
      expect(guest.run("util/install_apt.sh", need).code).toBe(0);
      expect(guest.calls()).toEqual([
        "apt-get update",
        "frontend noninteractive",
        "apt-get install -y --no-upgrade --no-install-recommends -q sshfs iptables uidmap fuse3 dbus-user-session rsync",
        "frontend noninteractive",
      ]);
    });

    test("dnf gives fusermount its old name where containers run without root", () => {
      using guest = new Sandbox(shell);
      guest.file("/etc/os-release", "ID=fedora\nVERSION_ID=41\n");
      guest.program("dnf");
      guest.program("/usr/bin/fusermount3");
      guest.run(module, all);
      expect(guest.read("/usr/bin/fusermount")).toContain("#!/bin/sh");
    });

    test("dependencies of provisioning come first; all of them run, and one that fails stops the rest", () => {
      using guest = new Sandbox(shell);
      guest.program("apk");
      guest.file("/mnt/lima-cidata/provision.dependency/00000000", "#!/bin/sh\necho one >>/calls\nexit 3\n", 0o755);
      guest.file("/mnt/lima-cidata/provision.dependency/00000001", "#!/bin/sh\necho two >>/calls\n", 0o755);
      const ran = guest.run(module, quiet);
      expect(ran.code).toBe(1);
      expect(ran.output).toContain("WARNING: Failed to execute /mnt/lima-cidata/provision.dependency/00000000");
      expect(guest.calls()).toEqual(["one", "two"]);
      expect(guest.read("/run/lima-boot-errors")).toBe("provision.dependency/00000000\n");
    });

    test("a dependency may take the place of the stock packages", () => {
      using guest = new Sandbox(shell);
      guest.program("apk");
      guest.file("/mnt/lima-cidata/provision.dependency/00000000", "#!/bin/sh\necho one >>/calls\n", 0o755);
      expect(guest.run(module, { ...all, SKIP_DEFAULT_DEPENDENCY_RESOLUTION: 1 }).code).toBe(0);
      expect(guest.calls()).toEqual(["one"]);
    });
  });
}
