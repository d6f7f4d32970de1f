import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compile } from "../scripts/build-binaries.ts";
import { targetOf } from "../scripts/build-targets.ts";
import { World } from "../test/support/limactl.ts";
import { median, pairs, type Result, timeCommand } from "./measure.ts";

const count = 20;
const few = 20;
const many = 100;

/** How long the program takes to its first useful byte, against a compiled Bun program that prints one line. */
export async function startUp(): Promise<readonly Result[]> {
  await using world = new World();
  const source = join(world.root, "one-line.ts");
  const baseline = join(world.root, "one-line");
  writeFileSync(source, 'console.log("one line");\n');
  await compile(source, targetOf(process.platform, process.arch, false), baseline);
  mkdirSync(world.limaHome, { recursive: true });
  const run = (words: readonly string[]) => () => timeCommand(words, world.env, world.home);
  const against = async (...words: string[]) => await pairs(count, run([world.executable, ...words]), run([baseline]));
  const version = await against("--version");
  stoppedInstances(world, 0, few);
  await run([world.executable, "list"])();
  const listFew = await against("list");
  stoppedInstances(world, few, many);
  await run([world.executable, "list"])();
  const listMany = await against("list");
  const complete = await against("__complete", "stop", "stopped9");
  const comparison = { kind: "comparison", baseline: "compiled program of one line" } as const;
  return [
    { ...comparison, name: "limactl --version", budget: 1.5, ...version },
    { ...comparison, name: "completion of an instance's name, of 100", budget: 2, ...complete },
    { ...comparison, name: `limactl list, ${few} stopped`, budget: 4, ...listFew },
    { ...comparison, name: `limactl list, ${many} stopped`, budget: 6, ...listMany },
    {
      kind: "figure",
      name: "limactl list, each further instance",
      value: (median(listMany.ours) - median(listFew.ours)) / (many - few),
      unit: "ms",
      budget: 0.4,
    },
  ];
}

/** Makes instances `stoppedN` as they are on disk, from one number up to another. */
function stoppedInstances(world: World, from: number, to: number): void {
  const template = "images:\n- location: /dev/null\nmounts: []\ncontainerd: {system: false, user: false}\n";
  for (let index = from; index < to; index += 1) {
    const dir = join(world.limaHome, `stopped${index}`);
    mkdirSync(dir, { mode: 0o700 });
    writeFileSync(join(dir, "lima.yaml"), template);
    writeFileSync(join(dir, "lima-version"), "2.2.0");
  }
}
