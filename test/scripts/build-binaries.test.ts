import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checksums, compile } from "../../scripts/build-binaries.ts";
import { buildTargets, targetOf } from "../../scripts/build-targets.ts";
import { execOutput } from "../../src/lib/exec.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "limabun-build-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("a machine", () => {
  test.each([
    ["linux", "x64", false, "bun-linux-x64-baseline"],
    ["linux", "x64", true, "bun-linux-x64-musl-baseline"],
    ["linux", "arm64", false, "bun-linux-arm64"],
    ["darwin", "arm64", false, "bun-darwin-arm64"],
    ["win32", "x64", false, "bun-windows-x64"],
  ] as const)("with %s on %s (musl: %p) gets %s", (platform, arch, musl, runtime) => {
    expect(targetOf(platform, arch, musl).runtime).toBe(runtime);
  });

  test("that there is no build for is told which there are", () => {
    expect(() => targetOf("sunos", "x64", false)).toThrow(/no build for sunos-x64; there are linux-x64, .*windows-x64/);
  });

  test("finds each name once", () => {
    expect(new Set(buildTargets.map(({ name }) => name)).size).toBe(buildTargets.length);
  });
});

describe("a compiled program", () => {
  const host = () => targetOf(process.platform, process.arch, existsSync("/etc/alpine-release"));
  let program = "";
  beforeAll(async () => {
    const entry = join(folder, "entry.ts");
    writeFileSync(
      entry,
      `function named() { return new Error("x").stack ?? ""; }
       const { value } = await import("./later.ts");
       const preloaded = (globalThis as { preloaded?: boolean }).preloaded ?? false;
       console.log(JSON.stringify({ value, preloaded, dotenv: process.env.HOSTILE ?? "", stack: named().includes("named") }));`,
    );
    writeFileSync(join(folder, "later.ts"), "export const value = 42;");
    program = join(folder, "out/program");
    await compile(entry, host(), program);
  });
  const expected = { value: 42, preloaded: false, dotenv: "", stack: true };

  test("runs in an empty directory, by itself, and keeps function names", async () => {
    const empty = join(folder, "empty");
    mkdirSync(empty);
    expect(JSON.parse(await execOutput([program], { cwd: empty, env: {} }))).toEqual(expected);
  });

  test("does not read .env, bunfig.toml, tsconfig.json or package.json of its directory", async () => {
    const hostile = join(folder, "hostile");
    mkdirSync(hostile);
    writeFileSync(join(hostile, ".env"), "HOSTILE=yes\n");
    writeFileSync(join(hostile, "bunfig.toml"), 'preload = ["./preload.ts"]\n');
    writeFileSync(join(hostile, "preload.ts"), "(globalThis as { preloaded?: boolean }).preloaded = true;\n");
    writeFileSync(join(hostile, "tsconfig.json"), "{ broken");
    writeFileSync(join(hostile, "package.json"), "{ broken");
    expect(JSON.parse(await execOutput([program], { cwd: hostile }))).toEqual(expected);
  });

  test("is the same bytes each time, and leaves nothing else behind", async () => {
    const again = join(folder, "again/program");
    await compile(join(folder, "entry.ts"), host(), again);
    expect(readFileSync(again).equals(readFileSync(program))).toBe(true);
    expect([...new Bun.Glob("**/*").scanSync({ cwd: join(folder, "again"), dot: true })]).toEqual(["program"]);
  });
});

test("a package that tries to load a native add-on is compiled without it", async () => {
  const entry = join(folder, "add-on.ts");
  writeFileSync(
    entry,
    `let features = "none";
     try { features = require("cpu-features"); } catch {}
     let binding = "none";
     try { binding = require("./crypto/build/Release/binding.node"); } catch {}
     console.log(features, binding);`,
  );
  const program = join(folder, "without/program");
  await compile(entry, targetOf(process.platform, process.arch, existsSync("/etc/alpine-release")), program);
  expect(await execOutput([program])).toBe("none none\n");
});

test("checksums are lines that sha256sum reads", () => {
  writeFileSync(join(folder, "b"), "");
  writeFileSync(join(folder, "a"), "abc");
  expect(checksums(folder, ["b", "a"])).toBe(
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  a\ne3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  b\n",
  );
});
