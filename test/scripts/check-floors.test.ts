import { describe, expect, test } from "bun:test";
import { checkFloors } from "../../scripts/check-floors.ts";
import { importsOf } from "../../scripts/floors/imports.ts";

const check = (files: Readonly<Record<string, string>>) => checkFloors(new Map(Object.entries(files)));

describe("who may import whom", () => {
  const allowed = [
    ["commands/start.ts", 'import { start } from "../instance/start.ts";'],
    ["instance/start.ts", 'import type { Config } from "../config/types.ts";'],
    ["vm/qemu/plan.ts", 'import { parseSize } from "../../lib/sizes.ts";'],
    ["hostagent/agent.ts", 'import { hello } from "../guest/protocol.ts";'],
    ["main.ts", 'const { list } = await import("./commands/list.ts");'],
    ["lib/yq/run.ts", 'import { UserError } from "../errors.ts";'],
    ["config/fill.ts", 'import { parse } from "yaml";'],
  ] as const;
  test.each(allowed)("%s may: %s", (path, text) => {
    expect(check({ [path]: text })).toEqual([]);
  });

  const forbidden = [
    ["lib/exec.ts", 'import { list } from "../config/list.ts";', "lib may not import config"],
    ["config/fill.ts", 'import type { Store } from "../store/directories.ts";', "config may not import store"],
    ["config/fill.ts", 'export type { Store } from "../store/directories.ts";', "config may not import store"],
    ["config/fill.ts", 'export * from "../store/directories.ts";', "config may not import store"],
    ["config/fill.ts", 'type Store = import("../store/directories.ts").Store;', "config may not import store"],
    ["image/get.ts", 'import {\n  type Config,\n  other,\n} from "../config/types.ts";', "image may not import config"],
    ["vm/qemu/plan.ts", 'const a = await import("../../instance/start.ts");', "vm may not import instance"],
    ["main.ts", '#!/usr/bin/env bun\nimport "./config/types.ts";', "main.ts may not import config"],
    ["guest/agent/run.ts", 'import { a } from "../cidata/plan.ts";', "guest/agent may not import guest/cidata"],
  ] as const;
  test.each(forbidden)("%s may not: %s", (path, text, problem) => {
    const [only, ...more] = check({ [path]: text });
    expect(only).toStartWith(`src/${path}: ${problem} (src/`);
    expect(more).toEqual([]);
  });

  test("a file outside every room is a violation", () => {
    expect(check({ "utils/misc.ts": "" })).toEqual(["src/utils/misc.ts: is in no room of scripts/floors/rooms.ts"]);
  });

  test("texts and comments import nothing", () => {
    expect(
      importsOf(
        `// import type { A } from "./a.ts";\n/*\n * import("./b.ts")\n */\nconst s = 'import x from "./c.ts"';`,
      ),
    ).toEqual([]);
  });
});

describe("circles", () => {
  test("two files that import each other are named in order", () => {
    const files = { "lib/a.ts": 'import { b } from "./b.ts"; b();', "lib/b.ts": 'import type { A } from "./a.ts";' };
    expect(check(files)).toEqual(["circle: src/lib/a.ts -> src/lib/b.ts -> src/lib/a.ts"]);
  });

  test("a file that imports itself is one", () => {
    expect(check({ "lib/a.ts": 'export * from "./a.ts";' })).toEqual(["circle: src/lib/a.ts -> src/lib/a.ts"]);
  });

  test("files that are tangled up give one line, with the shortest way around", () => {
    const files = {
      "lib/a.ts": 'export * from "./b.ts";',
      "lib/b.ts": 'export * from "./c.ts";',
      "lib/c.ts": 'export * from "./a.ts"; export * from "./d.ts";',
      "lib/d.ts": 'export * from "./c.ts"; export * from "./e.ts";',
      "lib/e.ts": "",
    };
    expect(check(files)).toEqual(["circle: src/lib/c.ts -> src/lib/d.ts -> src/lib/c.ts (in a tangle of 4 files)"]);
  });

  test("two roads to the same file are none", () => {
    const files = {
      "lib/a.ts": 'export * from "./b.ts"; export * from "./c.ts";',
      "lib/b.ts": 'export * from "./d.ts";',
      "lib/c.ts": 'export * from "./d.ts";',
      "lib/d.ts": "",
    };
    expect(check(files)).toEqual([]);
  });
});

describe("a file that decides", () => {
  const effects = [
    ["process.env.HOME", "process"],
    ["Bun.sleep(1)", "Bun"],
    ["Date.now()", "Date.now"],
    ["new Date()", "new Date()"],
    ["Math.random()", "Math.random"],
    ["fetch('x')", "fetch"],
    ["`${process.pid}`", "process"],
  ] as const;
  test.each(effects)("must not use %s", (code, effect) => {
    const text = `export const value = () => ${code};`;
    const problem = (path: string) => [`src/${path}: decides, and so must not use ${effect}`];
    expect(check({ "vm/qemu/plan.ts": text })).toEqual(problem("vm/qemu/plan.ts"));
    expect(check({ "hostagent/stall-plan.ts": text })).toEqual(problem("hostagent/stall-plan.ts"));
    expect(check({ "config/fill.ts": text })).toEqual(problem("config/fill.ts"));
    expect(check({ "vm/qemu/start.ts": text, "config/facts-read.ts": text })).toEqual([]);
  });

  const modules = ["node:fs", "node:fs/promises", "node:net", "node:child_process", "node:os", "fs", "bun", "bun:ffi"];
  test.each(modules)("must not import %s", (name) => {
    const text = `import { x } from ${JSON.stringify(name)}; x();`;
    expect(check({ "lib/yq/a.ts": text })).toEqual([`src/lib/yq/a.ts: decides, and so must not use import of ${name}`]);
  });

  const pure = [
    "export const at = (now: Date) => new Date(now.getTime() + 1);",
    "export const at = (text: string) => new Date(`${text}Z`) < new Date(Date.UTC(2020, 1));",
    "export const text = 'process.exit(), Bun.file and Date.now()'; // process.exit()",
    "export const kill = (process: { readonly pid: number }) => process.pid;",
    'import type { Stats } from "node:fs"; export const big = (s: Stats) => s.size > 1;',
    'import { createHash } from "node:crypto"; import { join } from "node:path"; export const h = [createHash, join];',
  ];
  test.each(pure)("may: %s", (text) => {
    expect(check({ "vm/qemu/plan.ts": text })).toEqual([]);
  });
});
