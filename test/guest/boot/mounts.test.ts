import { describe, expect, test } from "bun:test";
import { guestShells, Sandbox } from "./sandbox.ts";

const script = "boot/Linux/05-lima-mounts.sh";
const row = (tag: string, point: string) => `${tag}\t${point}\t9p\trw,nofail,comment=cloudconfig\t0\t2\n`;
const points = (...all: readonly string[]) => ({
  MOUNTTYPE: "9p",
  MOUNTS: all.length,
  ...Object.fromEntries(all.map((point, index) => [`MOUNTS_${index}_MOUNTPOINT`, point])),
});

for (const shell of guestShells) {
  describe(`05-lima-mounts in ${shell}:`, () => {
    test("mounts what has a blank in its name, which cloud-init left unescaped", () => {
      using guest = new Sandbox(shell);
      guest.file("/etc/fstab", row("lima-1", "/a b") + row("lima-2", "/c"));
      guest.file("/proc/mounts", "lima-2 /c 9p rw 0 0\n");
      guest.program("mount", "echo 'lima-1 /a\\040b 9p rw 0 0' >>/proc/mounts");
      expect(guest.run(script, points("/a b", "/c"))).toEqual({ code: 0, output: "" });
      expect(guest.calls()).toEqual(["mount -t 9p -a"]);
      expect(guest.read("/etc/fstab")).toBe(row("lima-1", "/a\\040b") + row("lima-2", "/c"));
      expect(guest.exists("/a b")).toBe(true);
    });

    test("says nothing where all is mounted", () => {
      using guest = new Sandbox(shell);
      guest.program("mount");
      guest.file("/etc/fstab", row("lima-1", "/a"));
      guest.file("/proc/mounts", "lima-1 /a 9p rw 0 0\nlima-2 /b\\040c 9p rw 0 0\n");
      expect(guest.run(script, points("/a", "/b c/"))).toEqual({ code: 0, output: "" });
      expect(guest.calls()).toEqual([]);
    });

    test("mounts once more what is not mounted", () => {
      using guest = new Sandbox(shell);
      guest.program("mount", "echo 'lima-1 /a 9p rw 0 0' >>/proc/mounts");
      guest.file("/etc/fstab", row("lima-1", "/a"));
      guest.file("/proc/mounts", "");
      expect(guest.run(script, points("/a"))).toEqual({ code: 0, output: "" });
      expect(guest.calls()).toEqual(["mount /a"]);
    });

    test("makes the mount point of one that lies in another mount", () => {
      using guest = new Sandbox(shell);
      guest.program("mount", '[ -d "$1" ] && echo "lima-2 $1 9p rw 0 0" >>/proc/mounts');
      guest.file("/etc/fstab", row("lima-1", "/a") + row("lima-2", "/a/b"));
      guest.file("/proc/mounts", "lima-1 /a 9p rw 0 0\n");
      expect(guest.run(script, points("/a/b", "/a"))).toEqual({ code: 0, output: "" });
    });

    test("fails with every mount that is missing, and with the reason where the kernel cannot do it", () => {
      using guest = new Sandbox(shell);
      guest.program("mount", "echo \"mount: $1: unknown filesystem type '9p'.\" >&2; exit 32");
      guest.file("/etc/fstab", row("lima-1", "/a") + row("lima-2", "/b"));
      guest.file("/proc/mounts", "");
      guest.file("/proc/filesystems", "nodev\tproc\n\text4\n");
      expect(guest.run(script, points("/a", "/b"))).toEqual({
        code: 1,
        output: [
          "mount: /a: unknown filesystem type '9p'.",
          "/a is not mounted",
          "mount: /b: unknown filesystem type '9p'.",
          "/b is not mounted",
          "the kernel of this guest has no 9p (hint: set `mountType: reverse-sshfs`, or use another image)",
          "",
        ].join("\n"),
      });
      guest.file("/proc/filesystems", "nodev\t9p\n");
      expect(guest.run(script, points("/a")).output).not.toContain("kernel");
    });

    test("leaves mounts by ssh to the host", () => {
      using guest = new Sandbox(shell);
      expect(guest.run(script, { ...points("/a"), MOUNTTYPE: "reverse-sshfs" })).toEqual({ code: 0, output: "" });
    });
  });
}
