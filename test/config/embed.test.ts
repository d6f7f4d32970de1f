import { describe, expect, test } from "bun:test";
import { parse } from "yaml";
import { embedTemplate, embedWithPlaces, withAbsoluteLocators } from "../../src/config/templates/embed.ts";
import { readTemplate } from "../../src/config/templates/read.ts";
import { failure, image } from "./fixtures.ts";
import { embed, failureOf, makeContext } from "./template-fixtures.ts";

/** The data of an embedded template. */
const data = async (text: string, files: Readonly<Record<string, string>>): Promise<unknown> =>
  parse(await embed(text, files));

describe("the template's own text stays", () => {
  const odd = "# c\n\n\nimages:   # x\n    - {location:   'a' }\ncpus: 0x10\n\n";
  test("byte for byte without bases and script files", async () => {
    expect(await embed(odd)).toBe(odd);
  });

  test("byte for byte when a template is nothing but its base", async () => {
    expect(await embed("base: b.yaml\n", { "b.yaml": odd })).toBe(odd);
    expect(await embed("base: [b.yaml]\n", { "b.yaml": "base: c.yaml\n", "c.yaml": odd })).toBe(odd);
  });

  test("with comments, order, blank lines, quotes and number formats", async () => {
    const text = `# Heading

# Of base
base: b.yaml
# Of cpus
cpus: 0x10  # line

# Of env
env:
  A: 'single'
  # Of B
  B: "double"
  C: 007
message: |
  text

  more
# End
`;
    expect(await embed(text, { "b.yaml": "plain: true\n" })).toBe(
      `${text.replace("base: b.yaml\n", "").replace("# End\n", "")}plain: true\n\n# End\n`,
    );
  });

  test.each([
    ["right above base", "# Heading\nbase: b.yaml\ncpus: 1\n", "# Heading\ncpus: 1\nplain: true\n"],
    ["above a key with a comment", "# Heading\nbase: b.yaml\n# c\ncpus: 1\n", "# Heading\n# c\ncpus: 1\nplain: true\n"],
    ["above an empty line", "# Heading\nbase: b.yaml\n\n# c\ncpus: 1\n", "# Heading\n\n# c\ncpus: 1\nplain: true\n"],
    ["of a file that is nothing but its base", "# Heading\nbase: b.yaml\n", "# Heading\nplain: true\n"],
  ])("with the heading of the file %s", async (_name, text, result) => {
    expect(await embed(text, { "b.yaml": "plain: true\n" })).toBe(result);
  });
});

