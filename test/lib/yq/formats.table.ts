import { failing, fresh, type Row, row } from "./table.ts";

const people = `# block comments come through
person: # neither do comments on maps
    name: Mike Wazowski # comments on values appear
    pets: 
    - cat # comments on array values appear
    - nested:
        - list entry
    food: [pizza] # comments on arrays do not
emptyArray: []
emptyMap: []
`;
const properties = `# block comments come through
# comments on values appear
person.name = Mike Wazowski

# comments on array values appear
person.pets.0 = cat
person.pets.1.nested.0 = list entry
person.food.0 = pizza
`;
const ndjson = '{"this": "is a multidoc json file"}\n{"each": ["line is a valid json document"]}\n{"a number": 4}\n';

/** Documents, output and input formats, and options of the command line. */
export const formatRows: readonly Row[] = [
  row(".a | document_index", "a: cat\n---\na: frog", "0\n---\n1"),
  row(".a | di", "a: cat\n---\na: frog", "0\n---\n1"),
  row("select(document_index == 1)", "a: cat\n---\na: frog", "a: frog"),
  row("select(di == 1)", "a: cat\n---\na: frog", "a: frog"),
  row(
    '.a | ({"match": ., "doc": document_index})',
    "a: cat\n---\na: frog",
    "match: cat\ndoc: 0\n---\nmatch: frog\ndoc: 1",
  ),
  row(".[] | split_doc", "- a: cat\n- b: dog", "a: cat\n---\nb: dog"),
  row(".[] | . as $_ | split_doc", "- 1\n- 2", "1\n2"),
  fresh("split_doc", "\n"),
  row(".a", "a: 1\n---\na: 2", "1\n2", { args: ["-N"] }),
  row("[.a]", "a: 1\n---\na: 2", "- 1\n- 2", { args: ["eval-all"] }),
  row("[.a]", "a: 1\n---\na: 2", "- 1\n- 2"),
  row(".", "---\na: 1\n---\nb: 2", "---\na: 1\n---\nb: 2"),
  row(".", "# c\n---\na: 1", "# c\n---\na: 1"),
  row("filename", "a: 1", "-"),
  row("file_index", "a: 1", "0"),
  row(".a", "a: 1", "1\n---\n2", { args: ["two.yml"], files: { "two.yml": "a: 2\n" } }),
  row(".", "cat: meow", '{\n  "cat": "meow"\n}', { args: ["-o=json"] }),
  row(".", "cat: meow # dropped", '{"cat":"meow"}', { args: ["-o=json", "-I=0"] }),
  row(".", "cat: &ref meow\nanotherCat: *ref", '{\n  "cat": "meow",\n  "anotherCat": "meow"\n}', {
    args: ["-o", "json"],
  }),
  row(".things[]", "things: [{stuff: cool}, {whatever: cat}]", '{"stuff":"cool"}\n{"whatever":"cat"}', {
    args: ["-o=j", "-I0"],
  }),
  row(".a", "a: cat", '"cat"', { args: ["-o", "json"] }),
  row(".a", "a: cat", "cat", { args: ["-o", "json", "-r"] }),
  row(".", "a: [1, 2.50, 0x1F, true, ~, 1e3]", '{"a":[1,2.50,31,true,null,1e3]}', { args: ["-ojson", "-I0"] }),
  row(".", "{}", "{}", { args: ["-ojson"] }),
  row(".", '{"cat": "meow"}', "cat: meow", { args: ["-p=json", "-o=yaml"] }),
  row(
    ".",
    '{"a":"Easy! as one two three","b":{"c":2,"d":[3,4]}}',
    "a: Easy! as one two three\nb:\n  c: 2\n  d:\n    - 3\n    - 4",
    { args: ["-p=json"] },
  ),
  row(".", '{"a":"x","b":{"c":2}}', "a: x\nb:\n  c: 2", { args: ["-P"] }),
  row(".", ndjson, '{"this":"is a multidoc json file"}\n{"each":["line is a valid json document"]}\n{"a number":4}', {
    args: ["-p=json", "-o=json", "-I=0"],
  }),
  row(".", ndjson, "this: is a multidoc json file\n---\neach:\n  - line is a valid json document\n---\na number: 4", {
    args: ["-p=json"],
  }),
  row(
    '(select(di == 1) | .each ) += "cool"',
    ndjson,
    '{"this":"is a multidoc json file"}\n{"each":["line is a valid json document","cool"]}\n{"a number":4}',
    {
      args: ["-p=json", "-o=json", "-I=0"],
    },
  ),
  row(
    '(select(has("each")) | .each ) += "cool"',
    ndjson,
    '{"this":"is a multidoc json file"}\n{"each":["line is a valid json document","cool"]}\n{"a number":4}',
    {
      args: ["-p=json", "-o=json", "-I=0"],
    },
  ),
  failing(".", '{"a": }', "json: line 1: unexpected", { args: ["-p", "json"] }),
  row(".", people, properties, { args: ["-o=props"] }),
  row(
    ".",
    people,
    properties
      .replace("pets.0", "pets[0]")
      .replace("pets.1.nested.0", "pets[1].nested[0]")
      .replace("food.0", "food[0]"),
    {
      args: ["-o=props", "--properties-array-brackets"],
    },
  ),
  row(".", people, properties.replaceAll(" = ", " :@ "), { args: ["-o=props", "--properties-separator= :@ "] }),
  row(".", people, properties.replace("Mike Wazowski", '"Mike Wazowski"').replace("list entry", '"list entry"'), {
    args: ["-o=props", "--unwrapScalar=false"],
  }),
  row(
    '... comments = ""',
    people,
    "person.name = Mike Wazowski\nperson.pets.0 = cat\nperson.pets.1.nested.0 = list entry\nperson.food.0 = pizza",
    {
      args: ["-o=props"],
    },
  ),
  row(
    '(.. | select( (tag == "!!map" or tag =="!!seq") and length == 0)) = ""',
    people,
    `${properties}emptyArray = \nemptyMap = `,
    { args: ["-o=props"] },
  ),
  row(
    ".",
    properties,
    "person:\n  # block comments come through\n  # comments on values appear\n  name: Mike Wazowski\n  pets:\n    # comments on array values appear\n    - cat\n    - nested:\n        - list entry\n  food:\n    - pizza",
    { args: ["-p=props"] },
  ),
  row(' (.. | select(tag == "!!str")) |= from_yaml', "a.b = 10", "a:\n  b: 10", { args: ["-p=props"] }),
  row(".things |= array_to_map", "things.10 = mike", "things:\n  10: mike", { args: ["-p=props"] }),
  row('.person.pets.0 = "dog"', properties, properties.replace("cat", "dog"), { args: ["-p=props", "-o=props"] }),
  row(".", "- [i, like, csv]\n- [because, excel, is, cool]", "i,like,csv\nbecause,excel,is,cool", { args: ["-o=csv"] }),
  row(".", "- [i, like, csv]\n- [because, excel, is, cool]", "i\tlike\tcsv\nbecause\texcel\tis\tcool", {
    args: ["-o=tsv"],
  }),
  row(
    ".",
    "- name: Gary\n  numberOfCats: 1\n  likesApples: true\n  height: 168.8\n- name: Samantha's Rabbit\n  numberOfCats: 2\n  likesApples: false\n  height: -188.8",
    "name,numberOfCats,likesApples,height\nGary,1,true,168.8\nSamantha's Rabbit,2,false,-188.8",
    { args: ["-o=csv"] },
  ),
  row(
    '[["Name", "Number of Cats"]] +  [.[] | [.name, .numberOfCats ]]',
    "- name: Gary\n  numberOfCats: 1\n- name: Samantha's Rabbit\n  numberOfCats: 2",
    "Name,Number of Cats\nGary,1\nSamantha's Rabbit,2",
    { args: ["-o=csv"] },
  ),
  row(
    ".",
    "name,numberOfCats,likesApples,height\nGary,1,true,168.8",
    "- name: Gary\n  numberOfCats: 1\n  likesApples: true\n  height: 168.8",
    { args: ["-p=csv"] },
  ),
  row(".", "name,n\nGary,1", "- name: Gary\n  n: 1", { args: ["-p=csv", "--csv-auto-parse=false"] }),
  row(".", "name;n\nGary;1", "- name: Gary\n  n: 1", { args: ["-p=csv", "--csv-separator=;"] }),
  row(".", 'a,b\n"x ""y""","1\n2"', 'a,b\n"x ""y""","1\n2"', { args: ["-p=csv", "-o=csv"] }),
  row('.Socket.SocketUser = "bob"', "[Unit]\nA = b\n", "[Unit]\nA = b\n\n[Socket]\nSocketUser = bob", {
    args: ["-p=ini", "-o=ini"],
  }),
  row(
    ".",
    'a: "x # y"\nbb: "x; y"\nccc: " lead "\nd: "`b`"\ni: "m\\nn"\n"k=k": 1\ns: {x: 1, longer: 2}',
    'a     = `x # y`\nbb    = `x; y`\nccc   = " lead "\nd     = """`b`"""\ni     = """m\nn"""\n`k=k` = 1\n\n[s]\nx      = 1\nlonger = 2',
    { args: ["-o=ini"] },
  ),
  row(
    ".",
    'a = `x # y`\ne = 1 # c\nf = 1;x\ni = """m\nn"""\n`k=k` = "q"\nl = a\\\n  b',
    "a: 'x # y'\ne: \"1\"\nf: 1;x\ni: |-\n  m\n  n\nk=k: q\nl: ab",
    { args: ["-p=ini", "-o=yaml"] },
  ),
  failing(".", 'a = """x', "ini: the value that begins in line 1 has no end", { args: ["-p=ini"] }),
  fresh('.Socket.SocketUser = "bob"', "[Socket]\nSocketUser = bob", { args: ["-o=ini"] }),
  failing(".", "a: 1", "the format hcl is not supported", { args: ["-p", "hcl"] }),
  failing(".", "a: 1", "the format shell can only be written", { args: ["-p", "shell"] }),
  failing(".", "a: 1", "unknown flag: --nope", { args: ["--nope"] }),
  failing(".b", "a: 1", "no matches found", { args: ["-e"] }),
  row(".a", "a: 1", "1", { args: ["-e"] }),
  row(".", "a:\n- b\n-   c: d", "a:\n    - b\n    - c: d", { args: ["-I4"] }),
  row(".", "a:\n  - b", "a:\n- b", { args: ["-c"] }),
  row(".a = $x", "b: 1", "b: 1\na: hi", { args: ["--arg", "x", "hi"] }),
  row(".a = $x", "b: 1", "b: 1\na: {c: 1}", { args: ["--argjson", "x", "{c: 1}"] }),
  row(".a, .b", "a: 1\nb: 2", "", { args: ["-0"], output: "1\u00002\u0000" }),
  failing(".", "a: [1", "yaml: line 2:"),
  failing(".", "a: *x", "unknown anchor 'x' referenced"),
  row(".a", "", "null"),
  row(".", "a: yes\nb: 'yes'\nc: \"no\"", "a: yes\nb: 'yes'\nc: \"no\"", { args: ["-P"] }),
];

