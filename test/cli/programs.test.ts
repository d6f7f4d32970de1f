import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findPlugins, pluginDirectories, pluginEntries } from "../../src/cli/plugins.ts";
import { limaArgs } from "../../src/commands/lima.ts";
import { programOf } from "../../src/commands/program-name.ts";
import type { Host } from "../../src/lib/host.ts";
import { findPasswdUser, readHost } from "../../src/lib/host-read.ts";

test.each([
  ["limactl", "limactl"],
  ["/usr/local/bin/limactl.exe", "limactl"],
  ["/usr/bin/lima", "lima"],
  ["C:\\lima\\bin\\lima.exe", "lima"],
  ["yq", "yq"],
  ["yq.lima.exe", "yq"],
  ["/usr/local/bin/lima-guestagent", "lima-guestagent"],
  ["./anything", "limactl"],
  ["nerdctl.lima", "nerdctl.lima"],
  ["/usr/bin/docker.lima", "docker.lima"],
  ["C:\\bin\\Kubectl.lima.exe", "kubectl.lima"],
  ["./podman.lima", "podman.lima"],
  ["apptainer.lima", "apptainer.lima"],
  ["docker", "limactl"],
  ["podman.lima.sh", "limactl"],
  ["", "limactl"],
])("%j is the program %s", (calledAs, program) => {
  expect(programOf(calledAs) as string).toBe(program);
});

describe("lima stands for limactl", () => {
  const table: readonly (readonly [readonly string[], Record<string, string>, readonly string[]])[] = [
    [[], {}, ["shell", "--instance", "default"]],
    [["uname", "-a"], {}, ["shell", "--instance", "default", "uname", "-a"]],
    [["uname"], { LIMA_INSTANCE: "foo" }, ["shell", "--instance", "foo", "uname"]],
    [
      ["--", "-x"],
      { LIMA_WORKDIR: "/tmp", LIMA_SHELL: "/bin/zsh" },
      ["shell", "--workdir", "/tmp", "--shell", "/bin/zsh", "--instance", "default", "--", "-x"],
    ],
    [["ls"], { LIMA_WORKDIR: "", LIMA_SHELL: "" }, ["shell", "--instance", "default", "ls"]],
    [["--version"], {}, ["--version"]],
    [["-v"], {}, ["-v"]],
    [["-v", "x"], {}, ["shell", "--instance", "default", "-v", "x"]],
  ];
  test.each(table)("%j with %j", (args, env, expected) => {
    expect(limaArgs(args, env)).toEqual(expected);
  });
});

describe("plugins", () => {
  let root = "";
  let host: Host;
  const script = (path: string, text: string, mode = 0o755) => {
    writeFileSync(join(root, path), text);
    chmodSync(join(root, path), mode);
  };

  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), "plugins-"));
    for (const directory of ["bin", "path", "libexec/lima"]) mkdirSync(join(root, directory), { recursive: true });
    script("bin/limactl", "");
    script(
      "bin/limactl-one",
      "#!/bin/sh\n# <limactl-desc>The first one</limactl-desc> <limactl-desc>no</limactl-desc>\n",
    );
    script("path/limactl-one", "#!/bin/sh\n# <limactl-desc>Shadowed</limactl-desc>\n");
    script("path/limactl-plain", "<limactl-desc>Not a script</limactl-desc>\n");
    script("path/limactl-noexec", "#!/bin/sh\n", 0o644);
    script("path/limactl-others", "#!/bin/sh\n", 0o641);
    script("path/limactl-", "#!/bin/sh\n");
    mkdirSync(join(root, "path/limactl-directory"));
    symlinkSync(join(root, "bin/limactl-one"), join(root, "path/limactl-linked"));
    symlinkSync("/nonexistent", join(root, "path/limactl-dangling"));
    script("libexec/lima/limactl-mcp", "#!/bin/sh\n");
    host = {
      ...readHost(),
      os: "linux",
      env: { PATH: `${join(root, "path")}:/nonexistent` },
      cwd: root,
      self: [join(root, "bin/limactl")],
    };
  });

  afterAll(() => rmSync(root, { recursive: true }));

  test("are looked for beside the program, on PATH, and in its library directories", () => {
    expect(pluginDirectories(host, "bin/limactl")).toEqual([
      join(root, "bin"),
      join(root, "path"),
      "/nonexistent",
      join(root, "libexec/lima"),
    ]);
  });

  test("are executable regular files, the first of a name, sorted, with what a script says of itself", () => {
    expect(findPlugins(host, pluginDirectories(host, "bin/limactl"))).toEqual([
      { name: "linked", path: join(root, "path/limactl-linked"), description: "The first one" },
      { name: "mcp", path: join(root, "libexec/lima/limactl-mcp"), description: "" },
      { name: "one", path: join(root, "bin/limactl-one"), description: "The first one" },
      { name: "others", path: join(root, "path/limactl-others"), description: "" },
      { name: "plain", path: join(root, "path/limactl-plain"), description: "" },
    ]);
  });

  test("are not listed where a command of the program has their name, or is an alias of it", () => {
    const command = { name: "one", aliases: ["mcp"], group: "basic", short: "", target: { kind: "help" } } as const;
    const found = findPlugins(host, pluginDirectories(host, "bin/limactl"));
    expect(pluginEntries(found, [command]).map(({ name }) => name)).toEqual(["linked", "others", "plain"]);
  });

  test("on Windows are named without their extension, which PATHEXT lists", () => {
    script("path/limactl-win.exe", "");
    const windows: Host = { ...host, os: "windows", env: { ...host.env, PATHEXT: ".COM;.EXE" } };
    expect(findPlugins(windows, [join(root, "path")]).map((plugin) => plugin.name)).toEqual(["win"]);
  });
});

describe("the host", () => {
  const passwd =
    "root:x:0:0:root:/root:/bin/bash\nbroken\nanna:x:1000:1001:Anna Beispiel,Room 1,,:/home/anna:/bin/zsh\n";

  test("knows its user from the passwd file", () => {
    expect(findPasswdUser(passwd, 1000)).toEqual({ name: "anna", comment: "Anna Beispiel", uid: 1000, gid: 1001 });
    expect(findPasswdUser(passwd, 4711)).toBeUndefined();
  });

  test("is read from this machine", () => {
    const host = readHost();
    expect(host.cpus).toBeGreaterThan(0);
    expect(host.memoryBytes).toBeGreaterThan(1024 ** 2);
    expect(host.cwd).toBe(process.cwd());
    expect(host.user.uid).toBe(process.getuid?.() ?? -1);
    expect(host.user.name).not.toBe("");
    expect(host.osVersion).toMatch(/^\d+(\.\d+)*$/);
    expect(host.self.length).toBe(2);
  });
});
