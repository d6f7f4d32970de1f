import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, symlinkSync } from "node:fs";
import { basename, join } from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { miniTemplate } from "../support/guests.ts";
import { World } from "../support/limactl.ts";
import { createStopped, records, said } from "../support/records.ts";

const boot = 600_000;
const name = "docker";

let world: World;
let client: Client;
let serverErrors = "";

/** Puts the host's git into the guest, which has none, with all the libraries it is made of. */
async function installGit(): Promise<void> {
  const folder = join(world.root, "git");
  mkdirSync(folder);
  const libraries = spawnSync("ldd", ["/usr/bin/git"], { encoding: "utf8" }).stdout.match(/\/\S+/g) ?? [];
  for (const path of ["/usr/bin/git", ...libraries]) copyFileSync(path, join(folder, basename(path)));
  const loader = libraries.map((path) => basename(path)).find((file) => file.startsWith("ld-"));
  await world.ok(["copy", "-r", folder, `${name}:/tmp/git`]);
  await program("git", `exec /tmp/git/${loader} --library-path /tmp/git /tmp/git/git "$@"`);
}

/** Makes a program of the guest. */
async function program(file: string, script: string): Promise<void> {
  const install = `sudo tee /usr/local/bin/${file} >/dev/null && sudo chmod 755 /usr/local/bin/${file}`;
  await world.ok(["shell", name, "sh", "-c", install], { stdin: `#!/bin/sh\n${script}\n` });
}

beforeAll(async () => {
  world = new World();
  await createStopped(world, "off");
  await world.ok(["start", "--tty=false", `--name=${name}`, world.write("mini.yaml", miniTemplate())]);
  await installGit();
  const transport = new StdioClientTransport({
    command: world.executable,
    args: ["mcp", "serve", name],
    env: { ...world.env },
    cwd: "/etc",
    stderr: "pipe",
  });
  transport.stderr?.on("data", (chunk: Buffer) => {
    serverErrors += chunk.toString();
  });
  client = new Client({ name: "test", version: "1" });
  await client.connect(transport);
}, boot);

afterAll(async () => {
  await client?.close();
  await world[Symbol.asyncDispose]();
}, boot);

/** Calls a tool. @returns its structured result, and the text of its failure */
async function call(tool: string, args: Readonly<Record<string, unknown>>) {
  const result = await client.callTool({ name: tool, arguments: args });
  const [content] = result.content as readonly { readonly text: string }[];
  if (result.isError === true) return { failed: content?.text };
  expect(JSON.parse(content?.text ?? "")).toEqual(result.structuredContent);
  return result.structuredContent as Record<string, unknown>;
}

