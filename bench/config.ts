import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { compile } from "../scripts/build-binaries.ts";
import { targetOf } from "../scripts/build-targets.ts";
import { templates } from "../src/assets/templates.ts";
import { embedTemplate } from "../src/config/templates/embed.ts";
import { readTemplate } from "../src/config/templates/read.ts";
import { load, makeHost } from "../test/config/fixtures.ts";
import { makeContext } from "../test/config/template-fixtures.ts";
import { World } from "../test/support/limactl.ts";
import { median, pairs, type Result, time, timeCommand } from "./measure.ts";

const rounds = 9;
const count = 20;

/** How long templates take to be filled in and validated, and `limactl validate` against a program that prints one line. */
export async function config(): Promise<readonly Result[]> {
  return [await everyTemplate(), ...(await validateCommand())];
}

/** Every shipped template in one process; the figure is that of the slowest. */
async function everyTemplate(): Promise<Result> {
  const names = Object.keys(templates)
    .filter((file) => file.endsWith(".yaml") && !file.startsWith("_default/"))
    .map((file) => file.slice(0, -".yaml".length));
  const host = makeHost();
  const plugins = { "fedora-rawhide:_images/fedora-rawhide": "template:_images/fedora" };
  const templatesAtWork: { readonly work: () => unknown; readonly times: number[] }[] = [];
  for (const name of names) {
    const context = makeContext({ shipped: templates, plugins });
    const text = await embedTemplate(await readTemplate(`template:${name}`, context), context);
    const work = () => load(text, { host, advise: true });
    work();
    templatesAtWork.push({ work, times: [] });
  }
  // Round by round, so that a slow moment of the machine hits one run of many templates and not every run of one.
  for (let round = 0; round < rounds; round += 1)
    for (const { work, times } of templatesAtWork) times.push(await time(work));
  const value = Math.max(...templatesAtWork.map(({ times }) => median(times)));
  const name = `fill and validate, slowest of ${names.length} templates`;
  return { kind: "figure", name, value, unit: "ms", budget: 5 };
}

async function validateCommand(): Promise<readonly Result[]> {
  await using world = new World();
  const source = join(world.root, "one-line.ts");
  const oneLine = join(world.root, "one-line");
  writeFileSync(source, 'console.log("one line");\n');
  await compile(source, targetOf(process.platform, process.arch, false), oneLine);
  const run = (words: readonly string[]) => () => timeCommand(words, world.env, world.home);
  const validate = run([world.executable, "validate", "template:default"]);
  const results = await pairs(count, validate, run([oneLine]));
  return [
    {
      kind: "comparison",
      name: "limactl validate template:default",
      baseline: "compiled program of one line",
      budget: 3,
      ...results,
    },
  ];
}
