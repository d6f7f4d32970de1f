import { describe, expect, test } from "bun:test";
import { failure, image, load } from "./fixtures.ts";

const prefix = "failed to unmarshal YAML (main file `/home/jane/.lima/foo/lima.yaml`): ";

describe("a text that is no YAML is refused with its place", () => {
  test.each([
    ["a duplicate key", "cpus: 1\nmemory: 1GiB\ncpus: 2\n", '[3:1] mapping key "cpus" already defined at [1:1]'],
    [
      "a duplicate key inside an unknown field",
      "x:\n  a: 1\n  a: 2\n",
      '[3:3] mapping key "a" already defined at [2:3]',
    ],
    [
      "script lines below a mode",
      "provision:\n- mode: system\n  #!/bin/bash\n  apt-get install\n",
      "[4:3] value is not allowed in this context. map key-value is pre-defined",
    ],
    ["a mapping in a value", "a: b: c\n", "[1:4] mapping value is not allowed in this context"],
    ["a tab as indentation", "ssh:\n\tlocalPort: 1\n", "[2:1] found character '\\t' that cannot start any token"],
    ["an open list", "images: [a\n", "[2:1] "],
    ["a second document", "cpus: 1\n---\ncpus: 2\n", "[2:1] only one YAML document is allowed"],
    ["an alias without its anchor", "cpus: *a\n", '[1:7] could not find alias "a"'],
    ["a NUL", "cpus: 1\nmessage: a\0b\n", "[2:11] control characters are not allowed (U+0000)"],
  ])("%s", (_name, text, message) => {
    expect(failure(text)).toStartWith(prefix + message);
  });
});

describe("a value of the wrong type is refused with its place and field", () => {
  test.each([
    ["cpus: many", "[1:7] field `cpus` must be an integer, got `many`"],
    ["cpus: []", "[1:7] field `cpus` must be a single value, got a list"],
    ["cpus: 99999999999999999999", "[1:7] field `cpus` must be a smaller integer, got `99999999999999999999`"],
    ["plain: yes", "[1:8] field `plain` must be `true` or `false`, got `yes`"],
    ["plain: 'true'", "[1:8] field `plain` must be `true` or `false`, got `true`"],
    ["dns: [a.b]", "[1:7] field `dns[0]` must be an IP address, got `a.b`"],
    ["dns: 1.1.1.1", "[1:6] field `dns` must be a list, got a single value"],
    ["ssh: 22", "[1:6] field `ssh` must be a mapping, got a single value"],
    ["env: [a]", "[1:6] field `env` must be a mapping, got a list"],
    ["vmOpts: 1", "[1:9] field `vmOpts` must be a mapping, got a single value"],
    ["images:\n- location: {a: b}", "[2:13] field `images[0].location` must be a single value, got a mapping"],
    [
      "portForwards: [{guestPortRange: [1]}]",
      "[1:33] field `portForwards[0].guestPortRange` must be a list of two ports",
    ],
    ["- a", "[1:1] the document must be a mapping, got a list"],
  ])("%s", (text, message) => {
    expect(failure(text)).toStartWith(prefix + message);
  });

  test("each wrong value is a line of its own", () => {
    expect(failure("cpus: a\nplain: b\n").split("\n")).toEqual([
      `${prefix}[1:7] field \`cpus\` must be an integer, got \`a\``,
      `${prefix}[2:8] field \`plain\` must be \`true\` or \`false\`, got \`b\``,
    ]);
  });
});

describe("scalars become what the field holds", () => {
  test.each([
    ["text from an integer", "guestInstallPrefix: 0x10", "16"],
    ["text from octal digits", "guestInstallPrefix: 0644", "420"],
    ["text from a float", "guestInstallPrefix: 2.0", "2"],
    ["text from a large float", "guestInstallPrefix: 1.5e21", "1500000000000000000000"],
    ["text from a small float", "guestInstallPrefix: -2.5e-7", "-0.00000025"],
    ["text from infinity", "guestInstallPrefix: -.inf", "-Inf"],
    ["text from a boolean", "guestInstallPrefix: True", "true"],
    ["text from yes", "guestInstallPrefix: yes", "yes"],
    ["text from base64", "guestInstallPrefix: !!binary L29wdA==", "/opt"],
    ["text from digits in quotes", "guestInstallPrefix: '0644'", "0644"],
    ["null is not set", "guestInstallPrefix: ~", "/usr/local"],
    ["null in quotes is text", "guestInstallPrefix: '~'", "~"],
  ])("%s", (_name, text, value) => {
    expect(load(image + text, { validate: false }).config.guestInstallPrefix).toBe(value);
  });

  test.each([
    ["0b11", 3],
    ["0o17", 15],
    ["010", 8],
    ["0x1F", 31],
    ["1_0", 10],
    ["2.9", 2],
    ['"5"', 5],
  ])("the integer %s", (text, value) => {
    expect(load(`${image}cpus: ${text}`).config.cpus).toBe(value);
  });

  test("permissions keep a leading zero", () => {
    const text = `${image}provision: [{mode: data, path: /x, permissions: 0600}]`;
    expect(load(text).config.provision[0]?.permissions).toBe("0600");
  });

  test("an IPv6 address is canonical", () => {
    expect(
      load(`${image}hostResolver: {enabled: false}\ndns: ["2001:DB8:0:0::1", "::ffff:1.2.3.4"]`).config.dns,
    ).toEqual(["2001:db8::1", "1.2.3.4"]);
  });

  test("values that hold quotes, $ and newlines arrive exactly", () => {
    const value = "a'b\"c$(d)`e`\\\n\tf";
    expect(load(`${image}env: {A: ${JSON.stringify(value)}}`).config.env).toEqual({ A: value });
  });
});

