import { afterAll, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { compile } from "../../scripts/build-binaries.ts";
import { buildTargets, targetOf } from "../../scripts/build-targets.ts";
import {
  carriedAgent,
  guestAgentsModule,
  packAgent,
  packedAgents,
  withGuestAgents,
} from "../../scripts/guest-agents.ts";
import { execOutput } from "../../src/lib/exec.ts";

const folder = mkdtempSync(join(tmpdir(), "limabun-agents-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const target = (name: string) => {
  const found = buildTargets.find((each) => each.name === name);
  if (found === undefined) throw new Error(name);
  return found;
};

test.each([
  ["darwin-arm64", "linux-arm64"],
  ["darwin-x64", "linux-x64"],
  ["windows-x64", "linux-x64"],
  ["linux-x64", undefined],
  ["linux-arm64-musl", undefined],
])("the build %s carries %s", (name, carried) => {
  expect(carriedAgent(target(name))?.name).toBe(carried);
});

test("a release has every Linux agent, one build only those that it carries", () => {
  const names = (targets: readonly string[], release: boolean) =>
    packedAgents(targets.map(target), release).map(({ name }) => name);
  expect(names([], true)).toEqual(["linux-x64", "linux-x64-musl", "linux-arm64", "linux-arm64-musl"]);
  expect(names(["darwin-arm64"], false)).toEqual(["linux-arm64"]);
  expect(names(["linux-x64"], false)).toEqual([]);
});

test("a build reads the agent inside it, unpacks it, and knows the digests of its release", async () => {
  const program = join(folder, "program");
  writeFileSync(program, "the agent's bytes");
  const packed = await packAgent(target("linux-arm64"), program, folder);
  expect(packed.name).toBe("lima-guestagent-linux-arm64.zst");
  expect(packed.sha256).toBe(new Bun.CryptoHasher("sha256").update(readFileSync(packed.path)).digest("hex"));
  const entry = join(folder, "entry.ts");
  writeFileSync(
    entry,
    `import { guestAgents } from ${JSON.stringify(resolve(import.meta.dir, "../../src/assets/guest-agents.ts"))};
     const { packed, ...rest } = guestAgents;
     const bytes = await Bun.zstdDecompress(await Bun.file(packed?.path ?? "").bytes());
     console.log(JSON.stringify({ ...rest, platform: packed?.platform, text: String.fromCharCode(...bytes) }));`,
  );
  // as the macOS build carries it, in a program that can run here
  const module = guestAgentsModule(target("darwin-arm64"), { "linux-arm64": packed }, "https://example.com/v1");
  const output = join(folder, "out/entry");
  const host = targetOf(process.platform, process.arch, existsSync("/etc/alpine-release"));
  await compile(entry, host, output, [withGuestAgents(module)]);
  expect(JSON.parse(await execOutput([output], { env: {} }))).toEqual({
    releaseUrl: "https://example.com/v1",
    digests: { "linux-arm64": packed.sha256 },
    platform: "linux-arm64",
    text: "the agent's bytes",
  });
});
