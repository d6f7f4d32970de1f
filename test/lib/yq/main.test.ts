import { expect, test } from "bun:test";
import { runYq } from "../../../src/lib/yq/main.ts";

/** Runs the program on files held in memory. */
async function yq(argv: readonly string[], files: Record<string, string> = {}, stdin = "") {
  const held = new Map(Object.entries(files));
  let out = "";
  let err = "";
  const code = await runYq(argv, {
    stdin: async () => stdin,
    stdout: (text) => {
      out += text;
    },
    stderr: (text) => {
      err += text;
    },
    readFile: (path) => {
      const text = held.get(path);
      if (text === undefined) throw new Error(`open ${path}: no such file or directory`);
      return text;
    },
    exists: (path) => held.has(path),
    writeFile: (path, text) => {
      held.set(path, text);
    },
    env: {},
    now: () => new Date(0),
    random: () => 0,
    stdoutIsTerminal: false,
    stdinIsTerminal: false,
  });
  return { code, out, err, files: Object.fromEntries(held) };
}

test("--version prints the line that scripts look for", async () => {
  expect((await yq(["--version"])).out).toMatch(/^yq .*mikefarah.* version v4\.\d+\.\d+\n$/);
});

test("-i writes the result back and prints nothing", async () => {
  const run = await yq(["-i", ".a = 2 | .b.c = [1]", "x.yml"], { "x.yml": "# c\na: 1 # one\n" });
  expect(run).toMatchObject({ code: 0, out: "", files: { "x.yml": "# c\na: 2 # one\nb:\n  c:\n    - 1\n" } });
});

test("-i of several files changes each; with eval-all the first", async () => {
  const files = { "1.yml": "a: 1\n", "2.yml": "a: 2\n" };
  expect((await yq(["-i", ".a += 1", "1.yml", "2.yml"], files)).files).toEqual({
    "1.yml": "a: 2\n",
    "2.yml": "a: 3\n",
  });
  const merged = await yq(["ea", "-i", 'select(fi == 0) * {"b": select(fi == 1).a}', "1.yml", "2.yml"], files);
  expect(merged.files["1.yml"]).toBe("a: 1\nb: 2\n");
});

test("a failed -i leaves the file alone", async () => {
  const run = await yq(["-i", '.a = error("no")', "x.yml"], { "x.yml": "a: 1\n" });
  expect(run).toMatchObject({ code: 1, err: "Error: no\n", files: { "x.yml": "a: 1\n" } });
});

test("-s writes every result to a file of its own", async () => {
  const run = await yq(["-s", ".name", ".[]", "x.yml"], { "x.yml": "- name: one\n- name: two.txt\n" });
  expect(run.files).toMatchObject({ "one.yml": "name: one\n", "two.txt": "name: two.txt\n" });
  expect((await yq(["-s", '"f_" + $index', ".[]", "x.yml"], { "x.yml": "- a: 1\n- b: 2\n" })).files).toMatchObject({
    "f_0.yml": "a: 1\n",
    "f_1.yml": "b: 2\n",
  });
});

test("the format follows the file's extension both ways", async () => {
  expect((await yq([".b = 2", "x.json"], { "x.json": '{"a":1}' })).out).toBe('{\n  "a": 1,\n  "b": 2\n}\n');
  expect((await yq(["-o", "yaml", ".", "x.json"], { "x.json": '{"a":[1]}' })).out).toBe("a:\n  - 1\n");
  expect((await yq([".a", "x.properties"], { "x.properties": "a = b\n" })).out).toBe("b\n");
});

test("a first argument that names a file is a file, anything else an expression", async () => {
  expect((await yq(["x.yml"], { "x.yml": "a: 1\n" })).out).toBe("a: 1\n");
  expect((await yq(["eval", ".a", "x.yml"], { "x.yml": "a: 1\n" })).out).toBe("1\n");
  expect((await yq([".a"], {}, "a: 7\n")).out).toBe("7\n");
  expect((await yq(["--expression", ".a", "x.yml"], { "x.yml": "a: 1\n" })).out).toBe("1\n");
  expect(
    (await yq(["--from-file", "e.yq", "x.yml"], { "x.yml": "a: 1\n", "e.yq": "#!/usr/bin/yq\n.a # comment\n" })).out,
  ).toBe("1\n");
});

test("errors are one line on stderr and exit code 1", async () => {
  expect(await yq([".a", "none.yml"])).toMatchObject({
    code: 1,
    out: "",
    err: "Error: open none.yml: no such file or directory\n",
  });
  expect((await yq(["--front-matter", "extract", "."])).err).toBe("Error: unknown flag: --front-matter\n");
  expect((await yq(["-o", "lua", "."])).err).toContain("the format lua is not supported");
});

test("--help names the flags", async () => {
  expect((await yq(["--help"])).out).toContain("--null-input");
});
