import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parse } from "yaml";
import { World } from "../support/limactl.ts";
import { said } from "../support/records.ts";
import { aliases, names, textOf } from "../templates/shipped.ts";

let world: World;
let server: ReturnType<typeof Bun.serve>;
const pages: Record<string, string> = {
  "/ok/top.yaml": "base: parts/base.yaml\ncpus: 3\n",
  "/ok/parts/base.yaml": "images: [{location: /x.img}]\nprovision:\n- file: ../../setup.sh\n",
  "/ok/plain.yaml": "base: images.yaml\n",
  "/ok/images.yaml": "images: [{location: /x.img}]\n",
};
beforeAll(() => {
  world = new World();
  server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: (request) => {
      const page = pages[new URL(request.url).pathname];
      return page === undefined ? new Response("images: []\n", { status: 404 }) : new Response(page);
    },
  });
});
afterAll(async () => {
  server.stop(true);
  await world[Symbol.asyncDispose]();
});

const limit = 60_000;
const image = "images: [{location: /x.img}]\n";

/** Writes a file below a folder of the test's own. @returns its path */
function file(path: string, text: string | Uint8Array): string {
  const whole = join(world.root, path);
  mkdirSync(dirname(whole), { recursive: true });
  writeFileSync(whole, text);
  return whole;
}

/** Writes files of `_config` and takes them away again. */
async function withConfig<T>(files: Readonly<Record<string, string>>, work: () => Promise<T>): Promise<T> {
  const folder = join(world.limaHome, "_config");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  try {
    return await work();
  } finally {
    for (const name of Object.keys(files)) rmSync(join(folder, name));
  }
}

async function fatal(args: readonly string[], options?: Parameters<World["limactl"]>[1]): Promise<string> {
  const { code, records } = await said(world, args, options);
  expect(code).toBe(1);
  return records.at(-1) ?? "";
}

describe("shipped templates", () => {
  // Building blocks without images are no templates by themselves, and one asks Fedora's server.
  const whole = names.filter(
    (name) => !aliases.includes(name) && !name.startsWith("_default/") && name !== "experimental/fedora-rawhide",
  );

  test(
    "filled and embedded, each one validates",
    async () => {
      const folder = join(world.root, "filled");
      mkdirSync(folder);
      const waiting = [...whole];
      const copies: string[] = [];
      const work = async () => {
        for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
          const path = join(folder, `${name.replaceAll("/", "-").replace(/^_/, "")}.yaml`);
          writeFileSync(path, await world.ok(["template", "copy", "--fill", "--embed-all", `template:${name}`, "-"]));
          copies.push(path);
        }
      };
      await Promise.all([work(), work(), work()]);
      expect(copies).toHaveLength(whole.length);
      const { code, records } = await said(world, ["validate", ...copies]);
      expect(records.filter((line) => line.endsWith(": OK"))).toHaveLength(whole.length);
      expect(code).toBe(0);
    },
    limit,
  );

  test("are the same from the form that the build made and from their texts", async () => {
    const env = { LIMA_TEMPLATES_PATH: join(import.meta.dir, "../../templates") };
    for (const name of ["default", "docker", "_images/macos", "windows"]) {
      const fill = ["template", "copy", "--fill", `template:${name}`];
      expect(await world.ok(fill)).toBe(await world.ok(fill, { env }));
    }
  });

  test("change with a file that takes the place of one of their bases", async () => {
    const path = file("l/_templates/_default/mounts.yaml", "mounts: [{location: /mine}]\n");
    expect(await world.ok(["template", "yq", "template:docker", ".mounts[].location"])).toBe("/mine\n");
    rmSync(path);
    expect(await world.ok(["template", "yq", "template:docker", ".mounts[].location"])).toBe(`${world.home}\n`);
    rmSync(join(world.limaHome, "_templates"), { recursive: true });
  });

  test("are merged with default.yaml, override.yaml and base.yaml", async () => {
    await withConfig(
      { "default.yaml": "timezone: A/B\n", "override.yaml": "cpus: 7\n", "base.yaml": "upgradePackages: true\n" },
      async () => {
        const filled = ["template", "yq", "template:debian", ".timezone, .cpus, .upgradePackages"];
        expect(await world.ok(filled)).toBe("A/B\n7\ntrue\n");
        const { records } = await said(world, ["validate", "template:debian"]);
        expect(records).toContain("info: `template:debian`: OK");
      },
    );
  });

  test("that become invalid tell the place", async () => {
    await withConfig({ "override.yaml": "# wrong\nmountType: nfs\n" }, async () => {
      expect(await fatal(["validate", "template:debian"])).toContain(
        `${join(world.limaHome, "_config/override.yaml")}:2:1: field \`mountType\` must be`,
      );
    });
  });

  test("are listed without building blocks", async () => {
    const listed = (await world.ok(["create", "--list-templates"])).trimEnd().split("\n");
    expect(listed).toEqual(names.filter((name) => !name.startsWith("_")));
  });

  test("verbatim is to the byte", async () => {
    expect(await world.ok(["template", "copy", "--verbatim", "template:default"])).toBe(textOf("default"));
  });

  test("one that is not there is answered with the nearest names", async () => {
    expect(await fatal(["template", "copy", "template:dockr"])).toMatch(
      /^fatal: template `dockr\.yaml` not found \(Hint: did you mean `docker`/,
    );
    expect(await fatal(["template", "copy", "template:../x"])).toBe(
      "fatal: template name `../x` must not contain `..`",
    );
  });
});

