import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { registeredDrivers } from "../../src/vm/drivers.ts";
import { externalDriverName, findExternalDrivers } from "../../src/vm/external-drivers.ts";
import { makeHost } from "../config/fixtures.ts";

let root = "";
const program = (path: string, mode = 0o755): string => {
  mkdirSync(join(root, path, ".."), { recursive: true });
  writeFileSync(join(root, path), "#!/bin/sh\n");
  chmodSync(join(root, path), mode);
  return join(root, path);
};
const hostWith = (...path: readonly string[]) =>
  makeHost({ self: [join(root, "p/bin/limactl")], env: { LIMA_DRIVERS_PATH: path.join(":") } });

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "drivers-"));
  program("a/lima-driver-one");
  program("a/lima-driver-two.exe");
  program("a/lima-driver-three", 0o644);
  program("a/other");
  mkdirSync(join(root, "a/lima-driver-four"));
  program("b/lima-driver-one");
  program("b/lima-driver-five");
  program("p/libexec/lima/lima-driver-six");
  program("p/lib/lima/lima-driver-qemu");
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe("external drivers", () => {
  test("are the programs of directories and the programs that are named, the first of a name winning", () => {
    const found = findExternalDrivers(hostWith(join(root, "a"), join(root, "b/lima-driver-five"), join(root, "b")));
    expect(found).toEqual({
      paths: {
        five: join(root, "b/lima-driver-five"),
        one: join(root, "a/lima-driver-one"),
        qemu: join(root, "p/lib/lima/lima-driver-qemu"),
        six: join(root, "p/libexec/lima/lima-driver-six"),
      },
      warnings: [],
    });
  });

  test("what is not there is told", () => {
    expect(findExternalDrivers(hostWith("/nowhere/x")).warnings).toEqual([
      "Error accessing external driver path /nowhere/x: stat /nowhere/x: no such file or directory",
    ]);
  });

  test("do not take the place of this program's own", () => {
    expect(registeredDrivers(hostWith()).locations).toEqual({
      qemu: "internal",
      six: join(root, "p/libexec/lima/lima-driver-six"),
    });
  });

  test.each([
    ["lima-driver-x", "linux", "x"],
    ["lima-driver-x.exe", "linux", undefined],
    ["lima-driver-x.exe", "windows", "x"],
    ["lima-driver-x", "windows", undefined],
    ["lima-driver-", "linux", undefined],
    ["lima-driver-.exe", "windows", undefined],
  ] as const)("the name of %s on %s is %s", (file, os, name) => {
    expect(externalDriverName(file, os)).toBe(name);
  });
});
