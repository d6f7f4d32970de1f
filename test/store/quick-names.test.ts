import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { instanceNames } from "../../src/store/directories.ts";
import { quickInstanceNames } from "../../src/store/quick-names.ts";

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "limabun-names-"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

test("the quick listing has the names of the usual one, in its order", () => {
  const lima = join(home, ".lima");
  for (const name of ["b", "B", "a.1", "a-1", "z9", "é", "\u{1f600}", "\uffee", "[x]", ".hidden", "_config", "_"]) {
    mkdirSync(join(lima, name), { recursive: true });
  }
  writeFileSync(join(lima, "file"), "");
  symlinkSync("b", join(lima, "link"));
  symlinkSync("nowhere", join(lima, "dangling"));
  const names = instanceNames(lima);
  expect(names).toHaveLength(9);
  expect(quickInstanceNames({ LIMA_HOME: lima })).toEqual(names);
  expect(quickInstanceNames({ HOME: home })).toEqual(names);
  expect(quickInstanceNames({ HOME: home, LIMA_HOME: "" })).toEqual(names);
});

test.each([{}, { HOME: "" }, { LIMA_HOME: "/dev/null" }, { LIMA_HOME: "/nonexistent/lima" }])(
  "the quick listing leaves %p to the usual one",
  (env) => {
    expect(quickInstanceNames(env)).toBeUndefined();
  },
);