describe("the template store", () => {
  test("_templates of the Lima home comes before what is shipped", async () => {
    file("l/_templates/docker.yaml", "# mine\n");
    file("l/_templates/own.yaml", image);
    expect(await world.ok(["template", "copy", "--verbatim", "template:docker"])).toBe("# mine\n");
    const listed = (await world.ok(["create", "--list-templates"])).split("\n");
    expect(listed).toContain("own");
    expect(listed.filter((name) => name === "docker")).toHaveLength(1);
    rmSync(join(world.limaHome, "_templates"), { recursive: true });
  });

  test("LIMA_TEMPLATES_PATH takes the place of all others; the first directory wins", async () => {
    file("first/a.yaml", "# first\n");
    file("second/a.yaml", "# second\n");
    file("second/sub/b.yaml", "# b\n");
    file("second/_c.yaml", "# c\n");
    const env = { LIMA_TEMPLATES_PATH: `${join(world.root, "first")}:${join(world.root, "second")}` };
    expect(await world.ok(["create", "--list-templates"], { env })).toBe("a\nsub/b\n");
    expect(await world.ok(["template", "copy", "--verbatim", "template:a"], { env })).toBe("# first\n");
    expect(await fatal(["template", "copy", "template:docker"], { env })).toStartWith(
      "fatal: template `docker.yaml` not found",
    );
  });
});

describe("template copy", () => {
  test("makes locators absolute, embeds, or leaves all as it is", async () => {
    const top = file("copy/top.yaml", "# top\nbase: [base.yaml, 'template:_default/mounts']\ncpus: 2  # two\n");
    file("copy/base.yaml", `# base\n${image}`);
    const copy = (...flags: string[]) => world.ok(["template", "copy", ...flags, top]);
    expect(await copy("--verbatim")).toBe(readFileSync(top, "utf8"));
    expect(await copy()).toBe(
      `# top\nbase: [${join(world.root, "copy/base.yaml")}, 'template:_default/mounts']\ncpus: 2  # two\n`,
    );
    expect(parse(await copy("--embed"))).toEqual({
      base: ["template:_default/mounts"],
      cpus: 2,
      images: [{ location: "/x.img" }],
    });
    expect(parse(await copy("--embed-all"))).toEqual({
      cpus: 2,
      images: [{ location: "/x.img" }],
      mounts: [{ location: "~" }],
    });
    expect(parse(await copy("--fill"))).toMatchObject({ cpus: 2, os: "Linux", disk: "100GiB" });
  });

  test("writes a file with the destination's name", async () => {
    const target = file("out.yaml", "what was there before, and longer than the new text is\n".repeat(100));
    expect(await said(world, ["template", "copy", "--verbatim", "template:_default/mounts", target])).toEqual({
      code: 0,
      stdout: "",
      records: [],
    });
    expect(readFileSync(target, "utf8")).toBe(textOf("_default/mounts"));
  });

  test("refuses flags that exclude each other, and bases that cannot be embedded any more", async () => {
    expect(await fatal(["template", "copy", "--verbatim", "--embed", "template:default"])).toBe(
      "fatal: --verbatim cannot be used with any of --embed, --embed-all, or --fill",
    );
    const mixed = file("mixed.yaml", "base: ['template:_default/mounts', x.yaml]\n");
    expect(await fatal(["template", "copy", "--embed", mixed])).toBe(
      `fatal: cannot embed template \`${join(world.root, "x.yaml")}\` after not embedding \`template:_default/mounts\``,
    );
  });
});

