import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { World } from "../support/limactl.ts";
import { noGuest, records, said } from "../support/records.ts";

let world: World;
beforeAll(() => {
  world = new World();
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

const limit = 60_000;

describe("template", () => {
  beforeAll(() => {
    world.write("script.sh", "#!/bin/sh\ntrue\n");
    world.write("lower.yaml", "cpus: 2\n");
    world.write(
      "t.yaml",
      `base: lower.yaml\nimages:\n- location: /etc/profile # here\nprovision:\n- file: script.sh\n`,
    );
  });
  const cwd = () => ({ cwd: world.root });

  test.each([
    [
      [],
      () =>
        `base: ${world.root}/lower.yaml\nimages:\n- location: /etc/profile  # here\nprovision:\n- file: ${world.root}/script.sh\n`,
    ],
    [
      ["--verbatim"],
      () => "base: lower.yaml\nimages:\n- location: /etc/profile # here\nprovision:\n- file: script.sh\n",
    ],
    [
      ["--embed"],
      () => "images:\n- location: /etc/profile  # here\nprovision:\n- script: |\n    #!/bin/sh\n    true\ncpus: 2\n",
    ],
  ])(
    "copy %j",
    async (flags, expected) => {
      expect(await world.ok(["template", "copy", ...flags, "t.yaml"], cwd())).toBe(expected());
    },
    limit,
  );

  test(
    "copy to a file replaces it",
    async () => {
      world.write("out.yaml", "old");
      expect(await world.ok(["tmpl", "copy", "--embed-all", "t.yaml", "out.yaml"], cwd())).toBe("");
      expect(readFileSync(join(world.root, "out.yaml"), "utf8")).toContain("cpus: 2\n");
    },
    limit,
  );

  test(
    "copy --embed leaves what `template:` names, and refuses other bases after it",
    async () => {
      world.write("mixed.yaml", "base: ['template:default', lower.yaml]\n");
      const run = await said(world, ["template", "copy", "--embed", "mixed.yaml"], cwd());
      expect(run.records).toEqual([
        `fatal: cannot embed template \`${world.root}/lower.yaml\` after not embedding \`template:default\``,
      ]);
    },
    limit,
  );

  test(
    "copy --fill and yq agree; the driver is there only when a file names it",
    async () => {
      const filled = await world.ok(["template", "copy", "--fill", "t.yaml"], cwd());
      expect(filled).toContain("memory: ");
      expect(filled).not.toContain("vmType");
      expect(await world.ok(["template", "yq", "t.yaml", "."], cwd())).toBe(filled);
      expect(await world.ok(["template", "yq", "t.yaml", ".cpus"], cwd())).toBe("2\n");
      expect(await world.ok(["template", "yq", "t.yaml", ".vmType"], cwd())).toBe("null\n");
      const validated = await world.ok(["validate", "--fill", "t.yaml"], cwd());
      expect(validated).toContain("vmType: qemu\n");
      const twice = await world.ok(["template", "validate", "--fill", "t.yaml", "t.yaml"], cwd());
      expect(twice).toBe(`---\n${validated}...\n`.repeat(2));
    },
    limit,
  );

  test(
    "--fill merges the user's base, defaults and overrides",
    async () => {
      const config = join(world.limaHome, "_config");
      mkdirSync(config, { recursive: true });
      writeFileSync(join(config, "base.yaml"), "memory: 3GiB\n");
      writeFileSync(join(config, "default.yaml"), "memory: 1GiB\ndisk: 7GiB\n");
      writeFileSync(join(config, "override.yaml"), "cpus: 1\n");
      try {
        const yq = ["template", "yq", "t.yaml", '.memory + " " + .disk + " " + (.cpus | tostring)'];
        expect(await world.ok(yq, cwd())).toBe("3GiB 7GiB 1\n");
        expect(await world.ok(["template", "copy", "--embed-all", "t.yaml"], cwd())).not.toContain("memory");
      } finally {
        for (const name of ["base", "default", "override"]) spawnSync("rm", [join(config, `${name}.yaml`)]);
      }
    },
    limit,
  );

  test.each([
    [
      ["template", "copy", "--verbatim", "--fill", "t.yaml"],
      "--verbatim cannot be used with any of --embed, --embed-all, or --fill",
    ],
    [["validate", "bad.yaml"], "failed to validate YAML file `bad.yaml`: bad.yaml:"],
    [["template", "copy", "empty.yaml"], "don't know how to interpret `empty.yaml` as a template locator"],
    [["template", "url", "github:"], "github: URL must contain at least an ORG, got ``"],
  ])(
    "%j is refused",
    async (args, text) => {
      world.write("bad.yaml", "images: []\ncpus: -1\n");
      world.write("empty.yaml", "");
      const run = await said(world, args, cwd());
      expect([run.code, run.stdout]).toEqual([1, ""]);
      expect(run.records[0]).toStartWith(`fatal: ${text}`);
    },
    limit,
  );

  test(
    "standard input has no name to validate by",
    async () => {
      expect((await said(world, ["validate", "-"], { stdin: noGuest })).records).toEqual([
        "fatal: can't determine instance name from template locator `-`",
      ]);
    },
    limit,
  );

  test(
    "url prints what a locator stands for",
    async () => {
      expect(await said(world, ["template", "url", "template://docker", "--debug"])).toEqual({
        code: 0,
        stdout: "template:docker\n",
        records: [
          "debug: Locator `template://docker` replaced with `template:docker`",
          "warning: Template locator `template://docker` should be written `template:docker` since Lima v2.0",
        ],
      });
    },
    limit,
  );

  test(
    "a terminal gets colours",
    async () => {
      const env = { _LIMA_OUTPUT_IS_TTY: "1" };
      expect(await world.ok(["template", "copy", "lower.yaml"], { ...cwd(), env })).toContain("\u001b[36mcpus");
    },
    limit,
  );
});

test(
  "generate-jsonschema prints the schema, or holds files against it",
  async () => {
    const schema = await world.ok(["generate-jsonschema"]);
    expect(schema).toStartWith('{\n    "$schema": "https://json-schema.org/draft/2020-12/schema",\n');
    const good = world.write("good.yaml", noGuest);
    const bad = world.write("odd.yaml", "images: []\nfrobnicate: 1\n");
    expect((await said(world, ["generate-jsonschema", good])).records).toEqual([
      "fatal: need --schemafile to validate",
    ]);
    const file = join(world.root, "schema.json");
    const run = await said(world, ["generate-jsonschema", "--schemafile", file, good, bad]);
    expect(run.code).toBe(1);
    expect(run.records[0]).toBe(`info: \`${good}\`: OK`);
    expect(run.records[1]).toContain(`\`${bad}\`: jsonschema validation failed`);
    expect(run.records[1]).toContain("frobnicate");
    expect(readFileSync(file, "utf8")).toBe(schema);
  },
  limit,
);

describe("prune", () => {
  const key = (url: string) => new Bun.CryptoHasher("sha256").update(url).digest("hex");
  const downloads = (own: World) => join(own.home, ".cache/lima/download/by-url-sha256");
  const template = "https://cloud.debian.org/images/cloud/bookworm/latest/debian-12-genericcloud-amd64.qcow2";

  test(
    "--keep-referred keeps what instances and templates name, and clears interrupted downloads",
    async () => {
      await using own = new World();
      const used = "https://example.invalid/used.img";
      const create = ["create", "--name=u", "--set", `.images=[{"location": "${used}"}]`, "-"];
      // Without the network the instance is made all the same; only its image is missing.
      await own.limactl(create, { stdin: noGuest });
      for (const name of [key(used), key(template), key("https://example.invalid/gone.img")]) {
        mkdirSync(join(downloads(own), name), { recursive: true });
        for (const part of ["data", "data.part", "data.tmp.1.2"]) writeFileSync(join(downloads(own), name, part), "x");
      }
      const run = await own.limactl(["prune", "--keep-referred"]);
      expect(run.code).toBe(0);
      expect(records(run)).toEqual([]);
      expect(readdirSync(downloads(own)).sort()).toEqual([key(used), key(template)].sort());
      for (const name of [key(used), key(template)]) expect(readdirSync(join(downloads(own), name))).toEqual(["data"]);
    },
    limit,
  );

  test(
    "--keep-referred stops at an instance that is being made, and passes over one with errors",
    async () => {
      await using own = new World();
      await own.ok(["create", "--name=e", "-"], { stdin: noGuest });
      writeFileSync(own.file("e", "lima.yaml"), "cpus: many\n");
      mkdirSync(join(downloads(own), "abc"), { recursive: true });
      const skipped = await own.limactl(["prune", "--keep-referred"]);
      expect(skipped.code).toBe(0);
      expect(records(skipped)[0]).toStartWith("warning: skipping instance `e` because it has errors: [");
      mkdirSync(own.file("half", ""));
      mkdirSync(join(downloads(own), "abc"), { recursive: true });
      const run = await own.limactl(["prune", "--keep-referred"]);
      expect(run.code).toBe(1);
      expect(records(run).at(-1)).toStartWith("fatal: cannot safely prune while instance `half` is being used: open ");
      expect(readdirSync(downloads(own))).toEqual(["abc"]);
    },
    limit,
  );

  test(
    "alone removes the whole cache",
    async () => {
      await using own = new World();
      const cache = join(own.home, ".cache/lima");
      mkdirSync(join(downloads(own), "abc"), { recursive: true });
      const run = await own.limactl(["prune"]);
      expect(records(run)).toEqual([`info: Pruning \`${cache}\``]);
      expect(existsSync(cache)).toBe(false);
    },
    limit,
  );
});

describe("completion", () => {
  test(
    "--set of create completes to the fields of lima.yaml",
    async () => {
      expect(await world.ok(["__complete", "create", "--set", ".mem"])).toBe(".memory=\n:6\n");
    },
    limit,
  );

  test(
    "templates are those of the search path, without building blocks",
    async () => {
      await using own = new World();
      mkdirSync(join(own.limaHome, "_templates"), { recursive: true });
      writeFileSync(join(own.limaHome, "_templates", "mine.yaml"), noGuest);
      const all = (await own.ok(["__complete", "create", "template:"])).split("\n");
      expect(all).toContain("template:mine");
      expect(all).toContain("template:default");
      expect(all.filter((each) => each.startsWith("template:_"))).toEqual([]);
      const only = join(own.root, "only");
      mkdirSync(only);
      writeFileSync(join(only, "one.yaml"), noGuest);
      const env = { LIMA_TEMPLATES_PATH: only };
      expect(await own.ok(["__complete", "create", "template:"], { env })).toBe("template:one\n:0\n");
    },
    limit,
  );
});
