import { expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { basename, join } from "node:path";

const root = join(import.meta.dir, "../../../src/guest/boot");
const scripts = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".sh"));
const util = (name: string) => join(root, "util", name);

/** The shells of the guests: dash or bash as sh, bash, and BusyBox's. */
const shells = [["sh"], ["bash"], ["busybox", "ash"]];

function run(shell: readonly string[], script: string, args: readonly string[], input = "") {
  const [command = "", ...first] = shell;
  return spawnSync(command, [...first, script, ...args], { input, encoding: "utf8" });
}

test("shellcheck finds nothing in any script", () => {
  const { stdout, status } = spawnSync("shellcheck", ["-s", "sh", ...scripts], { cwd: root, encoding: "utf8" });
  expect(stdout).toBe("");
  expect(status).toBe(0);
}, 120_000);

test("BusyBox can parse every script", () => {
  for (const script of scripts) expect(spawnSync("busybox", ["ash", "-n", script], { cwd: root }).status).toBe(0);
});

test("every script is run by sh and has a name that fits the media", () => {
  expect(scripts.filter((script) => basename(script).length > 30)).toEqual([]);
  const first = spawnSync("head", ["-qn1", ...scripts], { cwd: root, encoding: "utf8" })
    .stdout.trim()
    .split("\n");
  expect([...new Set(first)]).toEqual(["#!/bin/sh"]);
});

for (const shell of shells) {
  const name = shell.join(" ");

  test.each([
    ["1.2.3", "-lt", "1.10", 0],
    ["1.10", "-lt", "1.2.3", 1],
    ["5.13", "-ge", "5.13", 0],
    ["5.13", "-gt", "5.13", 1],
    ["6.1.0", "-ge", "5.13", 0],
    ["2.0", "-ne", "2", 0],
    ["2.0", "-eq", "2.0", 0],
    ["1", "-le", "2", 0],
    ["1", "=", "2", 1],
  ])(`${name}: compare_version.sh %s %s %s`, (a, operator, b, status) => {
    expect(run(shell, util("compare_version.sh"), [a, operator, b]).status).toBe(status);
  });

  const row = (point: string, options = "ro,comment=cloudconfig") => `tag\t${point}\tvirtiofs\t${options}\t0\t0\n`;

  test.each([
    ["a blank", row("/a b"), row("/a\\040b")],
    ["a tab", row("/a\tb"), row("/a\\011b")],
    ["a backslash beside a blank", row("/a\\ b"), row("/a\\134\\040b")],
    ["nothing to escape", row("/a\\040b"), row("/a\\040b")],
    ["a line of somebody else's", row("/a b", "ro"), row("/a b", "ro")],
    ["another file system", "LABEL=x / ext4 defaults 0 1\n", "LABEL=x / ext4 defaults 0 1\n"],
  ])(`${name}: escape_fstab.sh with %s`, (_, input, output) => {
    expect(run(shell, util("escape_fstab.sh"), [], input).stdout).toBe(output);
  });

  test(`${name}: unescape_fstab.sh decodes the escapes of fstab, once`, () => {
    const input = "a\\040b\\011c\\134040d\\043e\\999\n";
    expect(run(shell, util("unescape_fstab.sh"), [], input).stdout).toBe("a b\tc\\040d#e\\999\n");
  });
}
