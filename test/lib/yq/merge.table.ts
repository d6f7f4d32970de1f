import { fresh, type Row, row } from "./table.ts";

const merged = `foo: &foo
  a: foo_a
  thing: foo_thing
  c: foo_c
bar: &bar
  b: bar_b
  thing: bar_thing
  c: bar_c
foobarList:
  b: foobarList_b
  !!merge <<:
    - *foo
    - *bar
  c: foobarList_c
foobar:
  c: foobar_c
  !!merge <<: *foo
  thing: foobar_thing
`;

const corners = `- &CENTER
  x: 1
  y: 2
- &LEFT
  x: 0
  y: 2
- &BIG
  r: 10
- &SMALL
  r: 1
`;

/** Merging maps and sequences, and what anchors, aliases and merge keys have to do with it. */
export const mergeRows: readonly Row[] = [
  row(
    ".a * .b",
    "a:\n  field: me\n  fieldA: cat\nb:\n  field:\n    g: wizz\n  fieldB: dog",
    "field:\n  g: wizz\nfieldA: cat\nfieldB: dog",
  ),
  row(
    '. * {"a":.b}',
    "a:\n  field: me\n  fieldA: cat\nb:\n  field:\n    g: wizz\n  fieldB: dog",
    "a:\n  field:\n    g: wizz\n  fieldA: cat\n  fieldB: dog\nb:\n  field:\n    g: wizz\n  fieldB: dog",
  ),
  row('. * {"a":.b}', 'a: {things: great}\nb:\n  also: "me"', 'a: {things: great, also: "me"}\nb:\n  also: "me"'),
  row(
    '. * {"a":.b}',
    "a:\n  - 1\n  - 2\n  - 3\nb:\n  - 3\n  - 4\n  - 5",
    "a:\n  - 3\n  - 4\n  - 5\nb:\n  - 3\n  - 4\n  - 5",
  ),
  row(".a *? .b", "a:\n  thing: one\n  cat: frog\nb:\n  missing: two\n  thing: two", "thing: two\ncat: frog"),
  row(
    ".a *n .b",
    "a:\n  thing: one\n  cat: frog\nb:\n  missing: two\n  thing: two",
    "thing: one\ncat: frog\nmissing: two",
  ),
  row(
    ".a *+ .b",
    "a:\n  array:\n    - 1\n    - 2\n    - animal: dog\n  value: coconut\nb:\n  array:\n    - 3\n    - 4\n    - animal: cat\n  value: banana",
    "array:\n  - 1\n  - 2\n  - animal: dog\n  - 3\n  - 4\n  - animal: cat\nvalue: banana",
  ),
  row(
    ".a *?+ .b",
    "a:\n  thing:\n    - 1\n    - 2\nb:\n  thing:\n    - 3\n    - 4\n  another:\n    - 1",
    "thing:\n  - 1\n  - 2\n  - 3\n  - 4",
  ),
  row(
    ".a *d .b",
    "a:\n  - name: fred\n    age: 12\n  - name: bob\n    age: 32\nb:\n  - name: fred\n    age: 34",
    "- name: fred\n  age: 34\n- name: bob\n  age: 32",
  ),
  row('. * {"a": {"c": .a}}', "a: cat\nb: dog", "a:\n  c: cat\nb: dog"),
  row(".c * .b", "a: &cat\n  c: frog\nb:\n  f: *cat\nc:\n  g: thongs", "g: thongs\nf: *cat"),
  row(".c * .a", "a:\n  c: &cat frog\nb:\n  f: *cat\nc:\n  g: thongs", "g: thongs\nc: &cat frog"),
  row(
    ".foobar * .foobarList",
    merged,
    "c: foobarList_c\n!!merge <<:\n  - *foo\n  - *bar\nthing: foobar_thing\nb: foobarList_b",
  ),
  row(
    ".a = .a * .b",
    "a: !horse\n  cat: meow\nb: !goat\n  dog: woof",
    "a: !horse\n  cat: meow\n  dog: woof\nb: !goat\n  dog: woof",
  ),
  row(".a =c .b", "a: !cat meow\nb: !dog woof", "a: !dog woof\nb: !dog woof"),
  row(
    ".a *=c .b",
    "a: !horse\n  cat: meow\nb: !goat\n  dog: woof",
    "a: !goat\n  cat: meow\n  dog: woof\nb: !goat\n  dog: woof",
  ),
  row("select(fi == 0) * select(fi == 1)", "a: cat", "a: cat\nb: dog", {
    args: ["eval-all", "other.yml"],
    files: { "other.yml": "b: dog\n" },
  }),
  row(". as $item ireduce ({}; . * $item )", "a: cat", "a: cat\nb: dog", {
    args: ["eval-all", "another.yml"],
    files: { "another.yml": "b: dog\n" },
  }),
  row(
    `(
  (( (eval(strenv(originalPath)) + eval(strenv(otherPath)))  | .[] | {(eval(strenv(idPath))):  .}) as $item ireduce ({}; . * $item )) as $uniqueMap
  | ( $uniqueMap  | to_entries | .[]) as $item ireduce([]; . + $item.value)
) as $mergedArray
| select(fi == 0) | (eval(strenv(originalPath))) = $mergedArray`,
    "myArray:\n  - a: apple\n    b: appleB\n  - a: kiwi\n    b: kiwiB\n  - a: banana\n    b: bananaB\nsomething: else",
    "myArray:\n  - a: apple\n    b: appleB2\n  - a: kiwi\n    b: kiwiB\n  - a: banana\n    b: bananaB\n    c: bananaC\n  - a: dingo\n    c: dingoC\nsomething: else",
    {
      args: ["eval-all", "another.yml"],
      env: { idPath: ".a", originalPath: ".myArray", otherPath: ".newArray" },
      files: {
        "another.yml":
          "newArray:\n  - a: banana\n    c: bananaC\n  - a: apple\n    b: appleB2\n  - a: dingo\n    c: dingoC\n",
      },
    },
  ),
  row("select(fileIndex==0).a = select(fileIndex==1) | select(fileIndex==0)", "a: apples", "a:\n  b: bob", {
    args: ["eval-all", "another.yml"],
    files: { "another.yml": "b: bob\n" },
  }),
  fresh('{"a": [1, 2]} *+ {"a": [3]}', "a:\n  - 1\n  - 2\n  - 3"),
  fresh('{"a": {"b": 1}} * {"a": {"c": 2}} * {"d": 3}', "a:\n  b: 1\n  c: 2\nd: 3"),
  row(".[4] | explode(.)", `${corners}- !!merge <<: *CENTER\n  r: 10`, "x: 1\ny: 2\nr: 10"),
  row(".[4] | explode(.)", `${corners}- !!merge <<:\n    - *CENTER\n    - *BIG`, "r: 10\nx: 1\ny: 2"),
  row(
    ".[4] | explode(.)",
    `${corners}- !!merge <<:\n    - *BIG\n    - *LEFT\n    - *SMALL\n  x: 1`,
    "r: 10\nx: 1\ny: 2",
  ),
  row(".a | anchor", "a: &billyBob cat", "billyBob"),
  row('.a anchor = "foobar"', "a: cat", "a: &foobar cat"),
  row(".a anchor |= .b", "a:\n  b: cat", "a: &cat\n  b: cat"),
  row(".a | alias", "b: &billyBob meow\na: *billyBob", "billyBob"),
  row('.a alias = "meow"', "b: &meow purr\na: cat", "b: &meow purr\na: *meow"),
  row('.a alias = ""', "b: &meow purr\na: cat", "b: &meow purr\na: cat"),
  row(".a alias |= .f", "b: &meow purr\na:\n  f: meow", "b: &meow purr\na: *meow"),
  row("explode(.f)", "f:\n  a: &a cat\n  b: *a", "f:\n  a: cat\n  b: cat"),
  row("explode(.a)", "a: mike", "a: mike"),
  row("explode(.f)", "f:\n  a: &a cat\n  *a : b", "f:\n  a: cat\n  cat: b"),
  row(
    "explode(.)",
    merged,
    "foo:\n  a: foo_a\n  thing: foo_thing\n  c: foo_c\nbar:\n  b: bar_b\n  thing: bar_thing\n  c: bar_c\nfoobarList:\n  b: bar_b\n  thing: foo_thing\n  c: foobarList_c\n  a: foo_a\nfoobar:\n  c: foo_c\n  a: foo_a\n  thing: foobar_thing",
  ),
  row(
    '.thingOne |= explode(.) * {"value": false}',
    "item_value: &item_value\n  value: true\nthingOne:\n  name: item_1\n  !!merge <<: *item_value\nthingTwo:\n  name: item_2\n  !!merge <<: *item_value",
    "item_value: &item_value\n  value: true\nthingOne:\n  name: item_1\n  value: false\nthingTwo:\n  name: item_2\n  !!merge <<: *item_value",
  ),
  row(".b", "a: &cat\n  c: frog\nb: *cat", "*cat"),
  row(".b[]", "a: &cat\n  c: frog\nb: *cat", "frog"),
  row(".b.c", "a: &cat\n  c: frog\nb: *cat", "frog"),
  row(".foobar.a", merged, "foo_a"),
  row(".foobar.c", merged, "foo_c"),
  row(".foobar.thing", merged, "foobar_thing"),
  row(".foobar[]", merged, "foo_c\nfoo_a\nfoobar_thing"),
  row(".foobarList.thing", merged, "bar_thing"),
  row(".foobarList[]", merged, "bar_b\nfoo_a\nbar_thing\nfoobarList_c"),
  row(
    ".foobar | [..]",
    merged,
    "- c: foobar_c\n  !!merge <<: *foo\n  thing: foobar_thing\n- foobar_c\n- *foo\n- foobar_thing",
  ),
  row("[..]", "a: &cat\n  c: frog\nb: *cat", "- a: &cat\n    c: frog\n  b: *cat\n- &cat\n  c: frog\n- frog\n- *cat"),
  row(".a *n+ .b", "{a: {thing: [1,2]}, b: {thing: [3,4], another: [1]}}", "{thing: [1, 2], another: [1]}"),
  row(".a *nd .b", "{a: [{thing: one}], b: [{missing: two, thing: two}]}", "[{thing: one, missing: two}]"),
  row(".a *?d .b", "{a: [{thing: one}], b: [{missing: two, thing: two}]}", "[{thing: two}]"),
  row(".b *+ .a", "{a: {array: [1]}, b: {}}", "array: [1]"),
  row("({} | .a.b = 3) *? .", "{a: {b: 1, c: 2}}", "{a: {b: 1}}"),
  row("{} * .", "{a: &a { b: &b { c: &c cat } } }", "a: &a\n  b: &b\n    c: &c cat"),
  row("{} * .", "# b\nb:\n  # a\n  a: cat", "# b\nb:\n  # a\n  a: cat"),
  row(". * {}", "# b\nb:\n  # a\n  a: cat", "# b\nb:\n  # a\n  a: cat"),
  row('.[] | . *+ ["a"]', "[[c], [b]]", "[c, a]\n[b, a]"),
  row("select(fi == 0) * select(fi == 1)", "b: banana", "# here\n\nb: banana\na: apple", {
    args: ["ea", "other.yml"],
    files: { "other.yml": "# here\n\na: apple\n" },
  }),
  row("select(fi == 0) * (select(fi == 1) | .node)", "b: banana", "b: banana\n# here\na: apple", {
    args: ["ea", "other.yml"],
    files: { "other.yml": "node:\n  # here\n  a: apple\n" },
  }),
  row(
    "select(fi == 0) * select(fi == 1)",
    '"**cat": things\n"meow**cat": stuff',
    '"**cat": newThings\n"meow**cat": stuff',
    {
      args: ["ea", "other.yml"],
      files: { "other.yml": '"**cat": newThings\n' },
    },
  ),
  row(".a * .b", "{a: 2, b: 5}\n---\n{a: 3, b: 10}", "10\n20\n---\n15\n30", { args: ["ea"] }),
  row('. * {"a" : .b}', "{a: {also: [1]}, b: {also: me}}", "{a: {also: me}, b: {also: me}}"),
  row(".b * .c", "a: &cat {name: cat}\nb: {name: dog}\nc:\n  <<: *cat", "{name: dog, <<: *cat}"),
  row(".a = .a * .b", "a: !horse [1,2]\nb: !goat [3]", "a: !horse [3]\nb: !goat [3]"),
  row("sort", "y: b\nz: a\nx: c", "z: a\ny: b\nx: c"),
  row("sort_by(key | downcase)", "Y: b\nz: a\nx: c", "x: c\nY: b\nz: a"),
  row("sort_by(.a)[]", "[{a: banana},null,{a: apple}]", "null\n{a: apple}\n{a: banana}"),
  row("sort", "# abc\n- def\n# ghi", "# abc\n- def\n# ghi"),
  row(
    'with_dtf("02-Jan-2006"; sort_by(.a))',
    '- a: "12-Jun-2011"\n- a: "23-Dec-2010"',
    '- a: "23-Dec-2010"\n- a: "12-Jun-2011"',
  ),
  row("del(..)", "a: {b: 1}", ""),
  row("del(.a[] | select(. == 10))", "a: [10,x,10, 10, x, 10]", "a: [x, x]"),
  row(
    'del(.. | select(tag == "!!map") | (.b.thing1,.thing2))',
    "a: {thing1: yep, thing2: cool, thing3: hi, b: {thing1: cool, great: huh}}",
    "a: {thing1: yep, thing3: hi, b: {great: huh}}",
  ),
  row('select(tag == "seq") // "cat"', "a: frog", "cat"),
  // a block takes over the brackets of what is merged into it
  row('{"x": 1} * .', "{a: {b: 1}}", "{x: 1, a: {b: 1}}"),
  row(".a * .b", "a:\n  x: 1\nb: {y: {z: 1}}\n", "{x: 1, y: {z: 1}}"),
  row("explode(.)", "{a: 1, a: 2}", "{a: 1, a: 2}"),
  row(".a *+d .b", "{a: [1, 2], b: [3]}", "[3, 2, 3]"),
  row("[1] + .a", "a: {b: c}", "- 1\n- b: c\n"),
  row(".a *d .b", "a: {}\nb: {c: [1, {d: e}]}\n", "c:\n  - 1\n  - d: e\n"),
];