describe("merging a base", () => {
  test.each([
    ["missing keys come from the base", "a: 1", "b: 2", { a: 1, b: 2 }],
    ["the template's value stays", "a: 1", "a: 2", { a: 1 }],
    ["mappings are merged", "a: {x: 1}", "a: {x: 2, y: 3}", { a: { x: 1, y: 3 } }],
    ["null keeps the base's value out", "a: null", "a: {x: 1}", { a: null }],
    ["a base's null changes nothing", "a: {x: 1}", "a: null", { a: { x: 1 } }],
    [
      "lists are joined",
      "mounts: [{location: a}]",
      "mounts: [{location: b}]",
      { mounts: [{ location: "a" }, { location: "b" }] },
    ],
    ["an empty list is filled", "images: []", "images:\n- location: b", { images: [{ location: "b" }] }],
    ["lists of lists are left alone", "a: [{b: [1]}]", "a: [{b: [2]}]", { a: [{ b: [1] }, { b: [2] }] }],
    [
      "provision of the base runs first",
      "provision: [{script: t}]",
      "provision: [{script: b}]",
      { provision: [{ script: "b" }, { script: "t" }] },
    ],
    [
      "probes of the base come first",
      "probes: [{hint: t}]",
      "probes: [{hint: b}]",
      { probes: [{ hint: "b" }, { hint: "t" }] },
    ],
    ["dns is the template's when it has any", "dns: [1.1.1.1]", "dns: [2.2.2.2]", { dns: ["1.1.1.1"] }],
    ["dns is the base's when it has none", "dns: []", "dns: [2.2.2.2]", { dns: ["2.2.2.2"] }],
    [
      "mountTypesUnsupported has no repetitions",
      "mountTypesUnsupported: [9p]",
      "mountTypesUnsupported: [9p, virtiofs]",
      { mountTypesUnsupported: ["9p", "virtiofs"] },
    ],
    [
      "the higher minimum version holds",
      "minimumLimaVersion: 1.9.0",
      "minimumLimaVersion: 1.10.0",
      { minimumLimaVersion: "1.10.0" },
    ],
    [
      "also when it is the template's",
      "minimumLimaVersion: 2.0.0",
      "minimumLimaVersion: 1.0.0",
      { minimumLimaVersion: "2.0.0" },
    ],
    [
      "the higher QEMU version holds",
      "vmOpts: {qemu: {minimumVersion: 8.2.1}}",
      "vmOpts: {qemu: {minimumVersion: 8.10.0}}",
      { vmOpts: { qemu: { minimumVersion: "8.10.0" } } },
    ],
  ])("%s", async (_name, text, base, expected) => {
    expect(await data(`${text}\nbase: b.yaml\n`, { "b.yaml": `${base}\n` })).toEqual(expected);
  });

  test("several bases: lists read template, first, second; scripts the other way round", async () => {
    const files = {
      "b1.yaml": "mounts: [b1]\nprovision: [b1]\ncpus: 1\n",
      "b2.yaml": "mounts: [b2]\nprovision: [b2]\ncpus: 2\n",
    };
    expect(await data("base: [b1.yaml, b2.yaml]\nmounts: [t]\nprovision: [t]\n", files)).toEqual({
      mounts: ["t", "b1", "b2"],
      provision: ["b2", "b1", "t"],
      cpus: 1,
    });
  });

  test("bases of bases, relative to where they are", async () => {
    const files = { "sub/b.yaml": "base: c.yaml\na: 1\n", "sub/c.yaml": "b: 2\n" };
    expect(await data("base: sub/b.yaml\nc: 3\n", files)).toEqual({ a: 1, b: 2, c: 3 });
  });

  test("comments of the base come along where the template has none", async () => {
    const text = "base: b.yaml\nenv:\n  A: a  # mine\n";
    const base = "# file heading\n\n# of cpus\ncpus: 1  # one\nenv:\n  # of A\n  A: b  # not taken\n  # of B\n  B: b\n";
    expect(await embed(text, { "b.yaml": base })).toBe(
      "env:\n  # of A\n  A: a  # mine\n  # of B\n  B: b\n# of cpus\ncpus: 1  # one\n",
    );
  });

  test.each([
    [
      "comments on the line of a key stay there, and come along where the template has none",
      "additionalDisks:\n- name: d1 # One\nenv: # mine\n  A: a\n",
      "# Mount disks\nadditionalDisks: # more\n# The second\n- name: d2 # Two\nenv: # not taken\n  B: b\n",
      "# Mount disks\nadditionalDisks:  # more\n- name: d1  # One\n# The second\n- name: d2  # Two\nenv:  # mine\n  A: a\n  B: b\n",
    ],
    [
      "a list of the template without entries keeps the comment behind its brackets",
      "mounts: [] # mine\n",
      "mounts: # not taken\n- location: /a\n",
      "mounts:  # mine\n- location: /a\n",
    ],
    [
      "a higher version comes with its comments",
      "# Works with 0.8\nminimumLimaVersion: 0.8.0 # needs 0.8.0\n",
      "# Requires 1.0.2\nminimumLimaVersion: 1.0.2    # or later\n",
      "# Requires 1.0.2\nminimumLimaVersion: 1.0.2  # or later\n",
    ],
    [
      "entries of one key hand over their comments",
      "mounts:\n- location: l\n  mountPoint: m\n",
      "mounts:\n# how\n- location: l\n  mountPoint: m\n  # SSHFS\n  sshfs: # ssh\n    followSymlinks: true\n",
      "mounts:\n# how\n- location: l\n  mountPoint: m\n  # SSHFS\n  sshfs:  # ssh\n    followSymlinks: true\n",
    ],
    [
      "a disk that becomes a mapping keeps its comments",
      "additionalDisks:\n# head\n- mine # line\n",
      'additionalDisks:\n- name: "*"\n  format: true # good\n',
      "additionalDisks:\n# head\n- name: mine  # line\n  format: true  # good\n",
    ],
  ])("%s", async (_what, text, base, expected) => {
    expect(await embed(`base: b.yaml\n${text}`, { "b.yaml": base })).toBe(expected);
  });

  test("each missing field of a disk is given, its arguments as a whole", async () => {
    const text = "base: b.yaml\nadditionalDisks: [{name: d, format: false, fsArgs: [a]}]\n";
    const base = "additionalDisks: [{name: d, format: true, fsType: xfs, fsArgs: [b]}]\n";
    expect(await data(text, { "b.yaml": base })).toEqual({
      additionalDisks: [{ name: "d", format: false, fsArgs: ["a"], fsType: "xfs" }],
    });
  });

  test("aliases of a base are resolved", async () => {
    const files = { "b.yaml": "x: &x {a: 1}\ny: *x\n" };
    expect(await data("base: b.yaml\nz: 1\n", files)).toEqual({ x: { a: 1 }, y: { a: 1 }, z: 1 });
  });

  test("_config/base.yaml comes first, at the top only", async () => {
    const files = { "c/base.yaml": "cpus: 9\nmounts: [d]\n", "b.yaml": "cpus: 1\nmounts: [b]\n" };
    const text = await embed("base: b.yaml\nmounts: [t]\n", files, { defaultBase: "/here/c/base.yaml" });
    expect(parse(text)).toEqual({ cpus: 9, mounts: ["t", "d", "b"] });
    expect(parse(await embed("mounts: [t]\n", files, { defaultBase: "/here/c/base.yaml" }))).toEqual({
      cpus: 9,
      mounts: ["t", "d"],
    });
  });

  test("a base of comments leaves them at the end", async () => {
    expect(await embed("base: b.yaml\na: 1\n", { "b.yaml": "# just this\n" })).toBe("a: 1\n\n# just this\n");
  });
});

