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

test("-i of several files puts all results in the first", async () => {
  const files = { "1.yml": "a: 1\n", "2.yml": "a: 2\n" };
  expect((await yq(["-i", ".a += 1", "1.yml", "2.yml"], files)).files).toEqual({
    "1.yml": "a: 2\n---\na: 3\n",
    "2.yml": "a: 2\n",
  });
  const merged = await yq(["ea", "-i", 'select(fi == 0) * {"b": select(fi == 1).a}', "1.yml", "2.yml"], files);
  expect(merged.files["1.yml"]).toBe("a: 1\nb: 2\n");
});

test("front matter is read alone, or changed while the text below it stays", async () => {
  const files = { "x.md": "---\na: 1\n---\n# Title\n" };
  expect((await yq(["--front-matter=extract", ".a", "x.md"], files)).out).toBe("1\n");
  expect((await yq(["-f", "process", ".a = 2", "x.md"], files)).out).toBe("---\na: 2\n---\n# Title\n");
  expect((await yq(["-i", "-f", "process", ".a = 3", "x.md"], files)).files["x.md"]).toBe("---\na: 3\n---\n# Title\n");
});

test("-s stays inside the current directory unless it is told otherwise", async () => {
  const out = (path: string, ...flags: string[]) =>
    yq([...flags, "-s", `"${path}"`, ".", "x.yml"], { "x.yml": "a: 1\n" });
  for (const path of ["../x", "/tmp/x", "a/../../x"]) expect((await out(path)).err).toContain("must stay within");
  expect((await out("../x", "--security-allow-write-any-path")).files["../x.yml"]).toBe("a: 1\n");
  expect((await yq(["-i", "-s", ".a", ".", "x.yml"], { "x.yml": "a: 1\n" })).err).toContain("cannot be used with");
});

test("texts are read and written as base64 and as parts of URLs", async () => {
  const files = { "x.b64": "aGkgdGhlcmU=\n", "x.yml": "hi there\n", "l.yml": "[1]\n" };
  expect((await yq(["-p", "base64", "-oy", ".", "x.b64"], files)).out).toBe("hi there\n");
  expect((await yq(["-o", "base64", ".", "x.yml"], files)).out).toBe("aGkgdGhlcmU=");
  expect((await yq(["-o", "uri", ".", "x.yml"], files)).out).toBe("hi+there");
  expect((await yq(["-o", "base64", ".", "l.yml"], files)).err).toContain("cannot encode !!seq as base64");
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
  expect((await yq(["--nonsense", "."])).err).toBe("Error: unknown flag: --nonsense\n");
  expect((await yq([".", "x.hcl"], { "x.hcl": "a = 1\n" })).err).toContain("the format hcl is not supported");
  expect((await yq([".a", "x.toml"], { "x.toml": "a = 1\n" })).out).toBe("1\n");
  expect((await yq(["-o", "lua", "."])).err).toContain("the format lua is not supported");
});

test("--help names the flags", async () => {
  expect((await yq(["--help"])).out).toContain("--null-input");
});
