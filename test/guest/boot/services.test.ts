import { afterAll, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const directory = mkdtempSync(join(tmpdir(), "services-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const util = join(import.meta.dir, "../../../src/guest/boot/util");

/** The service file: which program, as what, with which of lima.env's values, and where it logs. */
const openrcService = `#!/sbin/openrc-run
supervisor=supervise-daemon
name="lima-guestagent"
description="Forward ports to the lima-hostagent"
command="\${LIMA_CIDATA_GUEST_INSTALL_PREFIX}/bin/lima-guestagent"
command_args="daemon --debug=\${LIMA_CIDATA_DEBUG} --vsock-port \\"\${LIMA_CIDATA_VSOCK_PORT}\\" --virtio-port \\"\${LIMA_CIDATA_VIRTIO_PORT}\\" --socket-owner \\"\${LIMA_CIDATA_UID}\\""
command_background=true
pidfile="/run/lima-guestagent.pid"
output_log="/var/log/lima-guestagent.log"
error_log="/var/log/lima-guestagent.log"
# Timers of the run time that a sleeping program does not need.
export MIMALLOC_PURGE_DELAY=-1 MIMALLOC_PURGE_HOLES=0 BUN_GC_TIMER_DISABLE=1

start_pre() {
	checkpath -f -m 0644 -o root:root /var/log/lima-guestagent.log
}
`;

/** A directory with programs that only write down how they were called, and what came to their input. */
function recorders(place: string, names: readonly string[]): string {
  const bin = join(place, "bin");
  mkdirSync(bin);
  for (const name of names) {
    writeFileSync(
      join(bin, name),
      `#!/bin/sh\necho "${name} $*" >>'${place}/calls'\n[ -t 0 ] || cat >>'${place}/calls'\n`,
    );
    chmodSync(join(bin, name), 0o755);
  }
  return bin;
}

for (const shell of ["sh", "bash", "busybox ash"]) {
  test(`${shell}: the guest agent becomes a service of OpenRC with lima.env as its settings, and is left alone when nothing has changed`, () => {
    const place = mkdtempSync(join(directory, "openrc-"));
    const bin = recorders(place, ["rc-update"]);
    // stopped until it was started
    writeFileSync(
      join(bin, "rc-service"),
      `#!/bin/sh\necho "rc-service $*" >>'${place}/calls'\ncase $2 in status) [ -e '${place}/up' ] ;; *) touch '${place}/up' ;; esac\n`,
    );
    chmodSync(join(bin, "rc-service"), 0o755);
    mkdirSync(join(place, "etc/init.d"), { recursive: true });
    writeFileSync(join(place, "lima.env"), 'LIMA_CIDATA_UID=501\nLIMA_CIDATA_COMMENT=a "b" $c `d` \\e=f\n');
    const inner = `mount --bind "$1" /etc && for n in 1 2; do ${shell} "$2" </dev/null || exit; done; . /etc/conf.d/lima-guestagent; printf %s "$LIMA_CIDATA_COMMENT"`;
    const args = ["--user", "--map-root-user", "--mount", "sh", "-c", inner, "sh", join(place, "etc")];
    const { status, stdout, stderr } = spawnSync("unshare", [...args, join(util, "agent_openrc.sh")], {
      encoding: "utf8",
      env: { PATH: `${bin}:${process.env.PATH}`, LIMA_CIDATA_MNT: place },
    });
    expect(stderr).toBe("");
    expect(status).toBe(0);
    expect(stdout).toBe('a "b" $c `d` \\e=f');
    const service = join(place, "etc/init.d/lima-guestagent");
    expect(statSync(service).mode & 0o777).toBe(0o755);
    expect(readFileSync(service, "utf8")).toBe(openrcService);
    const calls = readFileSync(join(place, "calls"), "utf8").trim().split("\n");
    expect(calls).toEqual([
      "rc-update add lima-guestagent default",
      "rc-service lima-guestagent status",
      "rc-service lima-guestagent status",
      "rc-service lima-guestagent start",
      "rc-service lima-guestagent status",
    ]);
  });

  test(`${shell}: without a supervisor the guest agent is started again when it ends, and the next boot's takes its place`, () => {
    const place = mkdtempSync(join(directory, "respawn-"));
    for (const name of ["run", "log"]) mkdirSync(join(place, name));
    writeFileSync(
      join(place, "agent"),
      `#!/bin/sh\necho "$*" >>calls\n[ "$(wc -l <calls)" -gt 1 ] || exit 1\nexec sleep 600\n`,
    );
    chmodSync(join(place, "agent"), 0o755);
    const inner = `set -eu
      mount --bind "$1/run" /run
      mount --bind "$1/log" /var/log
      cd "$1"
      : >calls
      until_lines() { until [ "$(wc -l <calls)" -ge "$1" ]; do sleep 0.05; done; }
      ${shell} "$2" "$1/agent" --virtio-port one
      until_lines 2
      first=$(cat /run/lima-guestagent.pid)
      ${shell} "$2" "$1/agent" --virtio-port two
      until_lines 3
      while kill -0 "$first" 2>/dev/null; do sleep 0.05; done
      second=$(cat /run/lima-guestagent.pid)
      kill "$second"
      while kill -0 "$second" 2>/dev/null; do sleep 0.05; done
      ps -eo args | grep -c '^sleep 600' || true`;
    const args = ["--user", "--map-root-user", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];
    const { status, stdout, stderr } = spawnSync(
      "unshare",
      [...args, "sh", "-c", inner, "sh", place, join(util, "agent_respawn.sh")],
      { encoding: "utf8", timeout: 60_000 },
    );
    expect(stderr).toBe("");
    expect(status).toBe(0);
    expect(stdout).toBe("0\n");
    const calls = readFileSync(join(place, "calls"), "utf8").trim().split("\n");
    expect(calls).toEqual(["daemon --virtio-port one", "daemon --virtio-port one", "daemon --virtio-port two"]);
  });

  test(`${shell}: a password is made once and left to its owner alone`, () => {
    const place = mkdtempSync(join(directory, "password-"));
    const bin = recorders(place, ["chpasswd"]);
    const env = { PATH: `${bin}:${process.env.PATH}`, LIMA_CIDATA_USER: "root", LIMA_CIDATA_HOME: place };
    const command = `${shell} '${util}/initial_password.sh' && ${shell} '${util}/initial_password.sh'`;
    const args = ["--user", "--map-root-user", "sh", "-c", command];
    const { status, stderr } = spawnSync("unshare", args, { encoding: "utf8", env });
    expect(stderr).toBe("");
    expect(status).toBe(0);
    const password = readFileSync(join(place, "password"), "utf8");
    expect(password).toMatch(/^[0-9a-f]{16}\n$/);
    expect(readFileSync(join(place, "calls"), "utf8")).toBe(`chpasswd \nroot:${password}`);
    expect(statSync(join(place, "password")).mode & 0o777).toBe(0o600);
    expect(existsSync(join(place, ".lima-password-set"))).toBe(true);
  });
}