describe("templates from a server", () => {
  test("bases are relative to where the template is", async () => {
    const at = (path: string) => `${server.url.origin}${path}`;
    expect(await world.ok(["template", "copy", "--embed-all", at("/ok/plain.yaml")])).toBe(image);
    expect(await world.ok(["template", "copy", at("/ok/top.yaml")])).toBe(
      `base: ${at("/ok/parts/base.yaml")}\ncpus: 3\n`,
    );
    expect(await fatal(["template", "copy", "--embed-all", at("/ok/top.yaml")])).toBe(
      "fatal: relative locator path `../../setup.sh` must not contain '..' path segments",
    );
  });

  test("an error status is an error, whatever the page says", async () => {
    const url = `${server.url.origin}/gone.yaml`;
    expect(await fatal(["validate", url])).toBe(
      `fatal: failed to read template \`${url}\`: the server answered with status 404`,
    );
  });
});

describe("validate", () => {
  test("tells of each that is fine, and ends at the first that is not", async () => {
    const [good, bad] = [file("good.yaml", image), file("bad.yaml", `${image}cpus: -1\n`)];
    expect(await said(world, ["validate", good, bad, good])).toEqual({
      code: 1,
      stdout: "",
      records: [
        `info: \`${good}\`: OK`,
        `fatal: failed to validate YAML file \`${bad}\`: ${bad}:2:1: field \`cpus\` must be set`,
      ],
    });
  });

  test("an OK holds only as long as nothing has changed that decided", async () => {
    const base = file("again/base.yaml", image);
    const shared = join(world.root, "again/shared");
    mkdirSync(shared);
    const top = file("again/top.yaml", `base: base.yaml\nmounts: [{location: ${shared}}]\nmountInotify: true\n`);
    const first = await said(world, ["validate", top]);
    expect(first.code).toBe(0);
    expect(first.records).toContain("warning: `mountInotify` is experimental");
    expect(await said(world, ["validate", top])).toEqual(first);
    writeFileSync(base, "images: []\n");
    expect(await fatal(["validate", top])).toContain("field `images` must be set");
    writeFileSync(base, image);
    expect(await said(world, ["validate", top])).toEqual(first);
    rmSync(shared, { recursive: true });
    expect((await said(world, ["validate", top])).records[0]).toContain("refers to a non-existent directory");
    writeFileSync(shared, "");
    expect(await fatal(["validate", top])).toContain("refers to a non-directory path");
    rmSync(shared);
    mkdirSync(shared);
    await withConfig({ "override.yaml": "cpus: -1\n" }, async () => {
      expect(await fatal(["validate", top])).toContain("field `cpus` must be set");
    });
    expect(await said(world, ["validate", top])).toEqual(first);
  });

  test("--fill prints the filled template with its driver; several are framed", async () => {
    const good = file("good.yaml", image);
    const one = await world.ok(["template", "validate", "--fill", good]);
    expect(parse(one)).toMatchObject({ vmType: "qemu", images: [{ location: "/x.img" }] });
    expect(await world.ok(["validate", "--fill", good, good])).toBe(`---\n${one}...\n---\n${one}...\n`);
  });

  test("standard input has no name", async () => {
    expect(await fatal(["validate", "-"], { stdin: image })).toBe(
      "fatal: can't determine instance name from template locator `-`",
    );
  });

  test("a template for a later version says so", async () => {
    expect(await fatal(["validate", file("later.yaml", `minimumLimaVersion: 99.0.0\n${image}`)])).toContain(
      ":1:1: template requires Lima version `99.0.0`; this is only `2.2.0+limabun.",
    );
  });
});

