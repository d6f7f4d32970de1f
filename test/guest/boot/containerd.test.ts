import { describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { utimesSync } from "node:fs";
import { join } from "node:path";
import { guestShells, Sandbox } from "./sandbox.ts";

const module = "boot/Linux/40-install-containerd.sh";
const archive = "/mnt/lima-cidata/nerdctl-full.tgz";
const both = {
  CONTAINERD_SYSTEM: 1,
  CONTAINERD_USER: 1,
  CONTAINERD_ARCHIVE: "nerdctl-full.tgz",
  GUEST_INSTALL_PREFIX: "/usr/local",
};

/** A guest with systemd, and an archive whose nerdctl is of the given day. */
function prepared(guest: Sandbox, version = "1", day = 1): void {
  guest.program("systemctl", "case $* in *RefuseManualStart*) echo no ;; esac");
  guest.program("uname", 'echo "6.1.0-test"');
  pack(guest, version, day);
}

function pack(guest: Sandbox, version: string, day: number): void {
  guest.file("/pack/bin/nerdctl", `#!/bin/sh\necho "nerdctl ${version} $*"\n`, 0o755);
  const tool = '#!/bin/sh\necho "setuptool $* ${CONTAINERD_NAMESPACE-} ${CONTAINERD_SNAPSHOTTER-}" >>/calls\n';
  guest.file("/pack/bin/containerd-rootless-setuptool.sh", tool, 0o755);
  utimesSync(join(guest.root, "pack/bin/nerdctl"), day, day);
  expect(spawnSync("tar", ["-C", join(guest.root, "pack"), "-czf", join(guest.root, archive), "bin"]).status).toBe(0);
}

/** The session's socket: a pipe would not do, and a socket can be made without a service. */
function openSession(guest: Sandbox): Disposable {
  guest.file("/run/user/1234/systemd/none", "");
  const server = Bun.listen({ unix: join(guest.root, "run/user/1234/systemd/private"), socket: { data() {} } });
  return { [Symbol.dispose]: () => server.stop(true) };
}

for (const shell of guestShells) {
  describe(`${shell}: 40-install-containerd`, () => {
    test("does nothing where containerd is off, systemd is missing, or the archive could not be had", () => {
      using guest = new Sandbox(shell);
      expect(guest.run(module, { CONTAINERD_SYSTEM: "", CONTAINERD_USER: "" })).toEqual({ code: 0, output: "" });
      expect(guest.run(module, both)).toEqual({ code: 0, output: "" });
      guest.program("systemctl");
      expect(guest.run(module, both)).toEqual({ code: 0, output: "" });
      expect(guest.calls()).toEqual([]);
    });

    test("unpacks, configures and starts everything for the system and for the user", () => {
      using guest = new Sandbox(shell);
      prepared(guest);
      using _session = openSession(guest);
      expect(guest.run(module, both)).toMatchObject({ code: 0 });
      expect(guest.read("/etc/bash_completion.d/nerdctl")).toBe("nerdctl 1 completion bash\n");
      const config = Bun.TOML.parse(guest.read("/etc/containerd/config.toml")) as Record<string, unknown>;
      expect(config).toEqual({
        version: 2,
        imports: ["/etc/containerd/conf.d/*.toml"],
        plugins: { "io.containerd.grpc.v1.cri": { enable_cdi: true } },
        proxy_plugins: {
          stargz: { type: "snapshot", address: "/run/containerd-stargz-grpc/containerd-stargz-grpc.sock" },
        },
      });
      expect(Bun.TOML.parse(guest.read("/etc/buildkit/buildkitd.toml"))).toEqual({
        worker: {
          oci: { enabled: false },
          containerd: { enabled: true, namespace: "default", snapshotter: "overlayfs" },
        },
      });
      const own = Bun.TOML.parse(guest.read("/home/kim.guest/.config/containerd/config.toml")) as Record<
        string,
        unknown
      >;
      expect(own).toEqual({
        version: 2,
        plugins: { "io.containerd.grpc.v1.cri": { enable_cdi: true } },
        proxy_plugins: {
          "fuse-overlayfs": { type: "snapshot", address: "/run/user/1234/containerd-fuse-overlayfs.sock" },
          stargz: { type: "snapshot", address: "/run/user/1234/containerd-stargz-grpc/containerd-stargz-grpc.sock" },
        },
      });
      expect(guest.calls().filter((call) => !/^(sudo|uname)/.test(call))).toEqual([
        "systemctl daemon-reload",
        "systemctl enable --now containerd buildkit stargz-snapshotter",
        "chown -R kim: /home/kim.guest/.config",
        "systemctl --user show --property=RefuseManualStart --value dbus",
        "systemctl --user enable --now dbus.socket",
        "setuptool install default overlayfs",
        "setuptool install-buildkit-containerd default overlayfs",
        "setuptool install-stargz default overlayfs",
      ]);
    });

    test("keeps configurations that are there, and a set-up of the user's", () => {
      using guest = new Sandbox(shell);
      prepared(guest);
      for (const path of [
        "/etc/containerd/config.toml",
        "/etc/buildkit/buildkitd.toml",
        "/home/kim.guest/.config/containerd/config.toml",
        "/home/kim.guest/.config/systemd/user/containerd.service",
      ])
        guest.file(path, "mine\n");
      expect(guest.run(module, both).code).toBe(0);
      expect(guest.read("/etc/containerd/config.toml")).toBe("mine\n");
      expect(guest.read("/etc/buildkit/buildkitd.toml")).toBe("mine\n");
      expect(guest.calls()).toEqual([
        "systemctl daemon-reload",
        "systemctl enable --now containerd buildkit stargz-snapshotter",
      ]);
    });

    test("replaces what is there by a newer archive, not by an older one", () => {
      using guest = new Sandbox(shell);
      prepared(guest, "1", 1_000_000);
      const system = { ...both, CONTAINERD_USER: "" };
      guest.run(module, system);
      guest.calls();
      pack(guest, "0", 500_000);
      expect(guest.run(module, system).output).toBe("");
      expect(guest.read("/usr/local/bin/nerdctl")).toContain("nerdctl 1");
      guest.calls();
      pack(guest, "2", 2_000_000);
      expect(guest.run(module, system).output).toContain("Replacing nerdctl 1 --version by nerdctl 2 --version");
      expect(guest.read("/usr/local/bin/nerdctl")).toContain("nerdctl 2");
      expect(
        guest
          .calls()
          .filter((call) => !call.startsWith("sudo"))
          .slice(0, 3),
      ).toEqual(
        [
          "systemctl disable --now containerd default-buildkit stargz-snapshotter",
          "setuptool uninstall-buildkit-containerd",
          "setuptool uninstall",
        ].map((call) => expect.stringContaining(call)) as unknown as string[],
      );
    });

    test("warns on a kernel that is too old for stargz, and installs fuse-overlayfs for it", () => {
      using guest = new Sandbox(shell);
      prepared(guest);
      using _session = openSession(guest);
      guest.program("uname", 'echo "5.10.0-test"');
      const old = { ...both, CONTAINERD_SYSTEM: "", LIMA_NOTHING: "" };
      guest.program(
        "sudo",
        'while [ $# -gt 0 ]; do case $1 in -iu) shift 2 ;; *=*) export "$1"; shift ;; *) break ;; esac; done\nexport CONTAINERD_SNAPSHOTTER=fuse-overlayfs\nexec "$@"',
      );
      expect(guest.run(module, old).output).toContain("WARNING: The kernel is older than 5.13: no stargz snapshotter");
      const calls = guest.calls().filter((call) => call.startsWith("setuptool"));
      expect(calls.at(-1)).toContain("setuptool install-fuse-overlayfs");
    });

    test("takes SELinux's eyes off the set-up only, and lets rootlesskit pass AppArmor", () => {
      using guest = new Sandbox(shell);
      prepared(guest);
      using _session = openSession(guest);
      guest.program("selinuxenabled");
      guest.program("getenforce", "echo Enforcing");
      guest.program("setenforce");
      guest.file("/etc/apparmor.d/abi/4.0", "");
      guest.file("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1\n");
      expect(guest.run(module, { ...both, CONTAINERD_SYSTEM: "" }).code).toBe(0);
      const calls = guest.calls().filter((call) => /^(setenforce|setuptool|systemctl restart)/.test(call));
      expect(calls[0]).toBe("systemctl restart apparmor.service");
      expect(calls[1]).toBe("setenforce 0");
      expect(calls.at(-1)).toBe("setenforce 1");
      expect(guest.read("/etc/apparmor.d/usr.local.bin.rootlesskit")).toContain("userns,");
    });
  });
}