describe("what cannot be embedded", () => {
  test.each([
    [
      "a loop",
      "base: b.yaml",
      { "b.yaml": "base: b.yaml" },
      "base template loop detected: template `/here/b.yaml` already included",
    ],
    [
      "a template as its own base",
      "base: t.yaml",
      {},
      "base template loop detected: template `/here/t.yaml` already included",
    ],
    [
      "a template as a base of its base",
      "base: b.yaml",
      { "b.yaml": "base: ./t.yaml" },
      "base template loop detected: template `/here/t.yaml` already included",
    ],
    [
      "a base twice",
      "base: [b.yaml, b.yaml]\na: 1",
      { "b.yaml": "b: 1" },
      "base template loop detected: template `/here/b.yaml` already included",
    ],
    [
      "a digest",
      "base: [{url: b.yaml, digest: sha256:x}]",
      {},
      "base `/here/b.yaml` in `t.yaml` has specified a digest; digest support is not yet implemented",
    ],
    ["a base that is missing", "base: b.yaml", {}, "open /here/b.yaml: no such file or directory"],
    [
      "a base that is no mapping",
      "base: b.yaml\na: 1",
      { "b.yaml": "[1]" },
      "failed to unmarshal YAML (/here/b.yaml): the document must be a mapping",
    ],
    [
      "a base that is no YAML",
      "base: b.yaml\na: 1",
      { "b.yaml": "a: [" },
      "failed to unmarshal YAML (/here/b.yaml): [1:5] ",
    ],
    [
      "a locator that leaves the directory",
      "base: ../b.yaml",
      {},
      "relative locator path `../b.yaml` must not contain '..' path segments",
    ],
  ])("%s", async (_name, text, files, message) => {
    expect(await failureOf(embed(text, files as unknown as Record<string, string>))).toStartWith(message);
  });

  test("bases that never end", async () => {
    const files = Object.fromEntries(
      Array.from({ length: 1200 }, (_, i) => [`b${i}.yaml`, `base: b${i + 1}.yaml\nk${i}: 1\n`]),
    );
    expect(await failureOf(embed("base: b0.yaml\na: 1\n", files))).toBe("more than 1000 base templates");
  });

  test("a chain of a hundred bases is fine", async () => {
    const files = Object.fromEntries(
      Array.from({ length: 100 }, (_, i) => [
        `b${i}.yaml`,
        i === 99 ? "last: 1\n" : `base: b${i + 1}.yaml\nk${i}: 1\n`,
      ]),
    );
    expect(await data("base: b0.yaml\na: 1\n", files)).toMatchObject({ a: 1, k0: 1, k98: 1, last: 1 });
  });

  test("results of more than 4 MiB", async () => {
    const big = (key: string) => `${key}: "${"x".repeat(2_500_000)}"\n`;
    expect(await failureOf(embed(`base: b.yaml\n${big("a")}`, { "b.yaml": big("b") }))).toBe(
      "template `t.yaml` embedding exceeded the size limit (4194304 bytes)",
    );
  });

  test("a hundred thousand keys are merged", async () => {
    const keys = Array.from({ length: 100_000 }, (_, i) => `k${i}: 1`).join("\n");
    expect(await embed("base: b.yaml\na: 1\n", { "b.yaml": keys })).toBe(`a: 1\n${keys}\n`);
  }, 20_000);

  test("aliases that grow without bound", async () => {
    const lines = Array.from({ length: 40 }, (_, i) => `a${i}: &a${i} [${i === 0 ? "x" : `*a${i - 1}, *a${i - 1}`}]`);
    expect(await failureOf(embed("base: b.yaml\na: 1\n", { "b.yaml": `${lines.join("\n")}\n` }))).toContain(
      "aliases stand for more than 100000 values",
    );
  });
});

