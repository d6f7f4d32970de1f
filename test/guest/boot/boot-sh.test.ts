import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Config } from "../../../src/config/types.ts";
import type { GuestMediaFacts } from "../../../src/guest/cidata/facts.ts";
import { sampleMount } from "../../support/sample-config.ts";
import { sampleFacts, sampleScript } from "../sample-facts.ts";
import { runBootSh } from "./run-boot-sh.ts";

const directory = mkdtempSync(join(tmpdir(), "boot-sh-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const boot = (shell: string, config: Partial<Config>, facts: Partial<GuestMediaFacts> = {}) =>
  runBootSh(directory, shell, config, facts);

/** Every printable byte, and what shells give a meaning to. */
const nasty = `${String.fromCharCode(...Array.from({ length: 95 }, (_, n) => n + 32))}\t$(echo x)\`id\` "q" 'r' \\ ä€ `;

for (const shell of ["sh", "bash", "busybox ash"]) {
  test(`${shell}: a boot without failures ends with the instance id and no errors`, () => {
    const ran = boot(shell, { provision: [sampleScript("system", "#!/bin/sh\necho hello\n")] });
    expect(ran.output).toContain("hello\n");
    expect(ran.output).toContain("Exiting with code 0");
    expect(ran.code).toBe(0);
    expect(ran.file("lima-boot-done")).toBe("iid-1767225600\n");
    expect(ran.file("lima-boot-errors")).toBe("");
    expect(ran.file("lima-boot.log")).toBe(ran.output);
  });

  test(`${shell}: values reach scripts unchanged, whatever bytes they have`, () => {
    const script =
      '#!/bin/sh\nprintf "%s\\n" "$PARAM_p" "$LIMA_CIDATA_MOUNTS_0_MOUNTPOINT" "$LIMA_CIDATA_MNT" "$E" >/run/values\n';
    const ran = boot(
      shell,
      { param: { p: nasty }, mounts: [sampleMount("/x", `/${nasty}`)], provision: [sampleScript("system", script)] },
      { environment: { E: 'a "b" $(c)' } },
    );
    const [param, mountPoint, media, environment] = ran.file("values").split("\n");
    expect(param).toBe(nasty);
    expect(mountPoint).toBe(`/${nasty}`);
    expect(media).toStartWith(directory);
    expect(environment).toBe('a "b" $(c)');
  });

  test(`${shell}: /etc/environment is read as pam_env reads it`, () => {
    const environment = { A: "plain # rest", B: '"quoted"', C: "'half\"", D: "", "not-a-name": "1", export: "x" };
    const script = '#!/bin/sh\nprintf "%s\\n" "$A" "$B" "$C" "$D." "$export" >/run/values\n';
    const ran = boot(shell, { provision: [sampleScript("system", script)] }, { environment });
    expect(ran.file("values")).toBe("plain \nquoted\nhalf\n.\nx\n");
  });

  test(`${shell}: a script that fails is named with its last lines, and the others still run`, () => {
    const provision = [
      sampleScript(
        "system",
        "#!/bin/sh\nfor i in 1 2 3 4 5 6 7 8 9 10 11; do echo out $i; done\necho broken >&2\nexit 3\n",
      ),
      sampleScript("system", "echo second"),
    ];
    const ran = boot(shell, { provision });
    expect(ran.code).toBe(1);
    expect(ran.output).toContain("WARNING: Failed to execute");
    expect(ran.output).toContain("second\n");
    expect(ran.file("lima-boot-errors")).toBe("provision.system/00000000\n");
    expect(ran.file("lima-boot-done")).toBe("iid-1767225600\n");
  });

  test(`${shell}: provisioning runs by mode and then by its order in lima.yaml; in plain mode no other module does`, () => {
    const data = { ...sampleScript("data", ""), content: "x", path: "/run/data", owner: "root:root" };
    const edit = { ...sampleScript("yq", ""), expression: ".a = 1", path: "/run/edit.yaml", owner: "root:root" };
    const provision = [
      sampleScript("user", "true"),
      sampleScript("system", "true"),
      edit,
      sampleScript("dependency", "true"),
      data,
      sampleScript("system", "true"),
      sampleScript("boot", "true"),
    ];
    const user = { ...sampleFacts().config.user, passwordlessSudo: false };
    const ran = boot(shell, { provision, user });
    const executed = [...ran.output.matchAll(/\| Executing \S*\/media\/(.*)/g)].map(([, what]) => what);
    expect(executed.filter((what) => !what?.startsWith("boot/essential.Linux/"))).toEqual([
      "provision.data/00000004",
      "provision.yq/00000002",
      "provision.system/00000001",
      "provision.system/00000005",
      `provision.user/00000000 (as user ${user.name})`,
      "util/initial_password.sh",
    ]);
  });

  test(`${shell}: a data file that cannot be placed ends the boot, and says so`, () => {
    const data = { ...sampleScript("data", ""), content: "x", path: "/run/data", owner: "no-such-user" };
    const ran = boot(shell, { provision: [data, sampleScript("system", "echo second")] });
    expect(ran.code).toBe(1);
    expect(ran.output).not.toContain("second\n");
    expect(ran.file("lima-boot-errors")).toBe("provision.data/00000000\n");
    expect(ran.file("lima-boot-aborted")).toBe("iid-1767225600\n");
    expect(() => ran.file("lima-boot-done")).toThrow("ENOENT");
  });

  test(`${shell}: a script that leaves a daemon behind does not keep the boot waiting`, () => {
    const ran = boot(shell, { provision: [sampleScript("system", "#!/bin/sh\nsleep 60 &\necho started\n")] });
    expect(ran.code).toBe(0);
    expect(ran.file("lima-boot.log")).toContain("Exiting with code 0");
  });

  test(`${shell}: completion is not signalled when the guest is about to reboot`, () => {
    const ran = boot(shell, { provision: [sampleScript("system", '#!/bin/sh\n: >"$LIMA_REBOOT_REQUIRED"\n')] });
    expect(ran.output).toContain("completion is not signalled");
    expect(() => ran.file("lima-boot-done")).toThrow("ENOENT");
  });
}