describe("short forms", () => {
  test("a disk's name", () => {
    expect(load(`${image}additionalDisks: [data]`).config.additionalDisks).toEqual([{ name: "data", fsArgs: [] }]);
  });

  test("a base, a list of bases, a script file", () => {
    expect(load("base: a", { validate: false }).config.base).toEqual([{ url: "a", digest: "" }]);
    expect(load("base: [a, {url: b, digest: c}]", { validate: false }).config.base).toEqual([
      { url: "a", digest: "" },
      { url: "b", digest: "c" },
    ]);
    expect(load("provision: [{file: a.sh}]", { validate: false }).config.provision[0]?.file).toEqual({
      url: "a.sh",
      digest: "",
    });
  });
});

describe("anchors, aliases and merge keys", () => {
  test("an alias stands for its anchor's value", () => {
    const text = "images:\n- &i {location: /a}\n- *i\n";
    expect(load(text).config.images.map((each) => each.location)).toEqual(["/a", "/a"]);
  });

  test("a mapping's own keys win over merged ones", () => {
    const text = `${image}mounts:\n- &m {location: /a, writable: true}\n- {<<: *m, location: /b}\n`;
    expect(load(text).config.mounts.map(({ location, writable }) => ({ location, writable }))).toEqual([
      { location: "/a", writable: true },
      { location: "/b", writable: true },
    ]);
  });

  test("aliases that grow without bound are refused", () => {
    const levels = Array.from({ length: 30 }, (_, i) => `a${i}: &a${i} [${i === 0 ? "x" : `*a${i - 1},*a${i - 1}`}]`);
    expect(failure(`vmOpts:\n  ${levels.join("\n  ")}\n`)).toContain("aliases stand for more than 100000 values");
  });

  test("an alias to what surrounds it is refused", () => {
    expect(failure("vmOpts: &v {a: *v}\n")).toContain("nested deeper than 200 levels");
  });
});

describe("texts that no one wrote", () => {
  test("ten megabytes", () => {
    expect(failure(`message: ${"x".repeat(10_000_000)}`)).toBe(
      `${prefix}the text has 10000009 characters, more than the limit of 4194304`,
    );
  });

  test("ten thousand levels", () => {
    expect(failure(`vmOpts: ${"[".repeat(10_000)}`)).toStartWith(prefix);
  });

  test("a long text in a wrong place is not repeated whole", () => {
    const message = failure(`a: "b" ${"x".repeat(100_000)}\n`);
    expect(message).toContain("Unexpected scalar");
    expect(message.length).toBeLessThan(300);
  });

  test("more levels than can be read", () => {
    expect(failure(`vmOpts: ${"[".repeat(400_000)}`)).toMatch(/^failed to unmarshal YAML .*: .*nested too deeply$/);
  });

  test("a number of a million digits is text", () => {
    expect(failure(`cpus: ${"9".repeat(1_000_000)}`)).toContain("field `cpus` must be an integer, got `9999");
  });

  test("a hundred thousand unknown fields are named up to the twentieth", () => {
    const text = Array.from({ length: 100_000 }, (_, i) => `unknown${i}: 1`).join("\n");
    const [warning] = load(text, { validate: false }).warnings;
    expect(String(warning?.fields?.error).split("; ")).toHaveLength(21);
    expect(String(warning?.fields?.error)).toEndWith("and 99980 more");
  }, 60_000);

  test("a parameter is looked for in a megabyte of braces", () => {
    const text = `param: {K: x}\nprovision:\n- script: "${"{{".repeat(500_000)} .Param.K }"\n`;
    expect(failure(text)).toContain("key `K` is not used");
  });

  test("__proto__ is a key like any other", () => {
    expect(Object.keys(load(`${image}env: {__proto__: a}`).config.env)).toEqual(["__proto__"]);
  });

  test("an empty text is a config without any field", () => {
    expect(failure("")).toBe("field `images` must be set");
    expect(load("", { validate: false }).config.cpus).toBe(4);
  });
});

test("unknown fields are warned about, with place and nearest name", () => {
  expect(load(`${image}cpu: 2\nssh: {port: 1}\n`).warnings).toEqual([
    {
      message: "Non-strict YAML detected; please check for typos",
      fields: {
        comment: "main file `/home/jane/.lima/foo/lima.yaml`",
        error: '[2:1] unknown field "cpu" (did you mean "cpus"?); [3:7] unknown field "ssh.port"',
      },
    },
  ]);
});

test("default.yaml and override.yaml are named in errors", () => {
  expect(failure(image, { defaultText: "cpus: a" })).toBe(
    "failed to unmarshal YAML (default file `/home/jane/.lima/_config/default.yaml`): [1:7] field `cpus` must be an integer, got `a`",
  );
  expect(failure(image, { overrideText: "a: [" })).toStartWith(
    "failed to unmarshal YAML (override file `/home/jane/.lima/_config/override.yaml`): ",
  );
});