describe("limactl mcp serve", () => {
  test("tells its name and its tools, and that the instance has no mounts", async () => {
    expect(client.getServerVersion()?.name).toBe("lima");
    const { tools } = await client.listTools();
    expect(tools.map((tool) => [tool.name, tool.inputSchema.required, tool.outputSchema?.required])).toEqual([
      ["list_directory", ["path"], ["entries"]],
      ["read_file", ["path"], ["content"]],
      ["write_file", ["path", "content"], []],
      ["glob", ["pattern"], ["matches"]],
      ["search_file_content", ["pattern"], ["git_grep_output"]],
      ["run_shell_command", ["command", "directory"], ["stdout", "stderr"]],
    ]);
    expect(serverErrors).toContain("instance `docker` has no mount");
    const info = await world.ok(["mcp", "info"]);
    expect(info).toBe(JSON.stringify({ tools }, null, 4));
  });

  test("writes, reads, lists and finds files", async () => {
    const content = "first wörld\nsecond\n";
    expect(await call("write_file", { path: "/tmp/m/sub/one.txt", content })).toEqual({});
    expect(await call("write_file", { path: "/tmp/m/two.md", content: "" })).toEqual({});
    expect(await call("read_file", { path: "/tmp/m/sub/one.txt" })).toEqual({ content });
    const { entries } = await call("list_directory", { path: "/tmp/m" });
    expect(entries).toMatchObject([
      { name: "sub", is_dir: true },
      { name: "two.md", size: 0, mode: 0o644, is_dir: false, time: expect.stringMatching(/^\d{4}-.*T.*Z$/) },
    ]);
    expect(await call("glob", { path: "/tmp/m", pattern: "*/o[a-n]e.*" })).toEqual({ matches: ["/tmp/m/sub/one.txt"] });
    expect(await call("glob", { path: "/tmp/m", pattern: "*.none" })).toEqual({ matches: [] });
    expect(await call("glob", { pattern: "host?ame" })).toEqual({ matches: ["/etc/hostname"] });
  });

  test("searches with git grep", async () => {
    expect(await call("search_file_content", { path: "/tmp/m", pattern: "wörld" })).toEqual({
      git_grep_output: "sub/one.txt:1:first wörld\n",
    });
    expect(await call("search_file_content", { path: "/tmp/m", pattern: "first", include: "*.md" })).toEqual({
      git_grep_output: "",
    });
    expect((await call("search_file_content", { path: "/tmp/m", pattern: "\\(" })).failed).toContain("git grep failed");
  });

  test("runs commands, and gives their output and how they ended", async () => {
    const command = ["sh", "-c", 'echo "$1"; pwd; echo wrong >&2; exit 13', "sh", "it's $HOME"];
    expect(await call("run_shell_command", { command, directory: "/tmp", description: "x" })).toEqual({
      stdout: "it's $HOME\n/tmp\n",
      stderr: "wrong\n",
      error: "exit status 13",
      exit_code: 13,
    });
    expect(await call("run_shell_command", { command: ["true"], directory: "/" })).toEqual({
      stdout: "",
      stderr: "",
      exit_code: 0,
    });
    expect(await call("run_shell_command", { command: ["true"], directory: "/nowhere" })).toMatchObject({
      exit_code: 1,
      stderr: expect.stringContaining("/nowhere"),
    });
  });

  test("tells failures as results", async () => {
    const relative = "expected an absolute path, got a relative path: `m`";
    const failures: readonly (readonly [string, Readonly<Record<string, unknown>>, string])[] = [
      ["read_file", { path: "/tmp/none" }, "file does not exist"],
      ["list_directory", { path: "/tmp/none" }, "file does not exist"],
      ["write_file", { path: "/etc/new", content: "" }, "permission denied"],
      ["read_file", { path: "/etc/shadow" }, "permission denied"],
      ["list_directory", { path: "m" }, relative],
      ["glob", { path: "m", pattern: "*" }, relative],
      ["run_shell_command", { command: ["true"], directory: "m" }, relative],
      ["glob", { pattern: "[" }, "syntax error in pattern"],
    ];
    for (const [tool, args, failed] of failures) expect([tool, await call(tool, args)]).toEqual([tool, { failed }]);
  });

  test("answers after initialize alone, and ends with its input", async () => {
    const lines = [
      { jsonrpc: "2.0", id: 1, method: "initialize", params: { protocolVersion: "2025-06-18" } },
      {
        jsonrpc: "2.0",
        id: 2,
        method: "tools/call",
        params: { name: "read_file", arguments: { path: "/tmp/m/two.md" } },
      },
    ];
    const stdin = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
    const run = await world.limactl(["mcp", "serve", name], { stdin });
    const [first, second] = run.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(run.code).toBe(0);
    expect(first.result.protocolVersion).toBe("2025-06-18");
    expect(second.result.structuredContent).toEqual({ content: "" });
  });

  test("refuses an instance that does not run, and one that does not exist", async () => {
    expect((await said(world, ["mcp", "serve", "off"])).records).toEqual([
      "fatal: expected status of instance `off` to be `Running`, got `Stopped`",
    ]);
    const missing = await world.limactl(["mcp", "serve", "none"]);
    expect(missing.code).toBe(1);
    expect(missing.stderr).toMatch(
      /level=fatal msg="failed to run \[\S*limactl list --json none\]: stdout=``, stderr=/,
    );
  });
});

