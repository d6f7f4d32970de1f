import { describe, expect, test } from "bun:test";
import { guestShells, Sandbox } from "./sandbox.ts";

for (const shell of guestShells) {
  describe(`${shell}:`, () => {
    test("krunkit's user belongs to the groups of the GPU, whose devices are open to all", () => {
      using guest = new Sandbox(shell);
      for (const name of ["groupadd", "usermod", "udevadm"]) guest.program(name);
      guest.file("/etc/group", "video:x:44:\n");
      guest.file("/etc/udev/rules.d/other", "");
      guest.file("/dev/dri/renderD128", "", 0o600);
      expect(guest.run("drivers/krunkit/00-video-render-group.sh").code).toBe(0);
      expect(guest.calls()).toEqual(["groupadd render", "usermod -a -G render kim", "usermod -a -G video kim"]);
      expect(guest.run("drivers/krunkit/01-gpu-device-perms.sh").code).toBe(0);
      expect(guest.read("/etc/udev/rules.d/70-lima-drm.rules").match(/MODE="0666"/g)).toHaveLength(2);
      expect(guest.calls()).toEqual(["udevadm control --reload-rules", "udevadm trigger --subsystem-match=drm"]);
    });

    test("wsl2's user is made from lima.env and the keys, and is tolerated on later starts", () => {
      using guest = new Sandbox(shell);
      guest.program("useradd", "[ ! -e /made ] || exit 9; : >/made");
      guest.file("/mnt/lima-cidata/ssh_authorized_keys", "ssh-ed25519 AAAA");
      guest.file("/etc/sudoers.d/README", "");
      const variables = { COMMENT: "Kim Possible", SHELL: "/bin/bash" };
      guest.run("drivers/wsl2/02-no-cloud-init-setup.sh", { ...variables, NO_CLOUD_INIT: "" });
      expect(guest.calls()).toEqual([]);
      for (let time = 0; time < 2; time += 1)
        expect(guest.run("drivers/wsl2/02-no-cloud-init-setup.sh", { ...variables, NO_CLOUD_INIT: 1 }).code).toBe(0);
      expect(guest.calls()[0]).toBe("useradd -u 1234 -c Kim Possible -d /home/kim.guest -m -s /bin/bash kim");
      expect(guest.read("/home/kim.guest/.ssh/authorized_keys")).toBe("ssh-ed25519 AAAA");
      expect(guest.read("/etc/sudoers.d/99_lima_sudoers")).toBe("kim ALL=(ALL) NOPASSWD:ALL\n");
    });

    const binfmt = "/proc/sys/fs/binfmt_misc";
    const line =
      ":rosetta:M::\\x7fELF\\x02\\x01\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x02\\x00\\x3e\\x00" +
      ":\\xff\\xff\\xff\\xff\\xff\\xfe\\xfe\\x00\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xfe\\xff\\xff\\xff" +
      ":/mnt/lima-rosetta/rosetta:OCF\n";

    test("Rosetta is registered for Intel programs, and its cache becomes a service", () => {
      using guest = new Sandbox(shell);
      guest.program("systemctl");
      guest.file(`${binfmt}/register`, "");
      guest.file("/usr/lib/binfmt.d/other", "");
      guest.file("/mnt/lima-rosetta/rosettad", "", 0o755);
      guest.file("/etc/systemd/system/other", "");
      guest.file("/var/other", "");
      const variables = { ROSETTA_ENABLED: "true", ROSETTA_BINFMT: "true" };
      expect(guest.run("drivers/vz/05-rosetta-volume.sh", variables)).toEqual({ code: 0, output: "" });
      expect(guest.read(`${binfmt}/register`)).toBe(line);
      expect(guest.read("/usr/lib/binfmt.d/rosetta.conf")).toBe(line);
      const unit = guest.read("/etc/systemd/system/rosettad.service");
      for (const wanted of ["RequiresMountsFor=/mnt/lima-rosetta", "OOMScoreAdjust=-500", "WantedBy=default.target"])
        expect(unit).toContain(wanted);
      expect(guest.read("/etc/cdi/rosetta.yaml")).toContain("org.mobyproject.buildkit.device.autoallow: true");
      expect(guest.exists("/home/kim.guest/.config/cdi/rosetta.yaml")).toBe(true);
      expect(guest.calls()).toContain("systemctl enable --now rosettad.service");
    });

    test("Rosetta is taken away where it is not wanted, and left alone where it is off", () => {
      using guest = new Sandbox(shell);
      guest.file(`${binfmt}/rosetta`, "enabled\n");
      guest.file("/usr/lib/binfmt.d/rosetta.conf", line);
      guest.file("/etc/cdi/rosetta.yaml", "");
      guest.run("drivers/vz/05-rosetta-volume.sh", { ROSETTA_ENABLED: "false", ROSETTA_BINFMT: "false" });
      expect(guest.read(`${binfmt}/rosetta`)).toBe("enabled\n");
      guest.run("drivers/vz/05-rosetta-volume.sh", { ROSETTA_ENABLED: "true", ROSETTA_BINFMT: "false" });
      expect(guest.read(`${binfmt}/rosetta`)).toBe("-1\n");
      expect(guest.exists("/usr/lib/binfmt.d/rosetta.conf")).toBe(false);
      expect(guest.exists("/etc/cdi/rosetta.yaml")).toBe(false);
    });

    test("virtiofs mounts get a label where there is SELinux, and are mounted anew with it", () => {
      using guest = new Sandbox(shell);
      guest.program("mount");
      guest.program("umount");
      const row = (tag: string, point: string) => `${tag}\t${point}\tvirtiofs\trw,nofail,comment=cloudconfig\t0\t0\n`;
      guest.file("/etc/fstab", row("lima-1", "/a\\040b") + row("vz-rosetta", "/mnt/lima-rosetta"));
      guest.file("/proc/mounts", "lima-1 /a\\040b virtiofs rw 0 0\nvz-rosetta /mnt/lima-rosetta virtiofs rw 0 0\n");
      expect(guest.run("util/label_virtiofs.sh")).toEqual({ code: 0, output: "" });
      const context = (type: string) => `comment=cloudconfig,context="system_u:object_r:${type}:s0"`;
      expect(guest.read("/etc/fstab")).toContain(`rw,nofail,${context("nfs_t")}`);
      expect(guest.read("/etc/fstab")).toContain(`rw,nofail,${context("bin_t")}`);
      expect(guest.calls().slice(0, 2)).toEqual([
        "umount lima-1",
        `mount -t virtiofs -o rw,nofail,${context("nfs_t")} lima-1 /a b`,
      ]);
    });

    test("FreeBSD's user gets its uid, and the host's mounts their lines in fstab, once", () => {
      using guest = new Sandbox(shell);
      guest.program("stat", "echo 501");
      guest.program("pw");
      guest.program("mount");
      guest.file("/etc/fstab", "");
      guest.file(
        "/mnt/lima-cidata/user-data",
        'mounts:\n- [lima-1, "/a b", p9fs, "rw,failok", "0", "0"]\n- [lima-2, "/q\\"c", p9fs, "ro,failok", "0", "0"]\n\nusers:\n',
      );
      expect(guest.run("boot/essential.FreeBSD/00-freebsd-user-group.sh").code).toBe(0);
      expect(guest.calls().slice(1)).toEqual(["pw usermod kim -u 1234", "chown -R 1234 /home/kim.guest"]);
      for (let time = 0; time < 2; time += 1) expect(guest.run("boot/FreeBSD/05-lima-mounts.sh").code).toBe(0);
      expect(guest.read("/etc/fstab")).toBe(
        '#LIMA-START\nlima-1\t/a\\040b\tp9fs\trw,failok\t0\t0\nlima-2\t/q"c\tp9fs\tro,failok\t0\t0\n#LIMA-END\n',
      );
      expect(guest.exists("/a b")).toBe(true);
      expect(guest.calls()).toEqual(["mount -a", "mount -a"]);
    });

    test("FreeBSD without mounts has none, and no failure", () => {
      using guest = new Sandbox(shell);
      guest.program("mount");
      guest.file("/etc/fstab", "");
      guest.file("/mnt/lima-cidata/user-data", "#cloud-config\nusers:\n");
      expect(guest.run("boot/FreeBSD/05-lima-mounts.sh").code).toBe(0);
    });
  });
}
