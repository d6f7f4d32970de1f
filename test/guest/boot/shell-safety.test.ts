import { afterAll, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { bootCommands } from "../../../src/guest/cidata/boot-commands.ts";
import { planGuestMedia } from "../../../src/guest/cidata/plan.ts";
import { sampleMount } from "../../support/sample-config.ts";
import { sampleFacts, sampleScript } from "../sample-facts.ts";
import { runBootSh } from "./run-boot-sh.ts";

const directory = mkdtempSync(join(tmpdir(), "shell-safety-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const printable = String.fromCharCode(...Array.from({ length: 95 }, (_, at) => at + 32));

/** Texts of any characters, dense in what shells give a meaning to. */
const anyText = fc
  .oneof(
    fc.string({ unit: "binary" }),
    fc.string({ unit: fc.constantFrom(..."'\"\\$`(){}[]!#&*|<>?;~ \t\n=-%/") }),
    fc.constantFrom(
      printable,
      "$(touch /run/owned)",
      "`touch /run/owned`",
      "';touch /run/owned;'",
      '";touch /run/owned;"',
      " x ",
      "*",
      "~",
      "-n",
    ),
  )
  .map((text) => text.replaceAll("\0", "").toWellFormed());
const line = anyText.map((text) => text.replace(/[\r\n]/g, ""));

/** What pam_env makes of a value. */
function cleaned(value: string): string {
  const cut = value.replace(/#.*/s, "");
  if (!/^["']/.test(cut)) return cut;
  return cut.slice(1).replace(/["']$/, "");
}

const shells = ["sh", "bash", "busybox ash"];

for (const shell of shells) {
  test(`${shell}: every value of the media reaches scripts as it is, and none is run`, () => {
    const lines = fc.sample(line, 150);
    const names = lines.map((_, at) => `V${at}`);
    const named = Object.fromEntries(lines.map((text, at) => [`V${at}`, text]));
    const points = lines.slice(0, 40).map((text) => `/${text}`);
    const files = lines
      .slice(0, 40)
      .map((text, at) => `/run/${at}-${text.replaceAll("/", "_")}`.slice(0, 80).toWellFormed());
    const contents = fc.sample(anyText, files.length);
    const variables = [
      ...names.map((name) => `PARAM_${name}`),
      ...names,
      ...points.map((_, at) => `LIMA_CIDATA_MOUNTS_${at}_MOUNTPOINT`),
      "LIMA_CIDATA_HOME",
      "LIMA_CIDATA_SHELL",
      "LIMA_CIDATA_GUEST_INSTALL_PREFIX",
      "LIMA_CIDATA_DISK_0_FSARGS",
    ];
    const [home = "", loginShell = "", prefix = ""] = lines.slice(0, 3).map((text) => `/${text}`);
    const print = `#!/bin/sh\nfor name in ${variables.join(" ")}; do eval "printf '%s\\\\0' \\"\\$$name\\""; done >/run/values\n`;
    const ran = runBootSh(
      directory,
      shell,
      {
        param: named,
        user: { ...sampleFacts().config.user, home, shell: loginShell },
        guestInstallPrefix: prefix,
        additionalDisks: [{ name: "d", fsArgs: lines.slice(3, 9) }],
        mounts: points.map((point) => sampleMount("/x", point)),
        provision: [
          ...files.map((path, at) => ({
            ...sampleScript("data", ""),
            path,
            permissions: "600",
            content: contents[at] ?? "",
          })),
          sampleScript("system", print),
        ],
      },
      { environment: named },
    );
    expect(ran.output).toContain("Exiting with code 0");
    const values = readFileSync(join(ran.run, "values"), "utf8").split("\0").slice(0, -1);
    expect(values).toEqual([
      ...lines,
      ...lines.map(cleaned),
      ...points,
      home,
      loginShell,
      prefix,
      lines.slice(3, 9).join(" "),
    ]);
    for (const [at, path] of files.entries())
      expect(readFileSync(join(ran.run, path.slice("/run/".length)), "utf8")).toBe(contents[at] ?? "");
    expect(() => ran.file("owned")).toThrow("ENOENT");
  });

  test(`${shell}: parameters of several lines reach scripts of mode boot`, () => {
    const texts = fc.sample(anyText, 200);
    const param = Object.fromEntries(texts.map((text, at) => [`V${at}`, text]));
    const print = texts.map((_, at) => `printf '%s\\0' "$PARAM_V${at}"\n`).join("");
    const facts = sampleFacts({ param, provision: [sampleScript("boot", print)] }, { nics: [] });
    const [command = "", ...args] = shell.split(" ");
    const { stdout } = spawnSync(command, args, { input: bootCommands(facts).join("\n"), encoding: "utf8" });
    expect(stdout.split("\0").slice(0, -1)).toEqual(texts);
  });
}

test("a value that would not stay one line is an error that names it", () => {
  for (const text of ["a\nb", "a\rb", "a\0b"]) {
    expect(() => planGuestMedia(sampleFacts({ param: { x: text } }))).toThrow("`PARAM_x` must be one line");
    expect(() => planGuestMedia(sampleFacts({}, { environment: { X: text } }))).toThrow("`X` must be one line");
    const mounts = [sampleMount("/x", `/${text}`)];
    expect(() => planGuestMedia(sampleFacts({ mounts }))).toThrow("must be one line");
  }
});