describe("without embedding all", () => {
  test("bases of the store stay", async () => {
    expect(await embed("base: [b.yaml, template:shipped]\na: 1\n", { "b.yaml": "b: 2\n" }, { embedAll: false })).toBe(
      "base: [template:shipped]\na: 1\nb: 2\n",
    );
    expect(await embed("base: template:shipped\n", {}, { embedAll: false })).toBe("base: template:shipped\n");
  });

  test("also those of a base, in front of the template's other ones", async () => {
    const files = { "b.yaml": "base: template:shipped\n", "c.yaml": "base: [template:shipped]\n" };
    for (const name of ["b.yaml", "c.yaml"])
      expect(await embed(`base: [${name}, template:other]\n`, files, { embedAll: false })).toBe(
        "base: [template:shipped, template:other]\n",
      );
    expect(await failureOf(embed("base: [b.yaml, c.yaml]\n", files, { embedAll: false }))).toBe(
      "cannot embed template `/here/c.yaml` after not embedding `template:shipped`",
    );
  });

  test("nothing can be embedded behind them", async () => {
    expect(await failureOf(embed("base: [template:shipped, b.yaml]\n", {}, { embedAll: false }))).toBe(
      "cannot embed template `/here/b.yaml` after not embedding `template:shipped`",
    );
  });

  test("a locator with a colon is quoted between brackets, as yq does it", async () => {
    const text = "base: [b.yaml]\nprovision:\n- {file: s.sh}\n- file: {url: s.sh}\n- file: s.sh\n";
    const context = makeContext({});
    expect(withAbsoluteLocators({ locator: "template:x/t", resolved: "template:x/t", text }, context)).toBe(
      "base: ['template:x/b.yaml']\nprovision:\n- {file: 'template:x/s.sh'}\n- file: {url: 'template:x/s.sh'}\n- file: template:x/s.sh\n",
    );
  });

  test("only locators become absolute", async () => {
    const context = makeContext({
      files: { "/here/t.yaml": "base: [b.yaml, template:x]  # c\nprobes:\n- file: p.sh\n" },
    });
    expect(withAbsoluteLocators(await readTemplate("t.yaml", context), context)).toBe(
      "base: [/here/b.yaml, template:x]  # c\nprobes:\n- file: /here/p.sh\n",
    );
  });
});

