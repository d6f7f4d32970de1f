import { failing, fresh, type Row, row } from "./table.ts";

const anchors = "a: &a {x: 1, y: 2, w: 3}\nb: {<<: *a, x: 3}\nc: {z: 5, <<: *a, y: 6}\nd: {y: 7, <<: *a}\n";
const twoFiles = { args: ["ea", "b.yaml"], files: { "b.yaml": "a: 3\nb: 4\n" } } as const;

/** How many results there are: of nothing, of places that do not exist, of several documents, of conditions. */
export const resultRows: readonly Row[] = [
  // an operator that is applied to nothing yields nothing
  fresh('[] | .[] | "foo" + .', ""),
  fresh('[] | .[] | . + "foo"', ""),
  row('.[] | (.a + "|" + .b)', "[]", ""),
  row('select(.nope) | key + " why"', "cat: pants", ""),
  // a key that is not there has no value to bind, an index beyond the end is null
  fresh("{} | .a as $x | 1", "1\n"),
  fresh("{} | (.a, 1) as $x | $x", "1\n"),
  row("(.a, .b.c) as $x | .", "{}", "{}"),
  fresh("[1,2] | .[5] as $x | [$x]", "- null\n"),
  fresh("[1,2] | .[5] - 1", "1\n"),
  fresh("[1,2] | .[5] * 3", "", { error: "cannot multiply !!null with !!int" }),
  // each truth of a condition has its result
  fresh('if true, false then "yes" else "no" end', "yes\nno\n"),
  fresh('if .a then "yes" else "no" end', "no\n"),
  row('.[] | if . then "yes" else "no" end', "[false, !!bool no, !!bool on, no, 0]", "no\nno\nyes\nyes\nyes\n"),
  // what yields nothing leaves
  row("map_values(select(. != null))", "{a: 1, b: null, c: 3}", "{a: 1, c: 3}"),
  row("map_values(select(. > 2) | . * 10)", "[1, 2, 3, 4]", "[30, 40]"),
  row(".m |= map_values(select(. > 5))", "m: # A comment\n  a: 1\n", "m: {} # A comment\n"),
  row("map_values(select(. < 3 and (parent | length) > 2))", "{a: 1, b: 2, c: 3}", "{a: 1, b: 2}"),
  row("del(..)", "{a: {b: 1}}", ""),
  row("del(., .a)", "a: 1", ""),
  // key and value outside of braces
  fresh('"frog": "jumps"', "- [{frog: jumps}]\n"),
  row(".name: .pets.[]", "{name: Mike, pets: [cat, dog]}", "- [{Mike: cat}, {Mike: dog}]"),
  row('("b":.pets) | .[0][0] | .b.cows', "pets:\n  cows: value\n", "value"),
  row('.name: .pets.[], "f":.food', "{name: Mike, pets: [cat], food: rice}", "- [{Mike: cat}]\n- [{f: rice}]"),
  fresh('{"a": [1,2,3] | .[1:2]}', "a:\n  - 2\n"),
  // parts and parents
  row(".country[:]", "country: Australia", "Australia"),
  row("[.a.b.c | parent(-10), parent(-1), parent(-2), parent(0)] | length", "a: {b: {c: cat}}", "4"),
  row(".a.b.c | parent(-10)", "a: {b: {c: cat}}", "cat"),
  row(".a.b.c | parent(-2)", "a: {b: {c: cat}}", "{b: {c: cat}}"),
  row("pivot", "[[foo, bar], [sis, boom, bah]]", "- - foo\n  - sis\n- - bar\n  - boom\n- -\n  - bah\n"),
  row("pick([2, 0])", "# abc\n[cat, dog, lion]\n# xyz\n", "# abc\n[lion, cat]\n# xyz\n"),
  // a text that had no last newline gets none
  row('.a |= (from_yaml | .foo = {"a": 1} | to_yaml)', 'a: "foo: bar"', 'a: "foo:\\n  a: 1"'),
  row(".a |= (from_yaml | .foo = 1 | to_yaml)", "a: |\n  foo: bar\n  baz: dog\n", "a: |\n  foo: 1\n  baz: dog\n"),
  // attributes of what is not there are none
  row(".a anchor = .b", "a: {c: cat}", "a: {c: cat}"),
  row(".a alias = .c", "{b: &meow purr, a: cat}", "{b: &meow purr, a: cat}"),
  row(". foot_comment = .b.d", "a: cat", "a: cat"),
  row('.. style="tagged"', "{a: cat, f: [1]}", "!!map\na: !!str cat\nf: !!seq\n  - !!int 1\n"),
  // merged entries give way to the map's own further down
  row("explode(.) | .b | to_json(0)", anchors, '{"y":2,"w":3,"x":3}'),
  row("explode(.) | .c | to_json(0)", anchors, '{"z":5,"x":1,"w":3,"y":6}'),
  row("explode(.) | .d | to_json(0)", anchors, '{"y":2,"x":1,"w":3}'),
  // formats without aliases and merge keys get what they stand for
  row(".", "a: &x {p: 1}\nb: *x\nc:\n  <<: *x\n  q: 2\n", "a.p = 1\nb.p = 1\nc.p = 1\nc.q = 2\n", {
    args: ["-o=props"],
  }),
  row("[.c]", "a: &x {p: 1}\nc:\n  <<: *x\n  q: 2\n", "p,q\n1,2\n", { args: ["-o=csv"] }),
  row(".", "a: &x {p: 1}\nc:\n  <<: *x\n  q: 2\n", "[a]\np = 1\n\n[c]\np = 1\nq = 2\n", { args: ["-o=toml"] }),
  row("[.c] | to_csv", "a: &x {p: 1}\nc:\n  <<: *x\n  q: 2\n", "p,q\n1,2\n"),
  row(".c | to_xml", "a: &x {p: 1}\nc:\n  <<: *x\n  q: 2\n", "<p>1</p>\n<q>2</q>\n\n"),
  // a document of one value keeps the comment before it
  row(".", "# hi\ncat\n", "# hi\ncat\n"),
  row('. + "x"', "# hi\ncat\n", "# hi\ncatx\n"),
  row("sort_by(.k, .v)", "[{k: b, v: 1}, {v: 3}, {k: null, v: 4}]", "[{k: null, v: 4}, {v: 3}, {k: b, v: 1}]"),
  row('delpaths([[0], [1, "k"]])', "[{k: a}, {k: b}, {k: c, v: 1}]", "[{k: b}, {v: 1}]"),
  row("del(.b.c)", "b:\n  # c\n  c: 1\n\n  # d\n  d: 2\n", "b:\n  # d\n  d: 2\n"),
  row("del(.a)", "a: 1\n\nb: 2\n", "b: 2\n"),
  row('{"k": .a, "l": .a, "m": .b}', "a: {x: {y: 1}}\nb: [{z: 1}]", "k: {x: {y: 1}}\nl:\n  x:\n    y: 1\nm: [{z: 1}]"),
  row(".[] | map(. + 1)", "[{}, [], 5, [1]]", "{}\n[]\n5\n[2]"),
  // several documents and files
  row("keys | .[]", "a: 1\n---\nb: 2\n", "a\nb\n"),
  row(".a, .b", "a: 1\nb: 2\n", "1\n---\n3\n2\n---\n4\n", twoFiles),
  row("[.a, .b]", "a: 1\nb: 2\n", "- 1\n- 2\n- 3\n- 4\n", twoFiles),
  row("[.a, .c]", "a: 1\nb: 2\n", "- 1\n- 3\n", twoFiles),
  // what an operator makes is at the place of what it was made of
  row("(.a + 3) | path", "{a: 1}", "- a"),
  row(".[] | trim | key", '[" x", "y "]', "0\n1\n"),
  row(".a.b | upcase | parent", "a: {b: c}", "{b: c}"),
  row("[.. | tag | path | length]", "{a: {b: 1}}", "- 0\n- 1\n- 2\n"),
  row('[.a | (length, @base64, test("x"), has(0)) | key] | unique', "a: x", "- a"),
  row("[... | key]", "a: 1", "- a"),
  row("[.[] | with_entries(.) | path | length]", "[{a: 1}]", "- 0"),
  row(".x |= (root | .a) | path", "{}", "[]"),
  // a key that is looked up where it may be made is made, as null; one that a condition or a calculation looks up is not
  row(".x[] = 3", "{a: 1}", "{a: 1, x: []}"),
  row(".n |= map(. + 1)", "n: null", "n: []"),
  row("del(.n[])", "n: null", "n: []"),
  row(".x.y |= select(. == 1)", "a: 1", "a: 1\nx:\n  y: null\n"),
  row(".x[0], .", "a: 1", "null\na: 1\nx:\n  - null\n"),
  row("map(select(.z | not))", "[{a: 1}, {z: false}]", "[{z: false}]"),
  row(".q = (.z.y | length)", "a: 1", "a: 1\nq: null\n"),
  row('.m + {"t": .zz}', "m: {k: v}", "{k: v}"),
  row("select(.z.y == null)", "a: 1", "a: 1"),
  row("(.z | length) == 0", "a: 1", "true"),
  row(".x *= .y", "a: 1", "a: 1\nx: null\n"),
  // each document of several has its own
  row('{"wrap": .} | [length]', "a: 1", "- 1\n- 1\n", { args: ["ea", "b.yaml"], files: { "b.yaml": "b: 1\n" } }),
  // results belong to the documents of the parts that they are made of
  row("has(0)", "a: 1\n---\nb: 1\n", "false\nfalse\n"),
  row(".a | [length]", "a: 1\n---\na: x\n", "- 1\n---\n- 1\n"),
  row('.[] | if . then "y" else "n" end', "[1]\n---\n[false]\n", "y\nn\n"),
  row(".[] | length", "[a]\n---\n[bb]\n", "1\n---\n2\n"),
  row(".a", "# c\n", "null\n", { args: ["ea", "b.yaml"], files: { "b.yaml": "# only this\n" } }),
  // what cannot be compared
  row(".z <= null", "- 1", "", { error: "cannot index array with 'z'" }),
  row("(.[] | .z) <= null", "[x]", "false"),
  row('"2021-01-01T00:00:00Z" < "2021-01-01T01:00:00+02:00"', "a: 1", "false"),
  failing("null < {}", "a: 1", "!!map () cannot be subtracted from !!null"),
  failing(".a | @base64", "a: 1", "cannot encode !!int as base64, can only operate on strings"),
  failing(
    ".a | @uri",
    "a: 1",
    "cannot encode !!int as URI, can only operate on strings. Please first pipe through another",
  ),
  failing(".a | sort", "a: x", "node at path [a] is not an array or map (it's a !!str)"),
  failing(".a | upcase", "a: null", "cannot change case with !!null, can only operate on strings."),
  failing(".a | foo", "a: 1", '1:6: invalid input text "foo"', { args: ["-P"] }),
];
