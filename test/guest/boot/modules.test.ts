import { describe, expect, test } from "bun:test";
import { guestShells, Sandbox } from "./sandbox.ts";

const linux = (name: string) => `boot/Linux/${name}.sh`;
const essential = (name: string) => `boot/essential.Linux/${name}.sh`;

for (const shell of guestShells) {
  describe(`${shell}:`, () => {
    test("00-check-rtc-and-wait-ntp sets the clock by the media once, and waits for the network's time", () => {
      using guest = new Sandbox(shell);
      guest.file("/mnt/lima-cidata/user-data", "");
      guest.program("systemctl", '[ "$1" != show ] || echo 0');
      guest.program(
        "timedatectl",
        'case $* in *NTPSynchronized*) [ -e /waited ] && echo yes || echo no ;; *) echo "the time" ;; esac',
      );
      guest.program("sleep", ": >/waited");
      guest.program("date");
      guest.program("stat", "echo 1767225600");
      const ran = guest.run(linux("00-check-rtc-and-wait-ntp"));
      expect(ran).toMatchObject({ code: 0 });
      expect(ran.output).toContain("the time");
      const calls = guest.calls();
      const first = calls.indexOf("systemctl stop systemd-timesyncd");
      expect(calls.slice(first).filter((call) => /^(systemctl st|date)/.test(call))).toEqual([
        "systemctl stop systemd-timesyncd",
        "date -u -s @1767225600",
        "systemctl start systemd-timesyncd",
      ]);
    });

    test("00-check-rtc-and-wait-ntp gives up after sixty tries", () => {
      using guest = new Sandbox(shell);
      guest.file("/mnt/lima-cidata/user-data", "");
      for (const name of ["systemctl", "timedatectl", "date", "stat"])
        guest.program(name, '[ "$1" != show ] || echo 0');
      guest.program("sleep");
      expect(guest.run(linux("00-check-rtc-and-wait-ntp")).code).toBe(1);
      expect(guest.calls().filter((call) => call === "sleep 1")).toHaveLength(60);
    });

    test("00-check-rtc-and-wait-ntp leaves a guest without systemd alone", () => {
      using guest = new Sandbox(shell);
      expect(guest.run(linux("00-check-rtc-and-wait-ntp"))).toEqual({ code: 0, output: "" });
    });

    test("00-modprobe asks for every module, and does not mind those that are missing", () => {
      using guest = new Sandbox(shell);
      guest.program("modprobe", "exit 1");
      expect(guest.run(linux("00-modprobe"))).toEqual({ code: 0, output: "" });
      const [call = ""] = guest.calls();
      expect(call.split(" ").slice(2)).toEqual(
        "fuse tun tap bridge veth ip_tables ip6_tables iptable_nat ip6table_nat iptable_filter ip6table_filter nf_tables x_tables xt_MASQUERADE xt_addrtype xt_comment xt_conntrack xt_mark xt_multiport xt_nat xt_tcpudp overlay".split(
          " ",
        ),
      );
    });

    test.each([
      ["asks for a reboot", 100, 1, "Reboot is required to fully utilize these updates.", true],
      ["needs none", 0, 0, "Reboot should not be necessary.", false],
      ["cannot tell", 0, 1, "something else", false],
      ["cannot look for updates", 1, 1, "Reboot is required to fully utilize these updates.", false],
    ])("00-reboot-if-required where dnf %s", (_, update, restart, said, reboots) => {
      using guest = new Sandbox(shell);
      guest.program("systemctl");
      guest.program(
        "dnf",
        `case $* in check-update) exit ${update} ;; *--help) ;; "needs-restarting -r") echo "${said}"; exit ${restart} ;; esac`,
      );
      expect(guest.run(linux("00-reboot-if-required"), { UPGRADE_PACKAGES: "" }).code).toBe(0);
      expect(guest.calls()).toEqual([]);
      expect(guest.run(linux("00-reboot-if-required"), { UPGRADE_PACKAGES: 1 }).code).toBe(0);
      expect(guest.exists("/run/lima-reboot-required")).toBe(reboots);
      expect(guest.calls().includes("systemctl reboot")).toBe(reboots);
    });

    test("00-systemd-user-group lets a user with a system's uid read its journal", () => {
      using guest = new Sandbox(shell);
      guest.program("usermod");
      guest.run(linux("00-systemd-user-group"), { UID: 501 });
      expect(guest.calls()).toEqual([]);
      guest.file("/etc/group", "systemd-journal:x:9:\n");
      guest.run(linux("00-systemd-user-group"), { UID: 1000 });
      expect(guest.calls()).toEqual([]);
      guest.run(linux("00-systemd-user-group"), { UID: 501 });
      expect(guest.calls()).toEqual(["usermod -a -G systemd-journal kim"]);
    });

    test("the modules for Alpine leave other guests alone", () => {
      using guest = new Sandbox(shell);
      for (const name of ["00-alpine-user-group", "01-alpine-ash-as-bash", "10-alpine-prep"])
        expect(guest.run(essential(name))).toEqual({ code: 0, output: "" });
      for (const name of ["04-persistent-data-volume", "10-alpine-cgroups"])
        expect(guest.run(linux(name))).toEqual({ code: 0, output: "" });
      expect(guest.calls()).toEqual([]);
    });

    test("00-alpine-user-group makes room for our user with a reboot", () => {
      using guest = new Sandbox(shell);
      guest.file("/etc/alpine-release", "3.20.0\n");
      guest.file("/etc/passwd", "alpine:x:1000:1000::/home/alpine:/bin/sh\n");
      guest.file("/home/alpine/file", "");
      for (const name of ["deluser", "cloud-init", "reboot"]) guest.program(name);
      guest.run(essential("00-alpine-user-group"), { USER: "alpine" });
      expect(guest.calls()).toEqual([]);
      expect(guest.read("/etc/sudoers.d/00-root-user")).toContain("root ALL=(ALL) NOPASSWD:ALL");
      expect(guest.run(essential("00-alpine-user-group")).code).toBe(0);
      expect(guest.calls()).toEqual(["deluser alpine", "cloud-init clean --logs", "reboot"]);
      expect(guest.exists("/home/alpine")).toBe(false);
      expect(guest.exists("/run/lima-reboot-required")).toBe(true);
    });

    test.each([
      ["3.20.3", "v3.20"],
      ["3.21.0_alpha20240807", "edge"],
      ["3.22_beta1", "edge"],
      ["edge", "edge"],
    ])("10-alpine-prep of version %s takes packages from %s", (version, branch) => {
      using guest = new Sandbox(shell);
      guest.file("/etc/alpine-release", version);
      guest.file("/etc/os-release", `ID=alpine\nVERSION_ID=${version}\n`);
      guest.file("/etc/apk/repositories", "");
      guest.file("/etc/shadow", "kim:!:1::::::\nother:!:1::::::\n");
      guest.file("/etc/ssh/sshd_config", "AllowTcpForwarding no\n#UsePAM no\n");
      guest.file("/etc/init.d/acpid", "");
      for (const name of ["rc-service", "rc-update"]) guest.program(name);
      for (let time = 0; time < 2; time += 1) expect(guest.run(essential("10-alpine-prep"))).toMatchObject({ code: 0 });
      const base = `https://dl-cdn.alpinelinux.org/alpine/${branch}`;
      expect(guest.read("/etc/apk/repositories")).toBe(`${base}/main\n${base}/community\n`);
      expect(guest.read("/etc/shadow")).toBe("kim:*:1::::::\nother:!:1::::::\n");
      expect(guest.read("/etc/ssh/sshd_config")).toBe("AllowTcpForwarding yes\nUsePAM yes\n");
      const calls = guest.calls();
      expect(calls.filter((call) => call === "rc-service --ifstarted sshd reload")).toHaveLength(1);
      expect(calls).toContain("rc-update add acpid default");
      expect(calls).toContain("rc-service acpid start");
    });

    test("05-guest-home links the other of the two names, and only where that is missing", () => {
      using guest = new Sandbox(shell);
      guest.run(linux("05-guest-home"));
      guest.run(linux("05-guest-home"));
      expect(guest.run("boot/Linux/05-guest-home.sh").code).toBe(0);
      expect(guest.exists("/home/kim.linux")).toBe(true);
      expect(guest.exists("/home/kim.guest/kim.guest")).toBe(false);
    });

    test("06-etc-hosts names the host once, at its address of now", () => {
      using guest = new Sandbox(shell);
      guest.file("/etc/hosts", "127.0.0.1 localhost\n10.0.0.1\thost.lima.internal\n::1 ip6\n");
      for (const SLIRP_GATEWAY of ["192.168.5.2", "192.168.104.2"])
        expect(guest.run(linux("06-etc-hosts"), { SLIRP_GATEWAY }).code).toBe(0);
      expect(guest.read("/etc/hosts")).toBe("127.0.0.1 localhost\n::1 ip6\n192.168.104.2\thost.lima.internal\n");
    });

    test("06-enable-mdns-on-systemd restarts resolved when its drop-in is new, and asks for each link at every boot", () => {
      using guest = new Sandbox(shell);
      guest.program("systemctl");
      guest.program("resolvectl");
      guest.file("/sys/class/net/lo/type", "772\n");
      guest.file("/sys/class/net/eth0/type", "1\n");
      guest.run(linux("06-enable-mdns-on-systemd"));
      expect(guest.calls()).toContain("systemctl restart systemd-resolved");
      expect(guest.read("/etc/systemd/resolved.conf.d/00-lima-enable-mdns.conf")).toBe("[Resolve]\nMulticastDNS=yes\n");
      guest.run(linux("06-enable-mdns-on-systemd"));
      expect(guest.calls()).toEqual(["systemctl cat systemd-resolved.service", "resolvectl mdns eth0 yes"]);
    });

    test("07-etc-environment replaces its block and ends earlier sessions only when something has changed", () => {
      using guest = new Sandbox(shell);
      guest.program("loginctl", "exit 1");
      guest.file("/etc/environment", "A=1\n#LIMA-START\nOLD=1\n#LIMA-END\nB=2\n");
      guest.file("/mnt/lima-cidata/etc_environment", "#LIMA-START\nNEW=$x\n#LIMA-END\n");
      expect(guest.run(linux("07-etc-environment")).code).toBe(0);
      expect(guest.read("/etc/environment")).toBe("A=1\nB=2\n#LIMA-START\nNEW=$x\n#LIMA-END\n");
      expect(guest.calls()).toEqual(["loginctl terminate-user kim"]);
      guest.run(linux("07-etc-environment"), { IID: "iid-2" });
      expect(guest.calls()).toEqual([]);
      expect(guest.read("/run/lima-ssh-ready")).toBe("iid-2\n");
    });

    test("07-etc-environment has sshd take COLORTERM over before the host makes its shared connection", () => {
      using guest = new Sandbox(shell);
      guest.file("/mnt/lima-cidata/etc_environment", "");
      guest.file("/etc/ssh/sshd_config.d/other", "");
      guest.program("systemctl", "[ ! -e /run/lima-ssh-ready ]");
      guest.run(linux("07-etc-environment"));
      expect(guest.calls()).toEqual(["systemctl -q is-active ssh", "systemctl reload ssh"]);
      expect(guest.read("/etc/ssh/sshd_config.d/10-acceptenv-colorterm.conf")).toBe("AcceptEnv COLORTERM\n");
    });

    test("08-shell-prompt colours Ubuntu's prompt of the instance named default, once", () => {
      using guest = new Sandbox(shell);
      const file = "/home/kim.guest/.bashrc";
      guest.file(file, "color_prompt=yes\n");
      guest.run(linux("08-shell-prompt"), { NAME: "other" });
      expect(guest.read(file)).toBe("color_prompt=yes\n");
      for (let time = 0; time < 2; time += 1)
        expect(guest.run(linux("08-shell-prompt"), { NAME: "default" }).code).toBe(0);
      expect(guest.read(file).match(/^# Lima PS1/gm)).toHaveLength(1);
    });

    const dns = { SLIRP_DNS: "192.168.5.3", SLIRP_GATEWAY: "192.168.5.2" };

    test("09-host-dns-setup redirects port 53 to the ports of the host agent, and makes its chain once", () => {
      using guest = new Sandbox(shell);
      guest.program("iptables", "case $* in *-L*|*-C*) [ -e /made ] ;; *-N*) : >/made ;; esac");
      const ports = { UDP_DNS_LOCAL_PORT: 1053, TCP_DNS_LOCAL_PORT: 2053, ...dns };
      expect(guest.run(linux("09-host-dns-setup"), ports).code).toBe(0);
      const rules = (protocol: string, port: number) =>
        `iptables -w -t nat -A LIMADNS -d 192.168.5.3 -p ${protocol} --dport 53 -j DNAT --to-destination 192.168.5.2:${port}`;
      expect(guest.calls().slice(-3)).toEqual([
        "iptables -w -t nat -F LIMADNS",
        rules("udp", 1053),
        rules("tcp", 2053),
      ]);
      guest.run(linux("09-host-dns-setup"), { ...ports, TCP_DNS_LOCAL_PORT: 0 });
      expect(guest.calls().filter((call) => / -[NIFA] /.test(call))).toEqual([
        "iptables -w -t nat -F LIMADNS",
        rules("udp", 1053),
      ]);
    });

    test.each([
      [4096, 65536],
      [262144, 262144],
    ])("09-host-dns-setup makes of room for %i connections room for %i", (before, after) => {
      using guest = new Sandbox(shell);
      guest.program("iptables");
      guest.file("/proc/sys/net/netfilter/nf_conntrack_max", `${before}\n`);
      expect(
        guest.run(linux("09-host-dns-setup"), { UDP_DNS_LOCAL_PORT: 1053, TCP_DNS_LOCAL_PORT: 0, ...dns }).code,
      ).toBe(0);
      expect(guest.read("/proc/sys/net/netfilter/nf_conntrack_max")).toBe(`${after}\n`);
    });

    test("09-host-dns-setup leaves a guest alone that has no DNS server on the host", () => {
      using guest = new Sandbox(shell);
      guest.program("iptables", "exit 1");
      const ports = { UDP_DNS_LOCAL_PORT: 0, TCP_DNS_LOCAL_PORT: 0, ...dns };
      expect(guest.run(linux("09-host-dns-setup"), ports).code).toBe(0);
      expect(guest.calls()).toEqual(["iptables -w -t nat -n -L LIMADNS"]);
    });

    test("10-alpine-cgroups starts control groups", () => {
      using guest = new Sandbox(shell);
      guest.file("/etc/alpine-release", "");
      guest.program("rc-service");
      guest.run(linux("10-alpine-cgroups"));
      expect(guest.calls()).toEqual(["rc-service cgroups start"]);
    });

    test("11-colorterm-environment writes a drop-in once, and reloads the service that runs", () => {
      using guest = new Sandbox(shell);
      guest.file("/etc/ssh/sshd_config.d/other", "");
      guest.program("systemctl", '[ "$3" != ssh ]');
      guest.run(linux("11-colorterm-environment"));
      expect(guest.read("/etc/ssh/sshd_config.d/10-acceptenv-colorterm.conf")).toBe("AcceptEnv COLORTERM\n");
      expect(guest.calls().at(-1)).toBe("systemctl reload sshd");
      guest.run(linux("11-colorterm-environment"));
      expect(guest.calls()).toEqual([]);
    });

    test("11-colorterm-environment adds to the stock line where there is no directory for drop-ins", () => {
      using guest = new Sandbox(shell);
      guest.file("/etc/ssh/sshd_config", "AcceptEnv LANG LC_*\n");
      guest.file("/sbin/openrc-run", "");
      guest.program("rc-service");
      for (let time = 0; time < 2; time += 1) guest.run(linux("11-colorterm-environment"));
      expect(guest.read("/etc/ssh/sshd_config")).toBe("AcceptEnv LANG LC_* COLORTERM\n");
      expect(guest.calls()).toEqual(["rc-service --ifstarted sshd reload"]);
    });

    test.each([
      [1000, 524288],
      [524288, 524289],
    ])("20-rootless-base for uid %d gives sub-ids from %d, and all else once", (uid, start) => {
      using guest = new Sandbox(shell);
      for (const name of ["systemctl", "loginctl", "sysctl"]) guest.program(name);
      guest.program("stat", "echo ${OWNER:-1234}");
      guest.program("uname", 'echo "${KERNEL:-6.1.0-test}"');
      guest.file("/etc/subuid", "kimberly:1:1\n");
      guest.file("/proc/sys/kernel/unprivileged_userns_clone", "");
      for (let time = 0; time < 2; time += 1)
        expect(guest.run(linux("20-rootless-base"), { UID: uid })).toMatchObject({ code: 0 });
      expect(guest.read("/etc/subuid")).toBe(`kimberly:1:1\nkim:${start}:1073741824\n`);
      expect(guest.read("/etc/subgid")).toBe(`kim:${start}:1073741824\n`);
      expect(guest.read("/etc/systemd/system/user@.service.d/lima.conf")).toBe("[Service]\nDelegate=yes\n");
      expect(guest.read("/etc/sysctl.d/99-lima.conf")).toBe(
        "kernel.unprivileged_userns_clone=1\nnet.ipv4.ping_group_range = 0 2147483647\nnet.ipv4.ip_unprivileged_port_start=0\n",
      );
      for (const name of [".profile", ".bashrc", ".zshrc"]) {
        const text = guest.read(`/home/kim.guest/${name}`);
        expect(text.match(/^# Lima (BEGIN|END)/gm)).toHaveLength(2);
        expect(text).not.toContain("CONTAINERD_SNAPSHOTTER");
      }
      const calls = guest.calls();
      expect(calls.filter((call) => call === "systemctl daemon-reload")).toHaveLength(1);
      expect(calls.filter((call) => call === "sysctl --system")).toHaveLength(1);
      expect(calls.at(-1)).toBe("loginctl enable-linger kim");
    });

    test("20-rootless-base on an old kernel chooses fuse-overlayfs", () => {
      using guest = new Sandbox(shell);
      for (const name of ["systemctl", "loginctl", "sysctl"]) guest.program(name);
      guest.program("stat", "echo ${OWNER:-1234}");
      guest.program("uname", "echo 5.10.0-9-amd64");
      guest.run(linux("20-rootless-base"));
      expect(guest.read("/home/kim.guest/.profile")).toContain('CONTAINERD_SNAPSHOTTER="fuse-overlayfs"');
    });

    test("25-guestagent-base makes the mount points of sshfs, and leaves a guest without an agent at that", () => {
      using guest = new Sandbox(shell);
      guest.program("mountpoint", '[ "$2" = /mounted ]');
      guest.file("/mounted/file", "");
      const mounts = {
        MOUNTTYPE: "reverse-sshfs",
        MOUNTS: 2,
        MOUNTS_0_MOUNTPOINT: "/a b/$c",
        MOUNTS_1_MOUNTPOINT: "/mounted",
      };
      expect(guest.run(linux("25-guestagent-base"), mounts)).toEqual({ code: 0, output: "" });
      expect(guest.exists("/a b/$c")).toBe(true);
      expect(guest.calls().filter((call) => call.startsWith("chown"))).toEqual(["chown 1234:1234 /a b/$c"]);
    });

    test("26-host-services makes a place for the host's sockets that is the user's alone", () => {
      using guest = new Sandbox(shell);
      expect(guest.run(linux("26-host-services")).code).toBe(0);
      expect(guest.exists("/run/host-services")).toBe(true);
      expect(guest.calls()).toEqual(["chown kim: /run/host-services"]);
    });

    const noDns = { UDP_DNS_LOCAL_PORT: 0, TCP_DNS_LOCAL_PORT: 0 };

    test("35-setup-packages lets others see FUSE mounts, and says so to the host", () => {
      using guest = new Sandbox(shell);
      guest.program("apparmor_parser");
      guest.file("/etc/fuse.conf", "#user_allow_other\n");
      guest.file("/etc/apparmor.d/fusermount3", "");
      for (let time = 0; time < 2; time += 1)
        expect(guest.run(linux("35-setup-packages"), { MOUNTTYPE: "reverse-sshfs", MOUNTS: 1, ...noDns }).code).toBe(0);
      expect(guest.read("/etc/fuse.conf")).toBe("#user_allow_other\nuser_allow_other\n");
      expect(guest.read("/run/lima-fuse-ready")).toBe("iid-1\n");
      expect(guest.read("/etc/apparmor.d/local/fusermount3")).toContain("umount @{HOME}/,");
      expect(guest.calls()).toEqual(["apparmor_parser -r /etc/apparmor.d/fusermount3"]);
    });

    test("35-setup-packages of another kind of mounts writes no marker", () => {
      using guest = new Sandbox(shell);
      guest.run(linux("35-setup-packages"), { MOUNTTYPE: "9p", MOUNTS: 1, ...noDns });
      expect(guest.exists("/run/lima-fuse-ready")).toBe(false);
    });
  });
}