describe("what is wrong is told by the place where it was written", () => {
  /** Loads `/here/t.yaml` with its bases. @returns what it fails with */
  async function failureIn(text: string, files: Readonly<Record<string, string>>): Promise<string> {
    const all = Object.entries({ ...files, "t.yaml": text }).map(([name, value]) => [`/here/${name}`, value]);
    const context = makeContext({ files: Object.fromEntries(all) });
    const whole = await embedWithPlaces(await readTemplate("t.yaml", context), context);
    return failure(whole.text, { path: "t.yaml", ...(whole.places === undefined ? {} : { places: whole.places }) });
  }
  const port = "portForwards:\n- guestPort: 22\n  hostPort: 1\n";
  const script = "provision:\n- mode: none\n  script: x\n";

  test.each([
    ["without bases", `${image}${port}`, {}, "t.yaml:3:3: field `portForwards[0].guestPort` must not be 22"],
    ["below a base", `# c\nbase: b.yaml\n${port}`, { "b.yaml": `\n\n${image}` }, "t.yaml:4:3: field `portForwards[0]"],
    ["in a base", "base: b.yaml\ncpus: 1\n", { "b.yaml": `# c\n\n${image}${port}` }, "/here/b.yaml:5:3: field `portF"],
    [
      "in the only base",
      "base: b.yaml\n",
      { "b.yaml": `# c\n${image}${port}` },
      "/here/b.yaml:4:3: field `portForwards",
    ],
    [
      "in a base of a base",
      `${image}base: b.yaml\n`,
      { "b.yaml": "base: c.yaml\n", "c.yaml": `\n${port}` },
      "/here/c.yaml:3:3: field `portForwards[0]",
    ],
    [
      "in a script behind those of a base",
      `${image}base: b.yaml\n\n${script}`,
      { "b.yaml": "provision:\n- script: y\n" },
      "t.yaml:5:3: field `provision[1].mode`",
    ],
    [
      "a value of the wrong type",
      `${image}base: b.yaml\ndisk: [1]\n`,
      { "b.yaml": "\n\ncpus: many\n" },
      "failed to unmarshal YAML (main file `t.yaml`): [3:1] field `disk` must be a single value, got a list\n" +
        "failed to unmarshal YAML (/here/b.yaml): [3:1] field `cpus` must be an integer, got `many`",
    ],
    [
      "a parameter that is not used",
      `${image}base: b.yaml\n`,
      { "b.yaml": "#\nparam:\n  A: x\n" },
      "/here/b.yaml:3:3: field `param` key `A` is not used",
    ],
  ])("%s", async (_name, text, files, message) => {
    expect(await failureIn(text, files)).toStartWith(message);
  });
});

describe("script files", () => {
  test("take the place of `file`, with its comment", async () => {
    expect(await embed("provision:\n- file: s.sh  # c\n  mode: user\n", { "s.sh": "#!/bin/sh\necho\n" })).toBe(
      "provision:\n- script: |  # c\n    #!/bin/sh\n    echo\n  mode: user\n",
    );
  });

  test.each([
    ["a mapping", "provision: [{file: {url: s.sh}}]", { provision: [{ script: "text\n" }] }],
    ["data", "provision: [{mode: data, file: s.sh}]", { provision: [{ mode: "data", content: "text\n" }] }],
    ["yq", "provision: [{mode: yq, file: s.sh}]", { provision: [{ mode: "yq", expression: "text\n" }] }],
    ["a probe", "probes: [{file: s.sh}]", { probes: [{ script: "text\n" }] }],
    ["an empty script", "provision: [{script: '', file: s.sh}]", { provision: [{ script: "text\n" }] }],
    [
      "a script that is there",
      "provision: [{script: x, file: /s.sh}]",
      { provision: [{ script: "x", file: "/s.sh" }] },
    ],
  ])("%s", async (_name, text, expected) => {
    expect(await data(text, { "s.sh": "text\n" })).toEqual(expected);
  });

  test("of bases are relative to the base", async () => {
    const files = { "sub/b.yaml": "provision: [{file: s.sh}]\n", "sub/s.sh": "x" };
    expect(await data("base: sub/b.yaml\na: 1\n", files)).toEqual({ a: 1, provision: [{ script: "x" }] });
  });

  test.each([
    ["an empty one", "", '- script: ""  # c'],
    ["spaces at the end", "echo  ", '- script: "echo  "  # c'],
    ["empty lines at the end of all", "echo\n\n", '- script: "echo\\n\\n"  # c'],
    ["empty lines at the start", "\n\necho\n", "- script: |  # c"],
    ["spaces at the start", "  echo\n", "- script: |2  # c"],
    ["what looks like YAML", "a: b # c\n- '\"{", "- script: |-  # c"],
  ])("arrive exactly: %s", async (_name, script, line) => {
    const text = await embed("provision:\n- file: s.sh # c\n", { "s.sh": script });
    expect(text).toContain(line);
    expect(parse(text)).toEqual({ provision: [{ script }] });
  });

  test.each([
    ["a\u00a0", "'\\u00a0' at offset 1"],
    ["\u00e4\u20ac\u{1f600}\t", "'\\t' at offset 9"],
    ["\u0007", "'\\a' at offset 0"],
    ["\u007f", "'\\x7f' at offset 0"],
    ["\u{e0001}", "'\\U000e0001' at offset 0"],
  ])("are base64 with %j in them", async (script, reason) => {
    const context = makeContext({ files: { "/here/t.yaml": "provision:\n- file: s.sh\n", "/here/s.sh": script } });
    await embedTemplate(await readTemplate("t.yaml", context), context);
    expect(context.notes as string[]).toEqual([
      `File \`/here/s.sh\` is being base64 encoded: unprintable character ${reason}`,
    ]);
  });

  test("a data file may be none of text, a script may not", async () => {
    const bytes = Uint8Array.of(0x61, 0xff, 0x00, 0xc3, 0xa4);
    const files = { "/here/t.yaml": "provision:\n- {mode: data, file: s}\n", "/here/s": bytes };
    const context = makeContext({ files });
    const text = await embedTemplate(await readTemplate("t.yaml", context), context);
    expect(text).toContain("content: !!binary Yf8Aw6Q=");
    expect(context.notes as string[]).toEqual([
      "File `/here/s` is being base64 encoded: unprintable character '\\xff' at offset 1",
    ]);
    const script = makeContext({ files: { ...files, "/here/t.yaml": "provision:\n- {file: s}\n" } });
    expect(embedTemplate(await readTemplate("t.yaml", script), script)).rejects.toThrow("`/here/s` is not UTF-8 text");
  });

  test("texts that YAML cannot hold become base64", async () => {
    const script = `#!/bin/sh\n\tif true; then echo "$1" 'x'; fi\r\n${"y".repeat(60)}`;
    const context = makeContext({ files: { "/here/t.yaml": "provision:\n- file: s.sh\n", "/here/s.sh": script } });
    const text = await embedTemplate(await readTemplate("t.yaml", context), context);
    expect(text).toContain("- script: !!binary |");
    expect(text.split("\n").every((line) => line.length <= 80)).toBe(true);
    expect(context.notes as string[]).toEqual([
      "File `/here/s.sh` is being base64 encoded: unprintable character '\\t' at offset 10",
    ]);
    const embedded = parse(text, { customTags: ["binary"] }) as { provision: [{ script: Uint8Array }] };
    expect(new TextDecoder().decode(embedded.provision[0].script)).toBe(script);
  });
});

