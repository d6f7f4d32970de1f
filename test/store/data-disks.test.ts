import { afterAll, beforeEach, expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findDataDisk, lockDataDisk, unlockDataDisks } from "../../src/store/data-disks.ts";

const root = mkdtempSync(join(tmpdir(), "data-disks-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let home = "";
beforeEach(() => {
  home = mkdtempSync(join(root, "home-"));
});

function place(parent: string, name: string): string {
  const directory = join(home, parent, name);
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, "datadisk"), "bytes");
  return directory;
}

test("a disk is found in _disks, and in _disk where only that has it", () => {
  const directory = place("_disks", "data");
  place("_disk", "data");
  const old = place("_disk", "old");
  expect(findDataDisk(home, "data")).toEqual({ name: "data", directory, path: join(directory, "datadisk") });
  expect(findDataDisk(home, "old").directory).toBe(old);
});

test("a disk that does not exist is an error that says how to make it", () => {
  expect(() => findDataDisk(home, "none")).toThrow(
    `failed to attach disk \`none\`: \`${home}/_disks/none/datadisk\` does not exist (hint: make it with \`limactl disk create none --size=SIZE\`)`,
  );
});

test("the mark is a link to the instance, and is taken off by that instance alone", () => {
  const directory = place("_disks", "data");
  lockDataDisk(findDataDisk(home, "data"), join(home, "one"));
  expect(readlinkSync(join(directory, "in_use_by"))).toBe(join(home, "one"));
  expect(unlockDataDisks(home, join(home, "two"))).toEqual([]);
  expect(existsSync(directory)).toBe(true);
  expect(unlockDataDisks(home, join(home, "one"))).toEqual(["data"]);
  expect(() => readlinkSync(join(directory, "in_use_by"))).toThrow("ENOENT");
});

test("the same instance may mark a disk again, another one may not", () => {
  place("_disks", "data");
  const disk = findDataDisk(home, "data");
  lockDataDisk(disk, join(home, "one"));
  lockDataDisk(disk, join(home, "one"));
  expect(() => lockDataDisk(disk, join(home, "two"))).toThrow("in use by instance `one`");
});

test("a mark that names the instance by another path is the instance's own", () => {
  const directory = place("_disks", "data");
  mkdirSync(join(home, "one"));
  symlinkSync(home, join(home, "link"));
  symlinkSync(join(home, "link", "one"), join(directory, "in_use_by"));
  lockDataDisk(findDataDisk(home, "data"), join(home, "one"));
  expect(unlockDataDisks(home, join(home, "one"))).toEqual(["data"]);
});

test("a home without disks has none to take marks off", () => {
  expect(unlockDataDisks(home, join(home, "one"))).toEqual([]);
});
