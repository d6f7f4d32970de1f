import { describe, expect, test } from "bun:test";
import { evaluateAll, evaluateJson, evaluateYaml } from "../../../src/lib/yq/evaluate.ts";

const template = `# A template.
# Two lines.

# ======
# BASICS
# ======

# The kind of machine.
vmType: null

images:
# Preferred.
- location: "https://example.com/a.img"
  arch: "x86_64"
  digest: "sha256:aaaa"  # pinned
# Fallback.
- location: 'https://example.com/b.img'
  arch: "aarch64"
  # kernel:
  #   location: foo

cpus: 4  # a number
mounts:
- location: "~"
  # Not writable.
  writable: null
  sshfs:
    # A cache.
    cache: null
# - location: "/tmp"


provision:
- mode: system
  script: |
    #!/bin/bash

    echo hi
- mode: user
  script: >
    folded text
    goes on

    to here
map: {a: 1, b: [x, "y"]}
last: true

# ===
# END
`;

/** The template with one text replaced. */
function edited(from: string, to: string): string {
  expect(template).toContain(from);
  return template.replace(from, to);
}

describe("an edit changes nothing but its place", () => {
  const cases: readonly (readonly [expression: string, from: string, to: string])[] = [
    [".cpus = 8", "cpus: 4  #", "cpus: 8  #"],
    ['.vmType = "qemu"', "vmType: null", "vmType: qemu"],
    [".mounts[0].writable = true", "writable: null", "writable: true"],
    [".mounts[].sshfs.cache = true", "cache: null", "cache: true"],
    ['.images[1].arch = "riscv64"', 'arch: "aarch64"', 'arch: "riscv64"'],
    ["del(.mounts[0].sshfs)", "  sshfs:\n    # A cache.\n    cache: null\n", ""],
    [
      "del(.images[0])",
      '# Preferred.\n- location: "https://example.com/a.img"\n  arch: "x86_64"\n  digest: "sha256:aaaa"  # pinned\n',
      "",
    ],
    ["del(.cpus)", "\ncpus: 4  # a number\n", ""],
    ['.map.b += "z"', '[x, "y"]', '[x, "y", z]'],
    ['.map.c = {"d": 1}', '"y"]}', '"y"], c: {d: 1}}'],
    [".ssh.localPort = 60022", "last: true\n", "last: true\nssh:\n  localPort: 60022\n"],
    [
      '.mounts = [{"location": "/x", "writable": true}] + .mounts',
      "mounts:\n",
      "mounts:\n- location: /x\n  writable: true\n",
    ],
    ['.provision[0].script = "#!/bin/sh\\ntrue\\n"', "#!/bin/bash\n\n    echo hi", "#!/bin/sh\n    true"],
    [
      '.images = [.images[] | select(.arch == "aarch64")]',
      '# Preferred.\n- location: "https://example.com/a.img"\n  arch: "x86_64"\n  digest: "sha256:aaaa"  # pinned\n',
      "",
    ],
    [
      '.networks += [{"lima": "shared"}] | .networks |= unique_by(.lima)',
      "last: true\n",
      "last: true\nnetworks:\n- lima: shared\n",
    ],
    ['(.provision[] | select(.mode == "user")).mode = "boot"', "mode: user", "mode: boot"],
    ['.cpus line_comment = "few"', "# a number", "# few"],
    ['(.images | key) head_comment = "The images."', "images:", "# The images.\nimages:"],
  ];
  for (const [expression, from, to] of cases)
    test(expression, () => expect(evaluateYaml(expression, template)).toBe(edited(from, to)));
});

test("an empty expression returns the text as it is", () => {
  expect(evaluateYaml("", "a:   1\r\n")).toBe("a:   1\r\n");
});

test("sequences are not indented, comments padded by two, lines end with LF", () => {
  expect(evaluateYaml(".", "a:\r\n    - 1 # one\r\n    -   b: 2\r\n")).toBe("a:\n- 1  # one\n- b: 2\n");
});

test("all documents are one context", () => {
  expect(evaluateYaml("select(di == 0) * select(di == 1)", "a: 1\n---\nb: 2\n")).toBe("a: 1\nb: 2\n");
});

test("parts of a document are evaluated one by one", () => {
  const list = "l:\n- x: 1\n  y: 2\n- x: 3\n  y: 4\n";
  expect(evaluateAll("[.l[] | .x + .y]", list)).toEqual([[3, 7]]);
  expect(evaluateAll("[.l[] | [.x, .y]]", list)).toEqual([
    [
      [1, 2],
      [3, 4],
    ],
  ]);
  expect(evaluateAll("[.l[] | . as $i | $i.x * 10]", list)).toEqual([[10, 30]]);
  expect(evaluateAll("[.l[] | 5]", list)).toEqual([[5, 5]]);
  expect(evaluateAll('[.l[] | {"k": .x}]', list)).toEqual([[{ k: 1 }, { k: 3 }]]);
  expect(evaluateAll("[.l[] | [.[]] | .[] as $n ireduce (0; . + $n)]", list)).toEqual([[3, 7]]);
  expect(evaluateAll("[.l[] | .[.k]]", "l: [{k: a, a: 1}, {k: b, b: 2}]")).toEqual([[1, 2]]);
});

describe("what an expression may not reach", () => {
  const cases = [
    ["env(HOME)", "env operations have been disabled"],
    ["strenv(HOME)", "env operations have been disabled"],
    ['"$x" | envsubst', "env operations have been disabled"],
    ['load("/etc/passwd")', "file operations have been disabled"],
    ['load_str("/etc/passwd")', "file operations have been disabled"],
    ['system("ls")', "system operations are disabled"],
    ["foo", "invalid input text"],
  ] as const;
  for (const [expression, message] of cases)
    test(expression, () => expect(() => evaluateYaml(expression, "a: 1")).toThrow(message));
});

test("plain values are printed raw and compact, one result a line", () => {
  const value = { name: "x", disk: 5, list: [1, "two"], gone: undefined, none: null };
  const print = (expression: string) => evaluateJson(expression, value, { format: "json", indent: 0 });
  expect(print(".name")).toBe("x\n");
  expect(print(".list[]")).toBe("1\ntwo\n");
  expect(print(".")).toBe('{"name":"x","disk":5,"list":[1,"two"],"none":null}\n');
  expect(print(".none")).toBe("null\n");
  expect(evaluateJson(".", { a: [1] }, { format: "json", indent: 4 })).toBe('{\n    "a": [\n        1\n    ]\n}\n');
});

test("colours are put around keys and values", () => {
  expect(evaluateJson(".", { a: 1 }, { format: "json", indent: 0, colors: true })).toBe(
    '{\x1b[36m"a"\x1b[0m:\x1b[95m1\x1b[0m}\n',
  );
});

test("results come as plain values", () => {
  expect(evaluateAll(".a[] | select(. > 1)", "a: [1, 2, 3]\n")).toEqual([2, 3]);
  expect(evaluateAll('{"x": .a}', "a: &x {b: 1}\n")).toEqual([{ x: { b: 1 } }]);
});
