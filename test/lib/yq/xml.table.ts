import { failing, fresh, type Row, row } from "./table.ts";

const cat = '<?xml version="1.0" encoding="UTF-8"?>\n<cat legs="4">\n  <legs>7</legs>\n</cat>\n';
const dtd = `<?xml version="1.0"?>
<!DOCTYPE root [
<!ENTITY writer "Blah.">
<!ENTITY copyright "Blah">
]>
<root>
    <item>&writer;&copyright;</item>
</root>
`;
const names = '<?xml version="1.0"?>\n<map xmlns="a" xmlns:xsi="b" xsi:schemaLocation="c"></map>\n';
const fromXml = { args: ["-p", "xml", "-o", "yaml"] };
const toXml = { args: ["-o", "xml"] };
const roundTrip = { args: ["-p=xml", "-o=xml"] };

/** XML as input, as output and inside of expressions. */
export const xmlRows: readonly Row[] = [
  row(
    ".",
    '<?xml version="1.0" encoding="UTF-8"?>\n<cat>\n  <says>meow</says>\n  <legs>4</legs>\n  <cute>true</cute>\n</cat>',
    '+p_xml: version="1.0" encoding="UTF-8"\ncat:\n  says: meow\n  legs: "4"\n  cute: "true"',
    fromXml,
  ),
  row(
    '(.. | select(tag == "!!str")) |= from_yaml',
    "<cat><legs>4</legs><cute>true</cute></cat>",
    "cat:\n  legs: 4\n  cute: true",
    fromXml,
  ),
  row(".", "<animal>cat</animal>\n<animal>goat</animal>", "animal:\n  - cat\n  - goat", fromXml),
  row(".", "<z><a>1</a><b>2</b><a>3</a><a>4</a></z>", 'z:\n  a:\n    - "1"\n    - "3"\n    - "4"\n  b: "2"', fromXml),
  row(".zoo.animal |= ([] + .)", "<zoo><animal>cat</animal></zoo>", "zoo:\n  animal:\n    - cat", fromXml),
  row(".", cat, '+p_xml: version="1.0" encoding="UTF-8"\ncat:\n  +@legs: "4"\n  legs: "7"', fromXml),
  row(".", '<cat legs="4">meow</cat>', 'cat:\n  +content: meow\n  +@legs: "4"', fromXml),
  row(".", "<a>x <b>y</b> z</a>", "a:\n  +content:\n    - x\n    - z\n  b: y", fromXml),
  row(".", "<a/>", "a:", fromXml),
  row(".a.b", "<a><b>1 &lt; 2 &amp;&#65;&#x42; &other;</b></a>", "1 < 2 &AB &other;", fromXml),
  row(".a", "<a><![CDATA[<b>&amp;</b>]]></a>", "<b>&amp;</b>", fromXml),
  row(
    ".",
    "<!-- one -->\n<a><!-- two --><b>1</b><!-- three --></a>",
    '# one\na:\n  # two\n  b: "1"\n  # three',
    fromXml,
  ),
  row(".a.__proto__", "<a><b/></a>", "null", fromXml),
  row(".cat.legs", cat, "<legs>7</legs>", { args: ["-p=xml", "-o=xml"], output: "7" }),
  row(".", cat, '{"+p_xml":"version=\\"1.0\\" encoding=\\"UTF-8\\"","cat":{"+@legs":"4","legs":"7"}}', {
    args: ["-p=xml", "-o=json", "-I0"],
  }),
  row(".", cat, 'cat:\n  _legs: "4"\n  legs: "7"', {
    args: ["-p=xml", "-o=yaml", "--xml-attribute-prefix=_", "--xml-skip-proc-inst"],
  }),
  row(".", '<a b="c">d</a>', "a:\n  text: d\n  +@b: c", { args: ["-p=xml", "-o=yaml", "--xml-content-name", "text"] }),
  row(
    ".",
    dtd,
    '<?xml version="1.0"?>\n<!DOCTYPE root [\n<!ENTITY writer "Blah.">\n<!ENTITY copyright "Blah">\n]>\n<root>\n  <item>&amp;writer;&amp;copyright;</item>\n</root>',
    roundTrip,
  ),
  row(".", dtd, '<?xml version="1.0"?>\n<root>\n  <item>&amp;writer;&amp;copyright;</item>\n</root>', {
    args: ["-p=xml", "-o=xml", "--xml-skip-directives"],
  }),
  row(".", names, names, roundTrip),
  row(".", names, '<?xml version="1.0"?>\n<map xmlns="a" xsi="b" schemaLocation="c"></map>', {
    args: ["-p=xml", "-o=xml", "--xml-keep-namespace=false"],
  }),
  row(
    ".",
    '<?xml version="1.0"?>\n<!DOCTYPE config SYSTEM "/etc/x.dtd" >\n<apple>\n  <?coolioo version="1.0"?>\n  <!CATYPE meow purr puss >\n  <b>things</b>\n</apple>',
    '<?xml version="1.0"?>\n<!DOCTYPE config SYSTEM "/etc/x.dtd" >\n<apple><?coolioo version="1.0"?><!CATYPE meow purr puss >\n  <b>things</b>\n</apple>',
    roundTrip,
  ),
  row(".", "cat: purrs", "<cat>purrs</cat>", toXml),
  row(".", "pets:\n  cat:\n    - purrs\n    - meows", "<pets>\n  <cat>purrs</cat>\n  <cat>meows</cat>\n</pets>", toXml),
  row(".", "cat:\n  +@name: tiger\n  meows: true", '<cat name="tiger">\n  <meows>true</meows>\n</cat>', toXml),
  row(".", "cat:\n  +@name: tiger\n  +content: cool", '<cat name="tiger">cool</cat>', toXml),
  row(".", "a: {b: {c: 1}, d: {}}", "<a><b><c>1</c></b><d></d></a>", { args: ["-o=xml", "-I0"] }),
  row(".", 'a: \'<&"\'\nb: {+@c: "x\\ny"}', '<a>&lt;&amp;&#34;</a>\n<b c="x&#xA;y"></b>', toXml),
  row(
    ".",
    '+p_xml: version="1.0"\n+directive: \'DOCTYPE config SYSTEM "/etc/x.dtd" \'\napple:\n  +p_coolioo: version="1.0"\n  +directive: \'CATYPE meow purr puss \'\n  b: things',
    '<?xml version="1.0"?>\n<!DOCTYPE config SYSTEM "/etc/x.dtd" >\n<apple><?coolioo version="1.0"?><!CATYPE meow purr puss >\n  <b>things</b>\n</apple>',
    toXml,
  ),
  row(".", "# above\na: 1 # beside", "<!-- above -->\n<a>1<!-- beside --></a>", toXml),
  row(
    ".b = (.a | to_xml)",
    "a: {cool: {foo: bar, +@id: hi}}",
    'a: {cool: {foo: bar, +@id: hi}}\nb: |\n  <cool id="hi">\n    <foo>bar</foo>\n  </cool>',
  ),
  row(
    ".b = (.a | @xml)",
    "a: {cool: {foo: bar, +@id: hi}}",
    'a: {cool: {foo: bar, +@id: hi}}\nb: |\n  <cool id="hi"><foo>bar</foo></cool>',
  ),
  row(".b = (.a | to_xml(1))", "a: {c: {d: 1}}", "a: {c: {d: 1}}\nb: |\n  <c>\n   <d>1</d>\n  </c>"),
  row(".b = (.a | from_xml)", 'a: "<foo>bar</foo>"', 'a: "<foo>bar</foo>"\nb:\n  foo: bar'),
  fresh('"<foo>bar</foo>" | @xmld', "foo: bar"),
  fresh('load_xml("x.xml").a', "1", { args: ["-n"], files: { "x.xml": "<a>1</a>" } }),
  failing(".", "<a><b></a>", "bad XML: line 1", fromXml),
  failing(".", "<a>", "bad XML", fromXml),
  failing(".", "words", "invalid XML: Encountered chardata [words] outside of XML node", fromXml),
  failing(".", "[1]", "cannot encode !!seq to XML, only maps and scalars can be encoded", toXml),
  failing(".", "a b: 1", '"a b" cannot be the name of an XML element or attribute', toXml),
  failing(".", "a: {+@b: {c: 1}}", "cannot use !!map as attribute, only scalars are supported", toXml),
];