describe("entries of one key", () => {
  test("disks: a wildcard completes every earlier one", async () => {
    const base = "additionalDisks: [{name: d4}, {name: '*', format: true}, {name: d5}]\n";
    expect(await data("base: b.yaml\nadditionalDisks: [d1, {name: d3, format: false}]\n", { "b.yaml": base })).toEqual({
      additionalDisks: [
        { name: "d1", format: true },
        { name: "d3", format: false },
        { name: "d4", format: true },
        { name: "d5" },
      ],
    });
  });

  test("mounts: a later entry gives what the earlier one lacks", async () => {
    const base =
      "mounts: [{location: '~', writable: true, 9p: {msize: 1MiB}, sshfs: {cache: false}}, {location: '*', virtiofs: {queueSize: 5}}]\n";
    expect(
      await data("base: b.yaml\nmounts: [{location: '~', sshfs: {cache: true}}, {location: /x}]\n", { "b.yaml": base }),
    ).toEqual({
      mounts: [
        { location: "~", writable: true, "9p": { msize: "1MiB" }, sshfs: { cache: true }, virtiofs: { queueSize: 5 } },
        { location: "/x", virtiofs: { queueSize: 5 } },
      ],
    });
  });

  test("networks: a wildcard also completes entries without an interface", async () => {
    const base = "networks: [{interface: '*', metric: 123}]\n";
    expect(await data("base: b.yaml\nnetworks: [{lima: a}, {lima: b, metric: 1}]\n", { "b.yaml": base })).toEqual({
      networks: [
        { lima: "a", metric: 123 },
        { lima: "b", metric: 1 },
      ],
    });
  });

  test("a list that a wildcard leaves empty stays a list", async () => {
    expect(await embed("networks: []\nbase: b.yaml\ncpus: 1\n", { "b.yaml": 'networks:\n- interface: "*"\n' })).toBe(
      "networks: []\ncpus: 1\n",
    );
  });

  test("networks: an entry without a connection gets one", async () => {
    const base = "networks: [{interface: n, socket: /s, lima: l}, {interface: m, lima: l}]\n";
    expect(await data("base: b.yaml\nnetworks: [{interface: m, socket: /t}]\n", { "b.yaml": base })).toEqual({
      networks: [
        { interface: "m", socket: "/t" },
        { interface: "n", socket: "/s", lima: "l" },
      ],
    });
  });
});