describe("wrappers of programs in a guest", () => {
  beforeAll(async () => {
    for (const file of ["docker", "nerdctl", "apptainer", "kubectl"]) {
      symlinkSync("limactl", `${world.executable.replace(/limactl$/, file)}.lima`);
      await program(file, `echo "${file} $(id -un) [$HELLO] [$APPTAINER_BINDPATH] $*"`);
    }
  }, boot);

  async function run(file: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const program = `${world.executable.replace(/limactl$/, file)}.lima`;
    const done = await world.startProgram([program, ...args], {
      env: { DOCKER: "no-such", KUBECTL: "no-such", ...env },
    }).finished;
    return { code: done.code, stdout: done.stdout, stderr: records(done).join("\n") };
  }

  test(
    "call the guest's program, or the host's client with the guest's socket",
    async () => {
      const user = (await world.ok(["shell", name, "id", "-un"])).trim();
      const here = { LIMA_INSTANCE: name };
      expect((await run("docker", ["ps", "-a b"])).stdout).toBe(`docker ${user} [] [] ps -a b\n`);
      expect((await run("docker", ["DOCKER_HOST"], { DOCKER: "printenv" })).stdout).toBe(
        `unix://${world.limaHome}/docker/sock/docker.sock\n`,
      );
      expect((await run("kubectl", ["KUBECONFIG"], { ...here, KUBECTL: "printenv" })).stdout).toBe(
        `${world.limaHome}/docker/copied-from-guest/kubeconfig.yaml\n`,
      );
      expect((await run("kubectl", ["get"], here)).stdout).toBe("kubectl root [] [] get\n");
      expect((await run("nerdctl", ["run", "-it"], { ...here, HELLO: "you" })).stdout).toBe(
        `nerdctl ${user} [you] [] run -it\n`,
      );
      expect((await run("apptainer", ["x"], { ...here, APPTAINER_BINDPATH: "/a" })).stdout).toBe(
        `apptainer ${user} [] [/a,${world.home}] x\n`,
      );
    },
    boot,
  );

  test("say what is missing", async () => {
    expect(await run("docker", ["ps"], { LIMA_INSTANCE: "off" })).toEqual({
      code: 1,
      stdout: "",
      stderr: 'instance "off" is not running, run `limactl start off` to start the existing instance',
    });
    expect((await run("apptainer", ["ps"])).stderr).toBe(
      'instance "apptainer" does not exist, run `limactl create --name=apptainer template:apptainer` to create a new instance',
    );
    expect((await run("kubectl", [])).stderr).toStartWith("No k3s or k8s existing instances found.");
  });
});

describe("limactl doctor", () => {
  const about = async (subject: string) => {
    const lines = (await world.limactl(["doctor", "--json"])).stdout.trim().split("\n");
    return lines.map((line) => JSON.parse(line)).filter((finding) => finding.subject === subject);
  };

  test("finds nothing wrong with an instance that runs, and tells of a host agent that died", async () => {
    expect(await about(`instance ${name}`)).toEqual([]);
    const agent = world.processes().find(({ argv }) => argv.includes("hostagent"));
    process.kill(agent?.pid ?? 0, "SIGKILL");
    while (world.processes().some(({ pid }) => pid === agent?.pid)) await Bun.sleep(20);
    expect(await about(`instance ${name}`)).toEqual([
      {
        severity: "warning",
        subject: `instance ${name}`,
        text: expect.stringMatching(/^its virtual machine runs without a host agent \(pid \d+\)$/),
        remedy: `run \`limactl start ${name}\`, which takes it over, or \`limactl stop ${name}\``,
      },
    ]);
  });
});
