import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dir, "../..");
let home = "";

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), "cli-"));
});

afterAll(() => rmSync(home, { recursive: true }));

interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a script with this project's Bun; `kill` is sent once the script has printed something. */
async function runScript(
  words: readonly string[],
  env: Record<string, string> = {},
  kill?: NodeJS.Signals[],
  before: readonly string[] = [],
): Promise<Ended> {
  const child = Bun.spawn([...before, process.execPath, ...words], {
    cwd: home,
    env: { HOME: home, PATH: `${home}:/usr/bin:/bin`, TZ: "UTC", ...env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  let stdout = "";
  const signals = [...(kill ?? [])];
  for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
    stdout += chunk;
    const signal = signals.shift();
    if (signal !== undefined) child.kill(signal);
  }
  const stderr = await new Response(child.stderr).text();
  await child.exited;
  return { code: child.exitCode, signal: child.signalCode === null ? null : String(child.signalCode), stdout, stderr };
}

const limactl = (words: readonly string[], env: Record<string, string> = {}) =>
  runScript([join(root, "src/main.ts"), ...words], env);

describe("limactl", () => {
  test("prints its version", async () => {
    const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    for (const flag of ["--version", "-v"]) {
      const ended = await limactl([flag]);
      expect(ended).toEqual({
        code: 0,
        signal: null,
        stdout: `limactl version 2.2.0+limabun.${version}\n`,
        stderr: "",
      });
    }
  });

  test.each([
    [["nope"], 'unknown command \\"nope\\" for \\"limactl\\"'],
    [["--nope"], "unknown flag: --nope"],
    [["completion", "bash", "x"], 'unknown command \\"x\\" for \\"limactl completion bash\\"'],
    [["completion", "bash", "--log-format=xml"], "unsupported log-format: `xml`"],
  ])("%j ends with one fatal record and code 1", async (words, message) => {
    const ended = await limactl(words);
    expect(ended.code).toBe(1);
    expect(ended.stdout).toBe("");
    expect(ended.stderr).toMatch(/^time="[^"]+Z" level=fatal msg=/);
    expect(ended.stderr).toContain(message);
  });

  test("refuses root only where it is told to", async () => {
    const ended = await limactl(["--version"], { LIMA_REFUSE_ROOT: "1" });
    const root = process.getuid?.() === 0;
    expect([ended.code, ended.stderr]).toEqual(root ? [1, "limactl: must not run as the root user\n"] : [0, ""]);
  });

  test("shows help for a group with an unknown word, and for an unknown topic on stderr", async () => {
    const group = await limactl(["completion", "nope"]);
    expect([group.code, group.stdout.split("\n")[0]]).toEqual([0, "Print a completion script for a shell"]);
    const topic = await limactl(["help", "nope"]);
    expect([topic.code, topic.stdout]).toEqual([0, ""]);
    expect(topic.stderr).toStartWith("Unknown help topic [`nope`]\nUsage:\n  limactl [command]\n");
  });

  test("runs a plugin with the words after its name as they are, and ends with its code", async () => {
    writeFileSync(join(home, "limactl-echo"), '#!/bin/sh\n# <limactl-desc>Echoes</limactl-desc>\necho "$@"\nexit 7\n');
    chmodSync(join(home, "limactl-echo"), 0o755);
    const ended = await limactl(["--debug", "echo", "--help", "-x", "--debug"]);
    expect(ended).toEqual({ code: 7, signal: null, stdout: "--help -x --debug\n", stderr: "" });
    expect((await limactl([])).stdout).toContain("Available Plugins (Experimental):\n  echo                Echoes\n");
  });

  test("completes over the protocol", async () => {
    const ended = await limactl(["__complete", "completion", "b"]);
    expect(ended.stdout).toBe("bash\tPrint the completion script for bash\n:4\n");
    expect(ended.stderr).toBe("Completion ended with directive: ShellCompDirectiveNoFileComp\n");
    const bare = await limactl(["__completeNoDesc", "completion", "b"]);
    expect(bare.stdout).toBe("bash\n:4\n");
    const quiet = await limactl(["__complete", "completion", "b"], { COBRA_COMPLETION_DESCRIPTIONS: "false" });
    expect(quiet.stdout).toBe("bash\n:4\n");
  });
});

describe("a program that watches its signals", () => {
  const script = (body: string, kind = "") => {
    const file = join(home, "watch.ts");
    writeFileSync(
      file,
      `import { dieBySignal, watchSignals } from ${JSON.stringify(join(root, "src/cli/signals.ts"))};
const watch = watchSignals(${kind});
const timer = setInterval(() => undefined, 1000);
watch.signal.addEventListener("abort", () => { ${body} });
console.log("ready");`,
    );
    return file;
  };

  test("cleans up and dies by the signal", async () => {
    const file = script('console.log("cleaned"); clearInterval(timer); dieBySignal(watch.received());');
    const ended = await runScript([file], {}, ["SIGINT"]);
    expect([ended.signal, ended.stdout]).toEqual(["SIGINT", "ready\ncleaned\n"]);
    const other = await runScript([file], {}, ["SIGTERM"]);
    expect(other.signal).toBe("SIGTERM");
  });

  test("dies at once by a second signal", async () => {
    const ended = await runScript([script('console.log("cleaning for ever");')], {}, ["SIGINT", "SIGINT"]);
    expect([ended.signal, ended.stdout]).toEqual(["SIGINT", "ready\ncleaning for ever\n"]);
  });

  test("as a daemon cleans up to its end whatever else comes", async () => {
    const clean = 'console.log("cleaning"); setTimeout(() => { console.log("cleaned"); process.exit(0); }, 300);';
    const ended = await runScript([script(clean, '"daemon"')], {}, ["SIGINT", "SIGTERM"]);
    expect(ended).toMatchObject({ signal: null, code: 0, stdout: "ready\ncleaning\ncleaned\n" });
  });

  test.if(process.platform === "linux")(
    "as a daemon cleans up when its terminal goes, unless it is to outlive that",
    async () => {
      const file = script("console.log(watch.received()); process.exit(0);", '"daemon"');
      expect((await runScript([file], {}, ["SIGHUP"])).stdout).toBe("ready\nSIGHUP\n");
      writeFileSync(
        file,
        readFileSync(file, "utf8").replace('"ready"', '"ready"); process.kill(process.pid, "SIGHUP"'),
      );
      const ended = await runScript([file], {}, ["SIGTERM"], ["nohup"]);
      expect(ended.stdout).toBe("ready\nSIGTERM\n");
    },
  );
});

test.each(["SIGINT", "SIGTERM"] as const)(
  "%s ends a command that waits, by the signal, with nothing made",
  async (name) => {
    const { promise: asked, resolve } = Promise.withResolvers<void>();
    using server = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch: () => {
        resolve();
        return new Promise<Response>(() => undefined);
      },
    });
    const words = ["create", "--tty=false", "--name=never", `http://127.0.0.1:${server.port}/x.yaml`];
    const child = Bun.spawn([process.execPath, join(root, "src/main.ts"), ...words], {
      env: { HOME: home, PATH: "/usr/bin:/bin" },
      stdin: "ignore",
      stderr: "pipe",
    });
    await asked;
    child.kill(name);
    await child.exited;
    expect(String(child.signalCode)).toBe(name);
    expect(await new Response(child.stderr).text()).not.toContain("level=fatal");
    expect(existsSync(join(home, ".lima", "never"))).toBe(false);
    await server.stop(true);
  },
);

test("writing where nobody reads ends as a broken pipe does", async () => {
  const command = `"${process.execPath}" "${join(root, "src/main.ts")}" completion bash | exec sleep 0; echo "\${PIPESTATUS[0]}"`;
  const child = Bun.spawn(["bash", "-c", command], { env: { HOME: home, PATH: "/usr/bin:/bin" }, stderr: "pipe" });
  const code = (await new Response(child.stdout).text()).trim();
  expect(["0", "141"]).toContain(code);
  expect(await new Response(child.stderr).text()).toBe("");
});
