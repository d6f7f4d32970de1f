import { failing, type Row, row } from "./table.ts";

const document = `title = "TOML"
n = 1_000
f = 1.0
e = 2.5e3
d = 1979-05-27T07:32:00Z
ld = 1979-05-27
lt = 07:32:00
b = true
[owner]
name = 'x\\n'
"quo ted" = """
two
lines"""
[a.b.c]
x = [1, 2.5, "s", [1]]
[[pts]]
x = 1
[[pts]]
y = {z = 2}
`;

const yaml = `title: TOML
n: 1000
f: 1.0
e: 2500.0
d: 1979-05-27T07:32:00Z
ld: 1979-05-27
lt: !!timestamp 07:32:00
b: true
owner:
  name: x\\n
  quo ted: |-
    two
    lines
a:
  b:
    c:
      x:
        - 1
        - 2.5
        - s
        - - 1
pts:
  - x: 1
  - y:
      z: 2
`;

const toml = `title = "TOML"
n = 1000
f = 1.0
e = 2500.0
d = 1979-05-27T07:32:00Z
ld = 1979-05-27
lt = 07:32:00
b = true

[owner]
name = "x\\\\n"
"quo ted" = "two\\nlines"

[a.b.c]
x = [1, 2.5, "s", [1]]

[[pts]]
x = 1

[[pts]]

[pts.y]
z = 2
`;

const read = { args: ["-p", "toml", "-o", "yaml"] } as const;
const write = { args: ["-o", "toml"] } as const;
const shell = { args: ["-o", "shell"] } as const;

/** TOML in and out, and assignments for shells out. */
export const tomlRows: readonly Row[] = [
  row(".", document, yaml, read),
  row(".", document, toml, { args: ["-p", "toml", "-o", "toml"] }),
  row(".n + 1, (.f | tag), (.d | tag)", document, "1001\n!!float\n!!timestamp\n", read),
  row(".", "i = inf\nm = -inf\nn = nan\nz = -0.0", "i: .inf\nm: -.inf\nn: .nan\nz: -0.0", read),
  row(".big", "big = 9007199254740993", "9007199254740993", read),
  failing(".", "a = ", "toml: line 1, column", read),
  failing(".", "a = 1\na = 2", "toml: line 2", read),
  row(
    ".",
    "i: .inf\nm: -.inf\nn: .nan\nx: 0x1F\no: 0o17\nu: 1_000\np: .5",
    "i = inf\nm = -inf\nn = nan\nx = 0x1F\no = 0o17\nu = 1000\np = 0.5",
    write,
  ),
  row(".", 'k.k: v\n"sp ace": "q\\"\\n\\u007f"\n1: y', '"k.k" = "v"\n"sp ace" = "q\\"\\n\\u007f"\n1 = "y"', write),
  row(".", "a: {b: {c: 1}}\nn: null\ne: []\nm: {}\nz: 1", "e = []\nz = 1\n\n[a.b]\nc = 1\n\n[m]", write),
  row(
    ".",
    "l: [{}, {a: 1, b: {c: 2}}]\nm: [1, {a: b, n: null}]",
    'm = [1, { a = "b" }]\n\n[[l]]\n\n[[l]]\na = 1\n\n[l.b]\nc = 2',
    write,
  ),
  row(
    ".",
    "t: 2020-01-01T00:00:00Z\ns: !!str 2020-01-01\na: &x 1\nb: *x",
    't = 2020-01-01T00:00:00Z\ns = "2020-01-01"\na = 1\nb = 1',
    write,
  ),
  failing(".", "a: [null]", "toml has no null", write),
  failing(".", "[1]", "TOML encoder expects a mapping at the root level", write),
  row(
    ".",
    "a: 1\nb: [x, y z]\nc: {d-e: it's, é: ''}\n1x: 2.5",
    `a=1\nb_0=x\nb_1='y z'\nc_d_e='it'"'"'s'\nc_e=\n_1x='2.5'`,
    shell,
  ),
  row(".a", "a: x y", "value='x y'", shell),
];
