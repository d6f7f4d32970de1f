import { afterAll, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const directory = mkdtempSync(join(tmpdir(), "services-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const util = join(import.meta.dir, "../../../src/guest/boot/util");

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
  test(`${shell}: the guest agent becomes a unit, and is only started when nothing has changed`, () => {
    const place = mkdtempSync(join(directory, "systemd-"));
    const bin = recorders(place, ["systemctl"]);
    const units = join(place, "units");
    mkdirSync(units);
    const inner = `mount --bind "$1" /etc && mkdir -p /etc/systemd/system && for n in 1 2; do ${shell} "$2" '/opt/a b%c/bin/lima-guestagent' --virtio-port 'x"$HOME' </dev/null || exit; done`;
    const args = [
      "--user",
      "--map-root-user",
      "--mount",
      "sh",
      "-c",
      inner,
      "sh",
      units,
      join(util, "agent_systemd.sh"),
    ];
    const { status, stderr } = spawnSync("unshare", args, {
      encoding: "utf8",
      env: { PATH: `${bin}:${process.env.PATH}` },
    });
    expect(stderr).toBe("");
    expect(status).toBe(0);
    const unit = readFileSync(join(units, "systemd/system/lima-guestagent.service"), "utf8");
    expect(unit).toContain('ExecStart="/opt/a b%%c/bin/lima-guestagent" daemon "--virtio-port" "x\\"$$HOME"\n');
    expect(unit).toContain("ConditionFileIsExecutable=/opt/a b%%c/bin/lima-guestagent\n");
    expect(unit).toContain("OOMScoreAdjust=-500\n");
    expect(readFileSync(join(place, "calls"), "utf8")).toBe(
      [
        "systemctl daemon-reload",
        "systemctl --system enable lima-guestagent.service",
        "systemctl restart lima-guestagent.service",
        "systemctl start lima-guestagent.service",
        "",
      ].join("\n"),
    );
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