describe("what is meant to hurt", () => {
  test("a hundred bases in a row are fine, a circle is not", async () => {
    for (let index = 0; index < 100; index += 1) file(`chain/c${index}.yaml`, `base: c${index + 1}.yaml\n`);
    file("chain/c100.yaml", image);
    expect(await world.ok(["template", "copy", "--embed-all", join(world.root, "chain/c0.yaml")])).toBe(image);
    const first = file("circle/a.yaml", "base: b.yaml\n");
    file("circle/b.yaml", "base: a.yaml\n");
    expect(await fatal(["validate", first])).toBe(
      `fatal: failed to validate YAML file \`${first}\`: base template loop detected: template \`${first}\` already included`,
    );
  });

  test("ten megabytes and aliases that multiply end at once with one line", async () => {
    const big = file("big.yaml", new Uint8Array(10_000_000).fill(97));
    expect(await fatal(["validate", big])).toBe(`fatal: template \`${big}\` exceeds the size limit (4194304 bytes)`);
    const rows = [..."bcdefghijk"].map((name, index) => {
      const before = "abcdefghij"[index] ?? "";
      return `${name}: &${name} [${Array(9).fill(`*${before}`).join(",")}]\n`;
    });
    const bomb = file("bomb.yaml", `a: &a [x,x]\n${rows.join("")}env: {A: *k}\n${image}`);
    const run = await world.limactl(["validate", bomb]);
    expect(run.code).toBe(1);
    expect(run.stderr.length).toBeLessThan(10_000);
  });

  test("NUL and bytes that are no UTF-8 are named", async () => {
    expect(await fatal(["validate", file("nul.yaml", `cpus: "\0"\n`)])).toContain("control characters are not allowed");
    expect(await fatal(["validate", file("latin.yaml", new Uint8Array([0x61, 0x3a, 0xe4]))])).toContain("UTF-8");
  });

  test("quotes, dollars and newlines arrive as they are", async () => {
    const value = `a'b"c$(touch x)\`d\`\n\\n{{.Home}} ü\n`;
    const given = file("value.yaml", `${image}env: {A: ${JSON.stringify(value)}}\n`);
    expect(parse(await world.ok(["template", "copy", "--fill", given]))).toMatchObject({ env: { A: value } });
  });
});

describe("_config", () => {
  const filled = async (text: string, flags: readonly string[] = []) =>
    parse(await world.ok(["template", "copy", "--fill", ...flags, file("own.yaml", text)]));
  const layers = {
    "default.yaml":
      "cpus: 1\nmemory: 1GiB\ndisk: 10GiB\nenv: {A: d, B: d, C: d}\ndns: [1.1.1.1]\nmountTypesUnsupported: [9p]\nhostResolver: {enabled: false}\n",
    "override.yaml": "cpus: 3\nenv: {A: o}\nmountTypesUnsupported: [virtiofs]\n",
    "base.yaml": "disk: 30GiB\nmemory: 3GiB\nenv: {B: b, D: b}\nplain: true\n",
  };

  test("override.yaml is above the template, the template above base.yaml, default.yaml below", async () => {
    await withConfig(layers, async () => {
      const own = `${image}cpus: 2\nmemory: 2GiB\nenv: {A: y, B: y}\nmountTypesUnsupported: [reverse-sshfs]\nvmType: qemu\n`;
      expect(await filled(own)).toMatchObject({
        cpus: 3,
        memory: "2GiB",
        disk: "30GiB",
        plain: true,
        env: { A: "o", B: "y", C: "d", D: "b" },
        dns: ["1.1.1.1"],
        mountTypesUnsupported: ["virtiofs", "reverse-sshfs", "9p"],
      });
    });
  });

  test("base.yaml becomes a part of what is stored; the other two do not", async () => {
    await withConfig(layers, async () => {
      await world.ok(["create", "--name", "stored", "-"], {
        stdin: `{images: [location: /etc/profile], memory: 2GiB}`,
      });
      const stored = parse(readFileSync(world.file("stored", "lima.yaml"), "utf8"));
      expect(stored).toEqual({
        images: [{ location: "/etc/profile" }],
        memory: "2GiB",
        disk: "30GiB",
        env: { B: "b", D: "b" },
        plain: true,
      });
      expect(await world.ok(["list", "--format", "{{.CPUs}} {{.Config.Memory}} {{.Config.Env.C}}", "stored"])).toBe(
        "3 2GiB d\n",
      );
    });
    expect(await world.ok(["list", "--format", "{{.Config.Env.C}}", "stored"])).toBe("<no value>\n");
  });

  test("a file of it that is wrong is named", async () => {
    await withConfig({ "override.yaml": "cpus: many\n" }, async () => {
      expect(await fatal(["validate", file("own.yaml", image)])).toContain(
        `failed to unmarshal YAML (override file \`${join(world.limaHome, "_config/override.yaml")}\`): [1:7]`,
      );
    });
  });

  test("a directory in the place of a file of it is named", async () => {
    const path = join(world.limaHome, "_config/default.yaml");
    mkdirSync(path, { recursive: true });
    try {
      expect(await fatal(["validate", file("own.yaml", image)])).toContain(`read ${path}: is a directory`);
    } finally {
      rmSync(path, { recursive: true });
    }
  });
});

