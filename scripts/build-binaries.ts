import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { errorText } from "../src/lib/errors.ts";
import { writeFileAtomic } from "../src/lib/files.ts";
import { type BuildTarget, buildTargets, targetNames, targetOf } from "./build-targets.ts";
import { guestAgentsModule, type PackedAgent, packAgent, packedAgents, withGuestAgents } from "./guest-agents.ts";
import { makeReadyTemplates, readyTemplatesModule } from "./ready-templates.ts";

const root = join(import.meta.dir, "..");

const usage = `usage: bun scripts/build-binaries.ts [--host | --target NAME] [--entry FILE] [--out FOLDER] [--release-url URL]

--host             builds limactl for this machine
--target NAME      builds one of ${targetNames()}
(neither)          builds all of them and the guest agents for Linux, and writes SHA256SUMS
--entry FILE       program to build (default: src/main.ts)
--out FOLDER       where to put it (default: dist)
--release-url URL  where these files will be: guest agents that a build does not carry are taken from there
`;

/**
 * Native add-ons fit one platform and are optional to the packages that try to load them: loading one fails, whether or
 * not this checkout happens to have it built.
 */
const withoutAddOns: Bun.BunPlugin = {
  name: "without native add-ons",
  setup(build) {
    build.onResolve({ filter: /^cpu-features$|\.node$/ }, ({ path }) => ({ path, namespace: "add-on" }));
    build.onLoad({ filter: /.*/, namespace: "add-on" }, ({ path }) => ({
      contents: `module.exports = undefined; throw new Error(${JSON.stringify(`${path} is left out`)});`,
      loader: "js",
    }));
  },
};

/** Shipped templates are embedded and decoded here, so that no run has to. */
const withReadyTemplates: Bun.BunPlugin = {
  name: "with ready templates",
  setup(build) {
    build.onLoad({ filter: /[\\/]src[\\/]assets[\\/]ready-templates\.ts$/ }, async () => ({
      contents: readyTemplatesModule(await makeReadyTemplates()),
      loader: "js",
    }));
  },
};

/**
 * Compiles a program into one executable file. It loads neither .env nor bunfig.toml, tsconfig.json or package.json of
 * the directory it is started in. Identifiers stay as they are, so that a stack says something.
 * @param entry the program's first module
 * @param output the file to write; it appears as a whole, also over one that is running
 * @param plugins what this build replaces
 */
export async function compile(
  entry: string,
  target: BuildTarget,
  output: string,
  plugins: readonly Bun.BunPlugin[] = [],
): Promise<void> {
  const folder = join(dirname(output), `.building-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  // The name goes into the executable, so it is the final one: two builds of one source are the same bytes.
  const temporary = join(folder, basename(output));
  try {
    const result = await Bun.build({
      entrypoints: [entry],
      plugins: [withoutAddOns, withReadyTemplates, ...plugins],
      root,
      target: "bun",
      format: "esm",
      bytecode: true,
      // Each lazily imported module stays a file of its own inside the executable, loaded only when it is needed.
      splitting: true,
      minify: { whitespace: true, syntax: true, identifiers: false },
      compile: {
        target: target.runtime as Bun.Build.CompileTarget,
        outfile: temporary,
        autoloadDotenv: false,
        autoloadBunfig: false,
        autoloadTsconfig: false,
        autoloadPackageJson: false,
      },
    });
    if (!result.success) throw new Error(result.logs.map(String).join("\n"));
    renameSync(temporary, output);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The lines of SHA256SUMS for files of one folder. */
export function checksums(folder: string, names: readonly string[]): string {
  const sum = (name: string) =>
    createHash("sha256")
      .update(readFileSync(join(folder, name)))
      .digest("hex");
  return [...names]
    .sort()
    .map((name) => `${sum(name)}  ${name}\n`)
    .join("");
}

async function build(
  entry: string,
  target: BuildTarget,
  output: string,
  plugins: readonly Bun.BunPlugin[] = [],
): Promise<void> {
  const start = performance.now();
  await compile(entry, target, output, plugins);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`build: ${output} (${target.name}, ${Math.round(Bun.file(output).size / 1e6)} MB, ${seconds} s)`);
}

async function main(words: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...words],
    options: {
      host: { type: "boolean", default: false },
      target: { type: "string" },
      entry: { type: "string", default: join(root, "src/main.ts") },
      out: { type: "string", default: join(root, "dist") },
      "release-url": { type: "string", default: "" },
      help: { type: "boolean", default: false },
    },
  });
  const { host, target, entry, out, help } = values;
  if (help || (host && target !== undefined)) {
    console.error(usage);
    return help ? 0 : 2;
  }
  if (host) {
    const own = targetOf(process.platform, process.arch, existsSync("/etc/alpine-release"));
    await build(entry, own, join(out, `limactl${own.suffix}`));
    return 0;
  }
  const targets = buildTargets.filter(({ name }) => target === undefined || name === target);
  if (targets.length === 0) throw new Error(`unknown target ${target}; there are ${targetNames()}`);
  const agents = await buildAgents(entry, packedAgents(targets, target === undefined), out);
  const nameOf = ({ name, suffix }: BuildTarget) => `limactl-${name}${suffix}`;
  for (const one of targets) {
    const module = guestAgentsModule(one, agents, values["release-url"]);
    await build(entry, one, join(out, nameOf(one)), [withGuestAgents(module)]);
  }
  const files = [...targets.map(nameOf), ...Object.values(agents).map(({ name }) => name)];
  if (target === undefined) writeFileAtomic(join(out, "SHA256SUMS"), checksums(out, files));
  return 0;
}

/**
 * The programs that are packed as guest agents: the same ones without the digests of their like, for a digest cannot be in
 * what it is made of.
 */
async function buildAgents(
  entry: string,
  targets: readonly BuildTarget[],
  out: string,
): Promise<Readonly<Record<string, PackedAgent>>> {
  const agents: Record<string, PackedAgent> = {};
  const folder = join(resolve(out), `.agents-${process.pid}`);
  try {
    for (const target of targets) {
      const program = join(folder, `limactl-${target.name}`);
      await build(entry, target, program);
      agents[target.name] = await packAgent(target, program, resolve(out));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return agents;
}

if (import.meta.main) {
  try {
    process.exitCode = await main(process.argv.slice(2));
  } catch (error) {
    console.error(`build: ${error instanceof AggregateError ? error.errors.map(String).join("\n") : errorText(error)}`);
    process.exitCode = 1;
  }
}
