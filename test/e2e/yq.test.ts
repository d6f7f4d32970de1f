import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { lstatSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { arithmeticRows } from "../lib/yq/add-and-arithmetic.table.ts";
import { assignRows } from "../lib/yq/assign.table.ts";
import { collectionRows } from "../lib/yq/collections.table.ts";
import { formatRows, recipeRows } from "../lib/yq/formats.table.ts";
import { mergeRows } from "../lib/yq/merge.table.ts";
import { pathRows } from "../lib/yq/paths.table.ts";
import type { Row } from "../lib/yq/table.ts";
import { textRows } from "../lib/yq/texts.table.ts";
import { xmlRows } from "../lib/yq/xml.table.ts";
import { World } from "../support/limactl.ts";

let world: World;
let yq: string;
beforeAll(() => {
  world = new World();
  yq = join(dirname(world.executable), "yq");
  symlinkSync("limactl", yq);
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

/** Runs one row of the table; the clock and chance are the program's own, so rows that need them are told by the caller. */
async function run(row: Row, index: number) {
  const dir = join(world.root, `row${index}`);
  const files = Object.entries(row.files ?? {});
  await Bun.$`mkdir -p ${dir}`.quiet();
  for (const [name, text] of files) {
    await Bun.$`mkdir -p ${dirname(join(dir, name))}`.quiet();
    writeFileSync(join(dir, name), text);
  }
  const names = files.map(([name]) => name).filter((name) => row.args?.includes(name));
  const args = (row.args ?? []).filter((arg) => !names.includes(arg));
  const input = args.includes("-n") ? [] : ["-"];
  return world.startProgram([yq, ...args, row.expression, ...input, ...names], {
    stdin: row.input,
    cwd: dir,
    env: { ...row.env },
  }).finished;
}

describe("the program called yq", () => {
  test("says what it is", async () => {
    const { stdout } = await world.startProgram([yq, "--version"]).finished;
    expect(stdout).toMatch(/^yq .*mikefarah.* version v/);
  });

  const tables = {
    arithmeticRows,
    assignRows,
    collectionRows,
    formatRows,
    mergeRows,
    pathRows,
    recipeRows,
    textRows,
    xmlRows,
  };
  for (const [name, rows] of Object.entries(tables)) {
    test(`agrees with the table of ${name}`, async () => {
      const fixed = rows.filter((row) => !/\b(?:now|shuffle)\b/.test(row.expression));
      const wrong: unknown[] = [];
      for (const [index, row] of fixed.entries()) {
        const { code, stdout, stderr } = await run(row, index);
        const fine =
          row.error === undefined ? stderr === "" && stdout === row.output : code === 1 && stderr.includes(row.error);
        if (!fine) wrong.push({ row, code, stdout, stderr });
      }
      expect(wrong).toEqual([]);
      expect(fixed.length).toBeGreaterThan(5);
    }, 120_000);
  }

  test("edits a file in place, which keeps its mode and stays where a link leads", async () => {
    const file = world.write("in-place.yaml", "a: 1 # one\n");
    await Bun.$`chmod 600 ${file}`.quiet();
    const link = join(world.root, "link.yaml");
    symlinkSync("in-place.yaml", link);
    const { code } = await world.startProgram([yq, "-i", ".a = 2", link]).finished;
    expect(code).toBe(0);
    expect(readFileSync(file, "utf8")).toBe("a: 2 # one\n");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
  });
});

describe("edits by the options of create", () => {
  test("change their place and leave comments, order and blank lines as they were", async () => {
    const template = world.write(
      "t.yaml",
      "# head\nimages:\n- location: /etc/profile # an image\n\n# processors\ncpus: 2 # two\n\nmemory: 1GiB\n",
    );
    await world.ok([
      "create",
      "--tty=false",
      "--name=edit",
      "--cpus=3",
      "--memory=1.5",
      "--set",
      '.disk = "2GiB"',
      template,
    ]);
    expect(readFileSync(world.file("edit", "lima.yaml"), "utf8")).toBe(
      "# head\nimages:\n- location: /etc/profile  # an image\n\n# processors\ncpus: 3  # two\n\nmemory: 1.5GiB\ndisk: 2GiB\n",
    );
  });
  test("of list are applied to each instance", async () => {
    expect(await world.ok(["list", "--yq", ".config.cpus", "edit"])).toBe("3\n");
    expect(await world.ok(["list", "-q", "--filter", ".cpus == 3"])).toBe("edit\n");
    const denied = await world.limactl(["ls", "--yq", "env(HOME)"]);
    expect(denied.code).toBe(1);
    expect(denied.stderr).toContain("env operations have been disabled");
  });
});