describe("Go templates", () => {
  const stdin = `{images: [location: /etc/profile], cpus: 2, param: {K: v}, provision: [{script: "echo $PARAM_K"}], message: '{{.Name}} on {{.Arch}}: {{range $i, $e := .Config.Images}}{{$i}}={{$e.Location}}{{end}} {{.Param.K}} {{.Instance.Config.SSH.LocalPort}}'}`;
  beforeAll(async () => {
    await world.ok(["create", "--name", "tpl", "--arch", "x86_64", "-"], { stdin });
  });

  test.each([
    ["{{.Name}} {{.Status}} {{.CPUs}}", "tpl Stopped 2"],
    ["{{.Message}}", "tpl on x86_64: 0=/etc/profile v 0"],
    ["{{json .Param}}", '{"K":"v"}'],
    ["{{yaml .Param}}", "---\nK: v"],
    ["{{indent .Name}}|{{indent 4 .Name}}", "  tpl|    tpl"],
    ['{{missing ""}}|{{missing "none" ""}}|{{missing .Name}}', "<missing>|none|tpl"],
    ['{{if and (eq .Arch "x86_64") (gt .CPUs 1)}}many{{else}}one{{end}}', "many"],
    ["{{range .Config.Images}}{{.Location}}{{else}}none{{end}}", "/etc/profile"],
    ["{{len .Config.Images}} {{index .Param `K`}} {{printf `%q %03d` .Name .CPUs}}", '1 v "tpl" 002'],
    ["{{with .Config.SSH}}{{.LocalPort}}{{end}} {{.Param}} {{.Param.nothing}}", "0 map[K:v] <no value>"],
    ["{{- /* nothing */ -}} {{define `t`}}<{{.}}>{{end}}{{template `t` .Name}}", "<tpl>"],
    [
      "{{range $i, $e := .Config.MountTypesUnsupported}}{{$i}}{{end}}{{html `<a>`}} {{urlquery `a b`}}",
      "&lt;a&gt; a+b",
    ],
  ])("list --format %s", async (format, output) => {
    expect(await world.ok(["list", "--format", format, "tpl"])).toBe(`${output}\n`);
  });

  test.each([
    ["{{.Nope}}", "can't evaluate field Nope in type"],
    ["{{.Name", "invalid go template: "],
    ["{{indent}}", "function takes at least one string argument"],
    ["{{indent 1 2 3}}", "function takes at most 2 arguments"],
    ["{{indent `x` .Name}}", "optional first argument must be an integer"],
    ["{{missing 1 .Name}}", "optional first argument must be a string"],
    ["{{missing 1}}", "last argument must be a string"],
    ["{{nope .Name}}", 'function "nope" not defined'],
  ])("list --format %s fails", async (format, message) => {
    const run = await world.limactl(["list", "--format", format, "tpl"]);
    expect(run).toMatchObject({ code: 1, stdout: "" });
    expect(run.stderr.replaceAll('\\"', '"')).toContain(message);
  });
});
