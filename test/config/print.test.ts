import { expect, test } from "bun:test";
import { parse } from "yaml";
import { printConfig } from "../../src/config/print.ts";
import { configToYaml } from "../../src/config/print-yaml.ts";
import { bytesOfText } from "../../src/lib/byte-text.ts";
import { failure, image, load } from "./fixtures.ts";

const printed = (text: string) => printConfig(load(image + text, { validate: false }).config);

test("unset and empty fields are left out, structs and port ranges stay", () => {
  const config = printed("portForwards: [{guestSocket: /a, hostSocket: /b}]");
  expect(Object.keys(config).join(" ")).toBe(
    "vmType os arch images cpus memory disk mountInotify ssh firmware audio video upgradePackages containerd guestInstallPrefix portForwards hostResolver propagateProxyEnv caCerts rosetta plain timezone nestedVirtualization user tpm",
  );
  expect(config).toMatchObject({ rosetta: {}, video: { vnc: {} }, firmware: { legacyBIOS: false } });
  expect(config.images).toEqual([{ location: "/disk.img", arch: "x86_64" }]);
  expect(config.portForwards).toEqual([
    {
      guestIPMustBeZero: false,
      guestIP: "127.0.0.1",
      guestPortRange: [1, 65535],
      guestSocket: "/a",
      hostIP: "127.0.0.1",
      hostPortRange: [0, 0],
      hostSocket: "/b",
      proto: "any",
    },
  ]);
});

test("vmType is left out where no file names it", () => {
  const { config } = load(image);
  expect(Object.keys(printConfig(config, { withoutVmType: true }))).not.toContain("vmType");
});

test("keys of maps are sorted", () => {
  expect(JSON.stringify(printed("env: {b: 1, B: 2, a: 3}\nvmOpts: {z: {b: 1, a: 2}, y: {}}"))).toContain(
    '"vmOpts":{"y":{},"z":{"a":2,"b":1}}',
  );
  expect(JSON.stringify(printed("env: {b: 1, B: 2, a: 3}").env)).toBe('{"B":"2","a":"3","b":"1"}');
});

test("YAML is in block style; texts of several lines are literal; ambiguous texts are quoted", () => {
  expect(
    configToYaml({
      list: [{ a: 1, b: [1, 2] }],
      script: "#!/bin/sh\n\necho\n",
      short: "a\nb",
      home: "~",
      none: "null",
      number: "10",
      truth: "true",
      answer: "yes",
      empty: "",
    }),
  ).toBe(`list:
- a: 1
  b:
  - 1
  - 2
script: |
  #!/bin/sh
  
  echo
short: |-
  a
  b
home: "~"
none: "null"
number: "10"
truth: "true"
answer: "yes"
empty: ""
`);
  expect(configToYaml({})).toBe("{}\n");
});

test.each([
  ["between lines", { a: [{ b: "x\n\n\n  y\n" }] }, "a:\n- b: |\n    x\n    \n    \n      y\n"],
  ["before a blank", { a: "\n x" }, "a: |2-\n  \n   x\n"],
  ["in a list of texts", { a: ["x\n\ny\n"] }, "a:\n- |\n  x\n  \n  y\n"],
])("an empty line of a literal text carries the text's indentation: %s", (_, value, text) => {
  expect(configToYaml(value)).toBe(text);
  expect(parse(text)).toEqual(value);
});

test("a data file that is none of text is read, printed and read again with the same bytes", () => {
  const text = `${image}provision: [{mode: data, path: /x, content: !!binary Yf8Aw6Q=}]`;
  const first = load(text).config;
  expect(Buffer.from(bytesOfText(first.provision[0]?.content ?? "")).toString("hex")).toBe("61ff00c3a4");
  expect(load(configToYaml(printConfig(first))).config).toEqual(first);
  expect(failure(`${image}provision: [{script: !!binary Yf8Aw6Q=}]`)).toContain("must hold UTF-8 text");
});

test("what is printed loads again as the same configuration", () => {
  const text = `${image}provision: [{mode: data, path: /x, content: "a\\tb\\n\\n"}]\nmounts: [{location: /x}]\nnetworks: [{lima: a}]\nprobes: [{script: "#!/bin/sh\\n"}]\n`;
  const first = load(text).config;
  expect(load(configToYaml(printConfig(first))).config).toEqual(first);
});
