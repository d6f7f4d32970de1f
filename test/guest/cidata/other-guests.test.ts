import { expect, test } from "bun:test";
import { parse } from "yaml";
import type { Config } from "../../../src/config/types.ts";
import { mediaForm } from "../../../src/guest/cidata/form-plan.ts";
import { planGuestMedia } from "../../../src/guest/cidata/plan.ts";
import { sampleConfig, sampleMount } from "../../support/sample-config.ts";
import { sampleFacts, sampleScript } from "../sample-facts.ts";

const planned = (config: Partial<Config>, facts: Parameters<typeof sampleFacts>[1] = {}) => {
  const { files } = planGuestMedia(sampleFacts(config, facts));
  const text = (path: string) => String(files.find((file) => file.path === path)?.content);
  return { paths: files.map(({ path }) => path), text, userData: parse(text("user-data"), { version: "1.1" }) };
};

test.each<[string, Partial<Config>, ReturnType<typeof mediaForm>]>([
  ["Linux", { os: "Linux" }, { kind: "image", label: "cidata", names: "rock-ridge" }],
  ["FreeBSD", { os: "FreeBSD" }, { kind: "image", label: "cidata", names: "joliet" }],
  ["macOS", { os: "Darwin", vmType: "vz" }, { kind: "image", label: "cidata", names: "joliet" }],
  ["Linux below wsl2", { os: "Linux", vmType: "wsl2" }, { kind: "directory" }],
])("%s gets its media in the form that it can read", (_, config, form) => {
  expect(mediaForm({ ...sampleConfig, ...config })).toEqual(form);
});

test("every guest gets the boot scripts of every system, and nothing of Darwin's exists", () => {
  for (const os of ["Linux", "FreeBSD", "Darwin"] as const) {
    const { paths } = planned({ os });
    expect(paths).toContain("boot/FreeBSD/05-lima-mounts.sh");
    expect(paths).toContain("boot/essential.FreeBSD/00-freebsd-user-group.sh");
    expect(paths).toContain("boot/Linux/05-lima-mounts.sh");
    expect(paths.filter((path) => path.includes("Darwin"))).toEqual([]);
  }
});

test("FreeBSD's user is made by nuageinit, and its boot script runs as a service of its own", () => {
  const { userData, text } = planned({
    os: "FreeBSD",
    mountType: "9p",
    mounts: [sampleMount("/a", "/a b"), sampleMount("/c", "/c", { writable: true })],
    provision: [{ ...sampleScript("data", ""), path: "/x", content: "c" }],
  });
  const [user] = userData.users;
  expect(user).toMatchObject({ name: "john", groups: ["wheel"], doas: "permit nopass :wheel", lock_passwd: true });
  expect(user.uid).toBeUndefined();
  expect(user["ssh-authorized-keys"]).toBeUndefined();
  expect(user.ssh_authorized_keys).toHaveLength(1);
  expect(userData.packages).toEqual(["sudo"]);
  expect(userData.mounts.map((row: string[]) => row.slice(1, 4))).toEqual([
    ["/a b", "p9fs", "ro,failok"],
    ["/c", "p9fs", "rw,failok"],
  ]);
  expect(userData.bootcmd).toBeUndefined();
  expect(
    userData.write_files.map(({ path, permissions, owner }: Record<string, string>) => [path, permissions, owner]),
  ).toEqual([
    ["/usr/sbin/lima-freebsd-init.sh", "0755", "root:wheel"],
    ["/etc/rc.d/lima_freebsd_init", "0755", "root:wheel"],
    ["/etc/rc.conf.d/lima_freebsd_init", "0644", "root:wheel"],
  ]);
  const service = userData.write_files[1].content;
  for (const line of [
    "# PROVIDE: lima_freebsd_init",
    "# REQUIRE: DAEMON",
    "# BEFORE: LOGIN",
    'rcvar="lima_freebsd_init_enable"',
  ])
    expect(service.split("\n")).toContain(line);
  expect(userData.write_files[2].content).toBe('lima_freebsd_init_enable="YES"\n');
  expect(text("lima.env")).toContain("LIMA_CIDATA_DATAFILE_00000000_OWNER=root:wheel\n");
});

test("macOS asks for the password, mounts by tag, and finds the media where they are mounted for it", () => {
  const { userData, text, paths } = planned(
    {
      os: "Darwin",
      vmType: "vz",
      mountType: "virtiofs",
      mounts: [sampleMount("/a", "/a"), sampleMount("/c", "/c", { writable: true })],
      user: { ...sampleConfig.user, home: "/Users/john.guest", shell: "/bin/zsh", passwordlessSudo: false },
    },
    { guestAgentFile: "/agent" },
  );
  const [user] = userData.users;
  expect(user.sudo).toBe("ALL=(ALL) NOPASSWD:/sbin/shutdown -h now");
  expect(user.lock_passwd).toBeUndefined();
  expect(user.uid).toBe("1001");
  expect(userData.mounts.map((row: string[]) => row.slice(1))).toEqual([
    ["/a", "virtiofs", "ro", "0", "0"],
    ["/c", "virtiofs", "rw", "0", "0"],
  ]);
  expect(userData.bootcmd).toBeUndefined();
  const [start] = userData.write_files;
  expect(start).toMatchObject({ path: "/var/lib/cloud/scripts/per-boot/00-lima.boot.sh", owner: "root:wheel" });
  expect(start.content).toContain("LIMA_CIDATA_MNT=/Volumes/cidata");
  expect(text("lima.env")).toContain("LIMA_CIDATA_MNT=/Volumes/cidata\n");
  // `fake-cloud-init` is a part of it.
  expect(paths).toContain("lima-guestagent");
});

test("a guest without cloud-init gets the keys as a file", () => {
  const keys = ["ssh-ed25519 AAAA one", "ssh-ed25519 BBBB two"];
  const { text, paths } = planned({ vmType: "wsl2", mountType: "wsl2" }, { noCloudInit: true, sshPublicKeys: keys });
  expect(text("ssh_authorized_keys")).toBe(keys.join("\n"));
  expect(text("lima.env")).toContain("LIMA_CIDATA_NO_CLOUD_INIT=1\n");
  expect(text("lima.env")).toContain("LIMA_CIDATA_MOUNTTYPE=\n");
  expect(paths).toContain("boot/Linux/02-no-cloud-init-setup.sh");
});
