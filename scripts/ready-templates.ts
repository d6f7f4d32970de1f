import { readFolder } from "../src/assets/folder.macro.ts";
import { decodeConfig } from "../src/config/decode.ts";
import { embedTemplate } from "../src/config/templates/embed.ts";
import { readTemplate } from "../src/config/templates/read.ts";
import type { ReadyTemplate } from "../src/config/templates/ready.ts";
import type { TemplateContext, TemplateSource } from "../src/config/templates/source.ts";
import type { Host } from "../src/lib/host.ts";

/** Where the probing source pretends to look for templates first. */
const probed = "/probed";

/** What stands for things that only the running program can get: the network, plugins, standard input. */
class OutOfReach extends Error {}

const outOfReach = (): Promise<never> => Promise.reject(new OutOfReach());

/** Shipped templates refer to nothing of the host. */
const nobody: Host = {
  os: "linux",
  arch: "x86_64",
  osVersion: "",
  cpus: 1,
  memoryBytes: 1,
  home: "/nowhere",
  user: { name: "nobody", comment: "", uid: 65534, gid: 65534 },
  env: {},
  cwd: "/nowhere",
  self: [],
  now: new Date(0),
};

async function makeReady(name: string, shipped: Readonly<Record<string, string>>): Promise<ReadyTemplate | undefined> {
  const parts: string[] = [];
  const source: TemplateSource = {
    readFile: async (path) => {
      parts.push(path.slice(probed.length + 1));
      throw Object.assign(new Error("not there"), { code: "ENOENT" });
    },
    fetch: outOfReach,
    readStdin: outOfReach,
    runPlugin: outOfReach,
    directories: [{ path: probed, list: async () => [] }],
    shipped,
  };
  const context: TemplateContext = { host: nobody, source, warnings: [], notes: [] };
  try {
    const locator = `template:${name}`;
    const { config, warnings } = decodeConfig(
      await embedTemplate(await readTemplate(locator, context), context),
      locator,
    );
    const [warning] = [...context.warnings, ...warnings];
    if (warning !== undefined)
      throw new Error(`${locator}: ${warning.message} ${JSON.stringify(warning.fields ?? {})}`);
    return { parts, config };
  } catch (error) {
    if (error instanceof OutOfReach) return undefined;
    throw error;
  }
}

/** The shipped templates that are made of shipped files alone, embedded and decoded, by name. @throws for one with a fault */
export async function makeReadyTemplates(): Promise<ReadonlyMap<string, ReadyTemplate>> {
  const shipped = readFolder("templates", ".yaml");
  const ready = new Map<string, ReadyTemplate>();
  for (const file of Object.keys(shipped)) {
    const name = file.replace(/\.yaml$/, "");
    const made = await makeReady(name, shipped);
    if (made !== undefined) ready.set(name, made);
  }
  return ready;
}

/** The source of the module `src/assets/ready-templates.ts` with the templates in it; ASCII alone. */
export function readyTemplatesModule(ready: ReadonlyMap<string, ReadyTemplate>): string {
  const text = (value: string): string =>
    JSON.stringify(value).replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
  // A function's body is decoded when it is first called, so that a run pays for the template it uses alone.
  const entries = [...ready].map(([name, each]) => `${text(name)}: () => ${text(JSON.stringify(each))},\n`);
  return `export const readyTemplates = {\n${entries.join("")}};\n`;
}
