import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { bootErrorsCommand } from "../../src/hostagent/boot-errors-plan.ts";
import { parseWatchLine, scriptCommand, watchCommand } from "../../src/hostagent/guest-script-plan.ts";
import { exec } from "../../src/lib/exec.ts";

let run: string;
beforeAll(() => {
  run = mkdtempSync(join(tmpdir(), "limabun-guest-"));
});
afterAll(() => rmSync(run, { recursive: true, force: true }));

/** Runs the watching script with another directory in place of /run. */
function watch(...markers: Parameters<typeof watchCommand>[1]) {
  const { command, stdin } = watchCommand("iid-7", markers, "Linux");
  return exec([command], { stdin: stdin.replaceAll("/run/", `${run}/`), timeoutMs: 3000 });
}

describe("the script that watches the boot in the guest", () => {
  test("tells the markers of this start, and the scripts that failed before the last of them", async () => {
    writeFileSync(join(run, "lima-ssh-ready"), "iid-7\n");
    writeFileSync(join(run, "lima-boot-done"), "iid-6\n");
    const watching = watch("lima-ssh-ready", "lima-boot-done");
    await Bun.sleep(50);
    writeFileSync(join(run, "lima-boot-errors"), "boot/x.sh\nprovision.system/0 a\n");
    writeFileSync(join(run, "lima-boot-done"), "iid-7\n");
    expect((await watching).stdout.split("\n")).toEqual([
      "up",
      "marker lima-ssh-ready",
      "boot-error boot/x.sh",
      "boot-error provision.system/0 a",
      "marker lima-boot-done",
      "",
    ]);
  });

  test("tells that boot.sh has given up, and what failed", async () => {
    writeFileSync(join(run, "lima-ssh-ready"), "iid-7\n");
    writeFileSync(join(run, "lima-boot-done"), "iid-6\n");
    writeFileSync(join(run, "lima-boot-errors"), "provision.data/0\n");
    writeFileSync(join(run, "lima-boot-aborted"), "iid-6\n");
    const watching = watch("lima-ssh-ready", "lima-boot-done");
    await Bun.sleep(50);
    writeFileSync(join(run, "lima-boot-aborted"), "iid-7\n");
    const told = ["up", "marker lima-ssh-ready", "boot-error provision.data/0", "aborted", ""];
    expect((await watching).stdout.split("\n")).toEqual(told);
    rmSync(join(run, "lima-boot-aborted"));
  });

  test("waits for a marker that is not there, and for one without a newline yet", async () => {
    rmSync(join(run, "lima-boot-done"));
    rmSync(join(run, "lima-boot-errors"));
    const watching = watch("lima-boot-done");
    await Bun.sleep(20);
    writeFileSync(join(run, "lima-boot-done"), "iid-");
    await Bun.sleep(120);
    writeFileSync(join(run, "lima-boot-done"), "iid-7\n");
    const { stdout, stderr, code } = await watching;
    expect({ stdout, stderr, code }).toEqual({ stdout: "up\nmarker lima-boot-done\n", stderr: "", code: 0 });
  });
});

describe("where the host looks in a guest", () => {
  const cases = [
    ["Linux", "/run", "sudo cat /mnt/lima-cidata/param.env", "sudo -n /bin/sh /mnt/lima-cidata/util/boot_errors.sh"],
    ["FreeBSD", "/var/run", undefined, "sudo -n /bin/sh /mnt/lima-cidata/util/boot_errors.sh"],
    [
      "Darwin",
      "/var/run",
      "(cat /Volumes/cidata/param.env",
      "LIMA_CIDATA_MNT=/Volumes/cidata /bin/sh /Volumes/cidata/util/boot_errors.sh",
    ],
  ] as const;
  test.each(cases)("%s", (os, markers, parameters, errors) => {
    const { stdin } = watchCommand("iid-7", ["lima-boot-done"], os);
    expect(new Set(stdin.match(/(?:\/var)?\/run\b/g))).toEqual(new Set([markers]));
    const { command } = scriptCommand("#!/bin/sh\n", os);
    expect(parameters === undefined ? command : command.includes(parameters)).toBe(
      parameters === undefined ? "/bin/sh" : true,
    );
    expect(bootErrorsCommand(os)).toBe(errors);
  });
});

describe("a line of the watching script", () => {
  const cases: readonly (readonly [string, unknown])[] = [
    ["up", { kind: "up" }],
    ["marker lima-boot-done", { kind: "marker", marker: "lima-boot-done" }],
    ["boot-error a b", { kind: "boot-error", script: "a b" }],
    ["aborted", { kind: "aborted" }],
    ["log 123 /mnt/x.sh", { kind: "log", bytes: 123, script: "/mnt/x.sh" }],
    ["log 123 ", { kind: "log", bytes: 123, script: "" }],
    ["log  ", { kind: "log", bytes: 0, script: "" }],
    ["Welcome to fish", undefined],
    ["upset", undefined],
    ["", undefined],
  ];
  for (const [line, expected] of cases)
    test(JSON.stringify(line), () =>
      expect(parseWatchLine(line)).toEqual(expected as ReturnType<typeof parseWatchLine>),
    );
  test("any text is a line of it or not", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        parseWatchLine(text);
      }),
    );
  });
});

describe("a script for the guest", () => {
  test("is given to its interpreter", () => {
    expect(scriptCommand("#!/usr/bin/env python3\nprint(1)\n", "FreeBSD")).toEqual({
      command: "/usr/bin/env python3",
      stdin: "#!/usr/bin/env python3\nprint(1)\n",
    });
  });

  for (const script of ["echo no", "", "#!", "#!  \nx", `#!/${"x".repeat(5000)}\n`])
    test(`${JSON.stringify(script.slice(0, 20))} has no interpreter`, () =>
      expect(() => scriptCommand(script, "Linux")).toThrow("#!INTERPRETER"));

  test("sees each parameter raw, and its own stdin whole", async () => {
    const bin = join(run, "bin");
    await exec(["mkdir", "-p", bin]);
    const parameters = `PARAM_A=it's 100% "x" $HOME \\n\n\nPARAM_B=two\n`;
    writeFileSync(join(run, "param.env"), parameters);
    writeFileSync(
      join(bin, "sudo"),
      `#!/bin/sh\n[ "$2" = /mnt/lima-cidata/param.env ] && exec cat "${run}/param.env"\n`,
      {
        mode: 0o755,
      },
    );
    const { command, stdin } = scriptCommand(`#!/bin/sh\nprintf '%s|' "$PARAM_A" "$PARAM_B"\nexit 3\n`, "Linux");
    const { stdout, code } = await exec(["/bin/sh", "-c", command], {
      stdin,
      env: { ...process.env, PATH: `${bin}:${process.env.PATH}` },
    });
    expect(stdout).toBe(`it's 100% "x" $HOME \\n|two|`);
    expect(code).toBe(3);
  });
});
