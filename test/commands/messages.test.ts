import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { type RunOptions, World } from "../support/limactl.ts";
import { createStopped, noGuest, records } from "../support/records.ts";

let world: World;
beforeAll(async () => {
  world = new World();
  await createStopped(world, "X");
  await createStopped(
    world,
    "P",
    "{images: [location: /etc/profile], param: {here: a}, provision: [{script: '#$PARAM_here'}]}",
  );
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

/** What is run, what must be among the records (all of a record unless it ends with `…`), and the exit code. */
type Case = readonly [readonly string[], readonly string[], number, RunOptions?];

async function check([args, expected, code, options]: Case): Promise<void> {
  const run = await world.limactl(args, options);
  const said = records(run);
  const missing = expected.filter((text) =>
    text.endsWith("…") ? !said.some((each) => each.startsWith(text.slice(0, -1))) : !said.includes(text),
  );
  expect({ args, code: run.code, missing, said }).toEqual({ args, code, missing: [], said });
}

/** Section 14 of cli.md, in its order. */
const scriptsMatchOn: readonly Case[] = [
  [["list", "foobar"], ["warning: No instance matching foobar found.", "fatal: unmatched instances"], 1],
  [["delete", "gone"], ["warning: Ignoring non-existent instance `gone`"], 0],
  [["unprotect", "X"], ["warning: Instance `X` isn't protected. Skipping."], 0],
  [["list", "-q", "--json"], ["fatal: option --quiet can only be used with '--format table'"], 1],
  [["list", "--format=table", "--yq=."], ["fatal: option --yq only works with --format json or yaml"], 1],
  [["ls", "--yq", "env(HOME)"], ["fatal: env operations have been disabled"], 1],
  [["ls", "--yq", "strenv(HOME)"], ["fatal: env operations have been disabled"], 1],
  [["ls", "--yq", 'load("x")'], ["fatal: file operations have been disabled"], 1],
  [["ls", "--yq", 'load_str("x")'], ["fatal: file operations have been disabled"], 1],
  [["ls", "--yq", 'system("x")'], ["fatal: system operations are disabled…"], 1],
  [["ls", "--yq", ".["], ["fatal: 1:3: invalid input text…"], 1],
  [["protect", "gone"], ["fatal: failed to inspect instance `gone`: open …"], 1],
  [["unprotect", "gone"], ["fatal: failed to inspect instance `gone`: open …"], 1],
  [
    ["edit", "X", "--param", "missing=1"],
    ["fatal: error while processing flag `param`: template does not define param `missing`"],
    1,
  ],
  [
    ["start", "P", "--param", "missing=1"],
    [
      "info: Using the existing instance `P`",
      "fatal: error while processing flag `param`: template does not define param `missing`",
    ],
    1,
  ],
  [["template", "url", "github:"], ["fatal: github: URL must contain at least an ORG, got ``"], 1],
  [["template", "url", "github:/x"], ["fatal: github: URL must contain at least an ORG, got ``"], 1],
  [
    ["list", "--format", "{{.Unknown}}"],
    ['fatal: template: format:1:2: executing "format" at <.Unknown>: can\'t evaluate field Unknown…'],
    1,
  ],
  [["shell", "X"], ["fatal: instance `X` is stopped, run `limactl start X` to start the instance"], 1],
  [["shell", "gone"], ["fatal: instance `gone` does not exist, run `limactl create gone` to create a new instance"], 1],
  [
    ["shell", "--instance", "gone"],
    ["fatal: instance `gone` does not exist, run `limactl create gone` to create a new instance"],
    1,
  ],
  [["shell"], ["fatal: requires instance name as first argument"], 1],
  [["list", "--nope"], ["fatal: unknown flag: --nope"], 1],
  [
    ["template", "url", "template://a/b", "--log-level=debug"],
    [
      "warning: Template locator `template://a/b` should be written `template:a/b` since Lima v2.0",
      "debug: Locator `template://a/b` replaced with `template:a/b`",
    ],
    0,
  ],
  [
    ["--debug", "create", "template://nowhere"],
    [
      "warning: Template locator `template://nowhere` should be written `template:nowhere` since Lima v2.0",
      "debug: Locator `template://nowhere` replaced with `template:nowhere`",
      "fatal: template `nowhere.yaml` not found…",
    ],
    1,
  ],
  [["create", "-"], ["fatal: must pass instance name with --name when reading template from stdin"], 1],
];

describe("what scripts match on", () => {
  test.each(scriptsMatchOn.map((each) => [each[0].join(" "), each] as const))(
    "%s",
    async (_, each) => await check(each),
  );

  test("an empty home", async () => {
    const env = { LIMA_HOME: join(world.root, "none") };
    await check([["list"], ["warning: No instance found. Run `limactl create` to create an instance."], 0, { env }]);
  });

  test("protection", async () => {
    await check([["protect", "X"], ["info: Protected `X`"], 0]);
    await check([["protect", "X"], ["warning: Instance `X` is already protected. Skipping."], 0]);
    await check([
      ["delete", "-f", "X"],
      [
        "fatal: failed to delete instance `X`: instance is protected to prohibit accidental removal (Hint: use `limactl unprotect`)",
      ],
      1,
    ]);
    await check([["unprotect", "X"], ["info: Unprotected `X`"], 0]);
  });

  test("a directory without lima.yaml", async () => {
    const dir = world.file("probe", "");
    mkdirSync(dir);
    const yaml = `${world.limaHome}/probe/lima.yaml: no such file or directory`;
    await check([
      ["list"],
      [
        `warning: The directory \`${world.limaHome}\` does not look like a valid Lima directory: stat ${yaml}`,
        "warning: instance `probe` has errors",
      ],
      0,
    ]);
    const { stdout } = await world.limactl(["list", "--json", "probe"]);
    expect(stdout).toStartWith('{"name":"probe","hostname":"","status":"Broken",');
    expect(await world.ok(["list", "--format", "json", "probe"])).toBe(stdout);
    expect(await world.ok(["list", "--quiet", "--filter", 'keys | .[-1] == "errors"'])).toBe("probe\n");
    expect((await world.limactl(["list", "--quiet", "--filter", ".errors"])).stderr).not.toContain("has errors");
    await check([
      ["delete", "probe"],
      [
        `fatal: instance \`probe\` directory \`${world.limaHome}/probe\` exists but its \`lima.yaml\` could not be read; it was NOT deleted, in case it is currently being cloned into. If no \`limactl\` operation is using it, remove it manually`,
      ],
      1,
    ]);
    await createStopped(world, "after");
    await check([
      ["delete", "probe", "after"],
      [`info: Deleted \`after\` (\`${world.limaHome}/after\`)`, "fatal: instance `probe` directory…"],
      1,
    ]);
    rmSync(dir, { recursive: true });
  });

  test("create, delete and clone", async () => {
    await check([
      ["create", "--name", "foo", "-"],
      [
        "info: Terminal is not available, proceeding without opening an editor",
        "info: Run `limactl start foo` to start the instance.",
      ],
      0,
      { stdin: noGuest },
    ]);
    expect(await world.ok(["ls", "-q", "foo"])).toBe("foo\n");
    expect(await world.ok(["ls", "-f", "{{ .Status }}", "foo"])).toBe("Stopped\n");
    expect(await world.ok(["ls", "foo", "--yq", ".config.containerd.user"])).toBe("false\n");
    expect(await world.ok(["clone", "foo", "bar"])).toBe("");
    await check([["create", "--name", "foo", "-"], ["fatal: instance `foo` already exists…"], 1, { stdin: noGuest }]);
    await check([
      ["delete", "foo", "bar"],
      [`info: Deleted \`foo\` (\`${world.limaHome}/foo\`)`, `info: Deleted \`bar\` (\`${world.limaHome}/bar\`)`],
      0,
    ]);
  });
});

test("a word like a plugin's name", async () => {
  mkdirSync(join(world.root, "plugins"), { recursive: true });
  writeFileSync(join(world.root, "plugins", "limactl-hello"), "#!/bin/sh\n", { mode: 0o755 });
  const env = { PATH: `${join(world.root, "plugins")}:${world.env.PATH}` };
  await check([
    ["hell"],
    ['fatal: unknown command "hell" for "limactl"\n\nDid you mean this?\n\tshell\n\thelp\n\thello\n'],
    1,
    { env },
  ]);
});

test("info tells where the guest agent of this host's architecture is", async () => {
  const info = JSON.parse(await world.ok(["info"]));
  expect(info.guestAgents[info.hostArch]).toEqual({ location: world.executable });
});

test("without HOME, where LIMA_HOME is set", async () => {
  const cwd = join(world.root, "here");
  mkdirSync(cwd);
  const run = (...words: string[]) =>
    world.startProgram(["env", "-u", "HOME", world.executable, ...words], { cwd }).finished;
  expect((await run("list", "-f", "{{.Name}}", "X")).stdout).toBe("X\n");
  expect(records(await run("prune"))).toContain("fatal: neither $XDG_CACHE_HOME nor $HOME are defined");
  expect(readdirSync(cwd)).toEqual([]);
});

test("a guest that is not Linux", async () => {
  const experimental = "warning: Support for non-Linux guests is experimental";
  const stdin = "{images: [location: /etc/profile], os: Darwin, containerd: {user: false}}";
  await check([["create", "--name", "mac", "-"], [experimental], 0, { stdin }]);
  const linux = await world.limactl(["create", "--name", "lin", "-"], { stdin: noGuest });
  expect([linux.code, records(linux).includes(experimental)]).toEqual([0, false]);
  await world.ok(["delete", "mac", "lin"]);
});

test("a template is written where the person says, also through links", async () => {
  const template = world.write("t.yaml", noGuest);
  const missing = join(world.root, "none", "x.yaml");
  await check([["template", "copy", template, missing], [`fatal: open ${missing}: no such file or directory`], 1]);
  const link = join(world.root, "link.yaml");
  symlinkSync(template, link);
  await world.ok(["edit", "--set", ".cpus = 3", link]);
  expect([readlinkSync(link), readFileSync(template, "utf8")]).toEqual([template, expect.stringContaining("cpus: 3")]);
  await world.ok(["template", "copy", world.write("u.yaml", noGuest), link]);
  expect([readlinkSync(link), readFileSync(template, "utf8")]).toEqual([template, noGuest]);
});

test("a driver that nobody knows", async () => {
  mkdirSync(world.file("odd", ""));
  writeFileSync(world.file("odd", "lima.yaml"), "images: [location: /etc/profile]\nvmType: odd\n");
  const text = `failed to resolve vm for ${world.file("odd", "lima.yaml")}\nvmType \`odd\` is not a registered driver`;
  expect(JSON.parse(await world.ok(["list", "--json", "odd"])).errors).toEqual([text]);
  await check([
    ["start", "odd"],
    ['error: Instance "odd" has configuration errors', `fatal: instance "odd" has configuration errors: ${text}`],
    1,
  ]);
  await check([["factory-reset", "odd"], ["error: failed to configure driver for regenerating cloud-config"], 0]);
  rmSync(world.file("odd", ""), { recursive: true });
});

/** Section 16, as far as a host without guests can bring it about. */
const further: readonly Case[] = [
  [
    ["create", "template:experimental/vz", "--name=v"],
    ["warning: template:experimental/vz was merged into the default template in Lima v1.0.…"],
    1,
  ],
  [
    ["create", "template:experimental/riscv64", "--name=v"],
    [
      "warning: template:experimental/riscv64 was merged into the default template in Lima v1.0. Use `limactl create --arch=riscv64 template:default` instead.",
    ],
    1,
  ],
  [
    ["create", "template:experimental/armv7l", "--name=v"],
    [
      "warning: template:experimental/armv7l was merged into the default template in Lima v1.0. Use `limactl create --arch=armv7l template:default` instead.",
    ],
    1,
  ],
  [
    ["create", "template:vmnet", "--name=v"],
    [
      "warning: template:vmnet was removed in Lima v1.0. Use `limactl create --network=lima:shared template:default` instead.…",
    ],
    1,
  ],
  [
    ["create", "template:experimental/net-user-v2", "--name=v"],
    [
      "warning: template:experimental/net-user-v2 was removed in Lima v1.0. Use `limactl create --network=lima:user-v2 template:default` instead.…",
    ],
    1,
  ],
  [
    ["create", "template:experimental/9p", "--name=v"],
    [
      "warning: template:experimental/9p was removed in Lima v1.0. Use `limactl create --vm-type=qemu --mount-type=9p template:default` instead.…",
    ],
    1,
  ],
  [
    ["create", "template:experimental/virtiofs-linux", "--name=v"],
    [
      "warning: template:experimental/virtiofs-linux was removed in Lima v1.0. Use `limactl create --mount-type=virtiofs template:default` instead.…",
    ],
    1,
  ],
  [["create", "template:nowhere"], ["fatal: template `nowhere.yaml` not found…"], 1],
  [["create", "template:a/../b"], ["fatal: template name `a/../b` must not contain `..`"], 1],
  [["create", "file://relative.yaml"], ["fatal: file URL `file://relative.yaml` is not an absolute path"], 1],
  [["create", "X"], ["fatal: instance `X` already exists"], 1],
  [["create", "--name=X", "template:docker"], ["fatal: instance `X` already exists"], 1],
  [["create", "X", "--name=Y"], ["fatal: instance name `X` and CLI flag --name=`Y` cannot be specified together"], 1],
  [
    ["create", "--name=a..b", "template:docker"],
    [
      "fatal: instance name `a..b` is not a valid identifier: identifier `a..b` must match ^[A-Za-z0-9]+(?:[._-](?:[A-Za-z0-9]+))*$",
    ],
    1,
  ],
  [["create", "--name=a.yaml"], ["fatal: instance name `a.yaml` must not end with .yml or .yaml suffix"], 1],
  [
    ["start", "--name=X", "-", "--cpus=1"],
    ["info: Terminal is not available, proceeding without opening an editor", "fatal: instance `X` already exists…"],
    1,
    { stdin: noGuest },
  ],
  [["edit", "gone"], ["fatal: instance `gone` not found"], 1],
  [["edit", "X"], ["info: Aborting, as requested by saving the file with empty content"], 0],
  [["edit", "X", "--set", '.vmType="nope"'], ["fatal: unknown or unsupported VM type: nope…"], 1],
  [["factory-reset", "gone"], ["info: Instance `gone` not found"], 0],
  [["clone", "gone", "new"], ["fatal: instance `gone` not found"], 1],
  [["clone", "X", "X"], ["fatal: new instance name `X` must be different from `X`"], 1],
  [["stop", "X"], ["fatal: expected status `Running`, got `Stopped` (maybe use `limactl stop -f`?)"], 1],
  [["stop", "gone"], ["fatal: open …"], 1],
  [
    ["tunnel", "X"],
    [
      "warning: `limactl tunnel` is experimental",
      "fatal: instance `X` is stopped, run `limactl start X` to start the instance",
    ],
    1,
  ],
  [["tunnel", "--type=http", "X"], ["fatal: unknown tunnel type: `http`"], 1],
  [["tunnel", "--socks-port=80", "X"], ["fatal: invalid socks port 80"], 1],
  [["show-ssh", "--format=x", "X"], ["fatal: unknown format: `x`"], 1],
  [["copy", "--backend=x", "a", "b"], ["fatal: invalid backend `x`, must be one of: scp, rsync, auto"], 1],
  [["shell", "gone", "create", "x"], ["warning: Perhaps you meant `limactl create x`?"], 1],
  [["shell", "--instance", "gone", "start"], ["warning: Perhaps you meant `limactl start`?"], 1],
  [["shell", "gone", "--", "delete", "x"], ["warning: Perhaps you meant `limactl delete x`?"], 1],
  [
    ["clone", "--yes", "gone", "new"],
    [
      "warning: --yes flag is deprecated (--tty=false is still supported and works in the same way. Also consider using --start)",
    ],
    1,
  ],
  [["validate", "-"], ["fatal: can't determine instance name from template locator `-`"], 1, { stdin: noGuest }],
  [
    ["template", "copy", "--verbatim", "--fill", "X"],
    ["fatal: --verbatim cannot be used with any of --embed, --embed-all, or --fill"],
    1,
  ],
  [["generate-jsonschema", "x.yaml"], ["fatal: need --schemafile to validate"], 1],
  [["hostagent", "X"], ['{"level":"fatal","msg":"socket must be specified (limactl version mismatch?)",…'], 1],
];

describe("further messages", () => {
  test.each(further.map((each) => [each[0].join(" "), each] as const))("%s", async (_, each) => await check(each));

  test("a flag of a new instance is not for an existing one", async () => {
    await check([
      ["start", "P", "--arch=x86_64", "--set=.cpus=-1"],
      [
        "warning: `--arch` is not applicable to an existing instance (Hint: create a new instance with `limactl create --arch=x86_64 --name=NAME`)",
      ],
      1,
    ]);
  });

  test("image choices that leave nothing, and images for another machine", async () => {
    const template = (images: string) => world.write("images.yaml", `images: ${images}\n`);
    await check([
      ["create", "--name=i", template("[{location: /a, arch: ppc64le}]")],
      ["fatal: [skipped to download: `/a`: unsupported arch: `ppc64le`]"],
      1,
    ]);
    await world.limactl(["delete", "i"]);
  });

  test("a version that cannot be compared", async () => {
    const file = world.file("X", "lima-version");
    const before = await Bun.file(file).text();
    chmodSync(file, 0o644);
    writeFileSync(file, "0123abc\n");
    await check([
      ["list", "X"],
      [`warning: treating lima version \`0123abc\` from \`${file}\` as very latest release`],
      0,
    ]);
    writeFileSync(file, before);
    expect((await world.limactl(["list", "X"])).stderr).not.toContain("treating lima version");
  });

  test("names from locators", async () => {
    const server = createServer((_, response) => response.end(noGuest)).listen(0, "127.0.0.1");
    const address = server.address();
    const port = typeof address === "object" ? address?.port : 0;
    await check([["create", `http://127.0.0.1:${port}/.lima.yaml`], ["fatal: filename `.lima.yaml` is invalid: …"], 1]);
    server.close();
  });

  test("a misspelt field is warned about also where the file is refused because of it", async () => {
    const file = world.write("typo.yaml", `images: [location: /etc/profile]\nprobes: [{scirpt: '#!/bin/sh'}]\n`);
    for (const command of [["validate"], ["create", "--tty=false"]])
      await check([[...command, file], ["warning: Non-strict YAML detected; please check for typos…", "fatal: …"], 1]);
    const unused = world.write(
      "unused.yaml",
      `images: [location: /etc/profile]\nparam: {A: b}\nprovison: [{script: $PARAM_A}]\n`,
    );
    await check([["validate", unused], ["warning: Non-strict YAML detected; please check for typos…", "fatal: …"], 1]);
  });

  test("a path that is too long for sockets", async () => {
    const name = "n".repeat(76);
    const path = `${world.limaHome}/${name}/ssh.sock.1234567890123456`;
    await check([
      ["create", `--name=${name}`, "-"],
      [
        `fatal: instance name \`${name}\` too long: \`${path}\` must be less than UNIX_PATH_MAX=108 characters, but is ${path.length}…`,
      ],
      1,
      { stdin: noGuest },
    ]);
  });

  test("a home that cannot be told", async () => {
    await check([["list"], ["fatal: $HOME is not defined"], 1, { env: { HOME: "", LIMA_HOME: "" } }]);
  });
});
