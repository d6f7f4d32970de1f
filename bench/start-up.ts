import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compile } from "../scripts/build-binaries.ts";
import { targetOf } from "../scripts/build-targets.ts";
import { World } from "../test/support/limactl.ts";
import { pairs, type Result, timeCommand } from "./measure.ts";

const count = 20;

/** How long the program takes to its first useful byte, against a compiled Bun program that prints one line. */
export async function startUp(): Promise<readonly Result[]> {
  await using world = new World();
  const source = join(world.root, "one-line.ts");
  const baseline = join(world.root, "one-line");
  writeFileSync(source, 'console.log("one line");\n');
  await compile(source, targetOf(process.platform, process.arch, false), baseline);
  mkdirSync(world.limaHome, { recursive: true });
  const template = world.write(
    "t.yaml",
    "images:\n- location: /dev/null\nmounts: []\ncontainerd: {system: false, user: false}\n",
  );
  const run = (words: readonly string[]) => () => timeCommand(words, world.env, world.home);
  const version = await pairs(count, run([world.executable, "--version"]), run([baseline]));
  for (let index = 0; index < 20; index += 1) {
    const dir = join(world.limaHome, `stopped${index}`);
    mkdirSync(dir, { mode: 0o700 });
    writeFileSync(join(dir, "lima.yaml"), await Bun.file(template).text());
    writeFileSync(join(dir, "lima-version"), "2.2.0");
  }
  await run([world.executable, "list"])();
  const list = await pairs(count, run([world.executable, "list"]), run([baseline]));
  const against = "compiled program of one line";
  return [
    { kind: "comparison", name: "limactl --version", baseline: against, budget: 2, ...version },
    { kind: "comparison", name: "limactl list, 20 stopped", baseline: against, budget: 4, ...list },
  ];
}
