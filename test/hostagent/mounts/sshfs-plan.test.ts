import { describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Mount } from "../../../src/config/types.ts";
import { type SshfsPlan, sshfsPlans } from "../../../src/hostagent/mounts/sshfs-plan.ts";

type Given = Partial<Omit<Mount, "sshfs">> & { readonly sshfs?: Partial<Mount["sshfs"]> };

function plansWith(hasServer: boolean, given: readonly Given[]): readonly SshfsPlan[] {
  return sshfsPlans({
    mounts: given.map((each) => ({
      location: "/home/u",
      mountPoint: each.location ?? "/home/u",
      writable: false,
      "9p": { securityModel: "none", protocolVersion: "9p2000.L", msize: "128KiB", cache: "fscache" },
      virtiofs: {},
      ...each,
      sshfs: { cache: true, followSymlinks: false, sftpDriver: "", ...each.sshfs },
    })),
    links: new Set(["/link"]),
    program: { command: ["/usr/bin/ssh"], version: [9, 2, 1], gssapi: true, aes: true },
    options: [
      { key: "User", value: "u" },
      { key: "ControlMaster", value: "auto" },
      { key: "ControlPath", value: '"/l/ssh.sock"' },
      { key: "ControlPersist", value: "yes" },
    ],
    endpoint: { address: "127.0.0.1", port: 6022 },
    sftpServer: hasServer ? "/usr/lib/openssh/sftp-server" : undefined,
    self: ["/usr/bin/limactl"],
  });
}

const plans = (...given: readonly Given[]) => plansWith(true, given);
const wordsOf = ([plan]: readonly SshfsPlan[]) =>
  typeof plan?.server === "string" ? plan.server : plan?.server.join(" ");
const serverOf = (given: Given) => wordsOf(plans(given));
const commandOf = (given: Given) => plans(given)[0]?.client.at(-1) ?? "";

/** The arguments that a guest's login shell gives to sshfs in the end. */
function sshfsArguments(given: Given, shell: readonly string[], help = ""): readonly string[] {
  const bin = mkdtempSync(join(tmpdir(), "limabun-sshfs-"));
  try {
    writeFileSync(join(bin, "fusermount3"), "#!/bin/sh\nexit 1\n", { mode: 0o755 });
    writeFileSync(join(bin, "mkdir"), "#!/bin/sh\nexit 0\n", { mode: 0o755 });
    writeFileSync(join(bin, "readlink"), '#!/bin/sh\nshift\necho "$1"\n', { mode: 0o755 });
    writeFileSync(
      join(bin, "sshfs"),
      `#!/bin/sh\n[ "$1" != --help ] || { echo "${help}"; exit; }\nprintf '%s\\0' "$@"\n`,
      { mode: 0o755 },
    );
    const [program = "", ...words] = shell;
    const run = spawnSync(program, [...words, commandOf(given)], {
      encoding: "utf8",
      env: { PATH: `${bin}:${process.env.PATH}` },
    });
    return run.stdout.split("\0").slice(0, -1);
  } finally {
    rmSync(bin, { recursive: true });
  }
}

describe("the commands of a mount", () => {
  test.each([
    ["read-only is enforced by the server", {}, "/usr/lib/openssh/sftp-server -e -d /home/u -R"],
    ["writable", { writable: true }, "/usr/lib/openssh/sftp-server -e -d /home/u"],
    ["a percent sign is doubled", { location: "/a%d" }, "/usr/lib/openssh/sftp-server -e -d /a%%d -R"],
  ] as const)("the server: %s", (_, given, command) => expect(serverOf(given)).toBe(command));

  test.each<[driver: string, hasServer: boolean, command: string]>([
    ["", true, "/usr/lib/openssh/sftp-server -e -d /a%%d -R"],
    ["openssh-sftp-server", true, "/usr/lib/openssh/sftp-server -e -d /a%%d -R"],
    ["builtin", true, "/usr/bin/limactl sftp-server -d /a%d -R"],
    ["", false, "/usr/bin/limactl sftp-server -d /a%d -R"],
    ["builtin", false, "/usr/bin/limactl sftp-server -d /a%d -R"],
  ])("sftpDriver %p where OpenSSH's server is there (%p)", (sftpDriver, hasServer, command) => {
    expect(wordsOf(plansWith(hasServer, [{ location: "/a%d", sshfs: { sftpDriver } }]))).toBe(command);
  });

  test("OpenSSH's server that is wanted and not there is told by its package", () => {
    const [plan] = plansWith(false, [{ sshfs: { sftpDriver: "openssh-sftp-server" } }]);
    expect(plan?.server).toMatch(/needs OpenSSH's `sftp-server` on this host.*`openssh-sftp-server`/);
  });

  test("ssh takes a connection of its own, and finds out when it is dead", () => {
    const client = plans({})[0]?.client ?? [];
    expect(client.slice(0, -1).join(" ")).toBe(
      "/usr/bin/ssh -F /dev/null -o ControlMaster=no -o ControlPath=none -o ControlPersist=no -o User=u " +
        "-o ServerAliveInterval=15 -o ServerAliveCountMax=20 -p 6022 127.0.0.1 --",
    );
    expect(client.at(-1)).not.toContain("\\");
  });

  const words = "/home/u $(x) 'y' \"z\" päth 空";
  test.each([
    ["read-only", {}, [":/home/u", "/home/u", "-o", "slave", "-o", "ro", "-o", "allow_other"]],
    ["writable", { writable: true }, [":/home/u", "/home/u", "-o", "slave", "-o", "allow_other"]],
    [
      "elsewhere, without a cache, links followed",
      { mountPoint: "/mnt/x", writable: true, sshfs: { cache: false, followSymlinks: true } },
      [":/home/u", "/mnt/x", "-o", "slave", "-o", "allow_other,cache=no,follow_symlinks"],
    ],
    [
      "a location that is a link, which sshfs would take for no directory",
      { location: "/link", writable: true },
      [":/link/.", "/link", "-o", "slave", "-o", "allow_other"],
    ],
    [
      "whatever characters a path has",
      { location: words, writable: true },
      [`:${words}`, words, "-o", "slave", "-o", "allow_other"],
    ],
  ] as const)("sshfs: %s", (_, given, expected) => {
    for (const shell of [
      ["/bin/sh", "-c"],
      ["/bin/bash", "-c"],
    ])
      expect(sshfsArguments(given, shell)).toEqual([...expected]);
  });

  test("links of any kind are asked for where sshfs would refuse some", () => {
    const help = "    -o no_contain_symlinks allow all symlink targets including absolute and ..";
    expect(sshfsArguments({ writable: true }, ["/bin/sh", "-c"], help).at(-1)).toBe("allow_other,no_contain_symlinks");
  });

  test("files at the mount point are covered, which older ones do only when asked", () => {
    const help = "    -o nonempty            allow mounts over non-empty file/dir";
    expect(sshfsArguments({ writable: true }, ["/bin/sh", "-c"], help).at(-1)).toBe("allow_other,nonempty");
  });

  test("a mount below another one waits for it, whichever comes first in the list", () => {
    const points = ["/a/b/c", "/a", "/ab", "/a/b", "/"].map((mountPoint) => ({ mountPoint }));
    expect(plans(...points).map(({ parent }) => parent)).toEqual([3, 4, 4, 1, undefined]);
  });
});