/** Longer expressions that put operators together. */
export const recipeRows: readonly Row[] = [
  row(
    '.[] | select(.name == "Foo")',
    "- name: Foo\n  numBuckets: 0\n- name: Bar\n  numBuckets: 0",
    "name: Foo\nnumBuckets: 0",
  ),
  row(
    '(.[] | select(.name == "Foo") | .numBuckets) |= . + 1',
    "- name: Foo\n  numBuckets: 0\n- name: Bar\n  numBuckets: 0",
    "- name: Foo\n  numBuckets: 1\n- name: Bar\n  numBuckets: 0",
  ),
  row(
    '(\n  .. | # recurse through all the nodes\n  select(has("child1") or has("child2")) | # match parents\n  (.child1, .child2) | # select those children\n  select(.) # filter out nulls\n) as $i ireduce({};  # a new map\n  setpath($i | path; $i) # put in each node\n)',
    "parentA:\n  - bob\nparentB:\n  child1: i am child1\n  child3: hiya\nparentC:\n  childX: cool\n  child2: me child2",
    "parentB:\n  child1: i am child1\nparentC:\n  child2: me child2",
  ),
  row(
    'with(.myArray[]; .name = .name + " - " + .type)',
    "myArray:\n  - name: Foo\n    type: cat\n  - name: Bar\n    type: dog",
    "myArray:\n  - name: Foo - cat\n    type: cat\n  - name: Bar - dog\n    type: dog",
  ),
  row(
    '[.[] | select(.type == "foo") | .names] | flatten | sort | unique',
    "- type: foo\n  names:\n    - Fred\n    - Catherine\n- type: bar\n  names:\n    - Zelda\n- type: foo\n  names: Fred\n- type: foo\n  names: Ava",
    "- Ava\n- Catherine\n- Fred",
  ),
  row(
    '.[] |(\n\t( select(kind == "scalar") | key + "=\'" + . + "\'"),\n\t( select(kind == "seq") | key + "=(" + (map("\'" + . + "\'") | join(",")) + ")")\n)',
    "var0: string0\nvar1: string1\nfruit:\n  - apple\n  - banana\n  - peach",
    "var0='string0'\nvar1='string1'\nfruit=('apple','banana','peach')",
  ),
  row(
    '.. |(\n\t( select(kind == "scalar" and parent | kind != "seq") | (path | join("_")) + "=\'" + . + "\'"),\n\t( select(kind == "seq") | (path | join("_")) + "=(" + (map("\'" + . + "\'") | join(",")) + ")")\n)',
    "simple: string0\nsimpleArray:\n  - apple\n  - banana\n  - peach\ndeep:\n  property: value\n  array:\n    - cat",
    "simple='string0'\ndeep_property='value'\nsimpleArray=('apple','banana','peach')\ndeep_array=('cat')",
  ),
  row(".a |= .b", "{}", "a: null"),
  row(
    '.c = .b | .a.x = "ModifiedValue" | explode(.)',
    "a: &a\n  x: OriginalValue\nb:\n  <<: *a",
    "a:\n  x: ModifiedValue\nb:\n  x: ModifiedValue\nc:\n  x: ModifiedValue",
  ),
  row(".a = [.a]", "a: cat", "a:\n  - cat"),
  row('.a = "woof"', 'a: !cat "meow"', 'a: !cat "woof"'),
  row('.a.b | (. |= "frog")', "{a: {b: apple}}", "frog"),
  row('.a.b.[1].c |= "bogs"', "{}", "a:\n  b:\n    - null\n    - c: bogs"),
  row("[2,1,2,2] - [2,3]", "x: 1", "- 1"),
  row("[[1], 1, [[[2]]]] - [[1], [[[3]]]]", "x: 1", "- 1\n- - - - 2"),
  row(".apple = 4", "# comment\n", "# comment\napple: 4"),
  row(".", "# only a comment\n\n# and another", "# only a comment\n\n# and another"),
  row(".a = 1", "", "a: 1"),
  row("filter(. < 3)", "[1, 2, 3]", "[1, 2]"),
  row(
    'filter(.things == "cool")',
    "{c: {things: cool, frog: yes}, d: {things: hot, frog: false}}",
    "[{things: cool, frog: yes}]",
  ),
  row(".[] | .a + .b", "[{a: foo, b: bar}, {a: 1, b: 2}]", "foobar\n3"),
  row('. += {"key": "b"}', "a: key", "a: key\nkey: b"),
  row('.[] | . += "a"', "[[c], [b]]", "[c, a]\n[b, a]"),
  row(".a += .b.c", "a: 0", "a: 0"),
  row("[1] + ([2], [3])", "x: 1", "- 1\n- 2\n- 1\n- 3"),
  row('.a = ["cat"] + .a', "a: [dog]", "a: [cat, dog]"),
  row('.a += {"b": "cat"}', "a: {}", "a:\n  b: cat"),
  row(".a + 3", "a: !cool cat", "cat3"),
  row(".b = 3 + .a", "a: !cool cat", "a: !cool cat\nb: !cool 3cat"),
  row(".a += .b", "a: !horse [a]\nb: !goat [b]", "a: !horse [a, b]\nb: !goat [b]"),
  row(".a += 2", "a: &horse [1]", "a: &horse [1, 2]"),
  failing(".a += [2]", "a: {x: cool}", "!!seq () cannot be added to a !!map (a)"),
  failing(".a += [2]", "a: cool", "!!seq () cannot be added to a !!str (a)"),
  row('.bar["<<"] | alias', "foo: &foo {x: y}\nbar:\n  <<: *foo", "foo"),
  row('.cat["12"] = "things"', "a: 1", 'a: 1\ncat:\n  "12": things'),
  row('.blah.0 = "cool"', "blah: []", "blah:\n  - cool"),
  row(".[.a.b] as $x | .", "c: dog", "c: dog"),
  row(".fruit[.b]", "{b: apple, fruit: {apple: yum, banana: smooth}}", "yum"),
  row('.[] | .["a"]?', "[[1,2,3], {a: frog}]", "frog"),
  row('.a."*a*".b', "{a: {cat: {b: 3}, mad: {b: 4}, fad: {c: t}}}", "3\n4\nnull"),
  row(".a | (.cat, .mad, .fad) | select( (. == null) | not)", "{a: {cat: apple, mad: things}}", "apple\nthings"),
  row(".a", "{<<: {a: 42}}", "42"),
  row(".a", "{<<: [{a: 42}]}", "42"),
  row(".m.a", "{s: &s [{a: 42}], m: {<<: *s}}", "42"),
  row(".a", "{a: 1, a: 2}", "2"),
  row(".a", "{a: 42, <<: 37}", "42"),
  row(".<<", "{<<: 37}", "37"),
  row(".a", "{!!str <<: {a: 37}}", "null"),
];
