import { mkdirSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { errorText } from "../src/lib/errors.ts";
import { type Result, resultTable, withinBudget } from "./measure.ts";

/** Sections by name; each measures and returns what it saw. */
const sections: Readonly<Record<string, () => Promise<readonly Result[]>>> = {
  "start-up": async () => (await import("./start-up.ts")).startUp(),
  cidata: async () => (await import("./cidata.ts")).cidata(),
  config: async () => (await import("./config.ts")).config(),
  boot: async () => (await import("./boot.ts")).boot(),
  forwards: async () => (await import("./forwards.ts")).forwards(),
  "forwards-ssh": async () => (await import("./forwards-ssh.ts")).forwardsBySsh(),
  "guest-agent": async () => (await import("./guest-agent.ts")).guestAgent(),
  idle: async () => (await import("./idle.ts")).idle(),
  dns: async () => (await import("./dns.ts")).dns(),
  mounts: async () => (await import("./mounts.ts")).mounts(),
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !Object.hasOwn(sections, name));
if (unknown.length > 0) {
  process.stderr.write(`no such section: ${unknown.join(", ")}; there are ${Object.keys(sections).join(", ")}\n`);
  process.exit(1);
}

const results: Result[] = [];
let failed = false;
for (const [name, measure] of Object.entries(sections)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  process.stderr.write(`measuring ${name} ...\n`);
  try {
    results.push(...(await measure()));
  } catch (error) {
    process.stderr.write(`${name} cannot be measured: ${errorText(error)}\n`);
    failed = true;
  }
}
process.stdout.write(resultTable(results));
const folder = resolve(import.meta.dir, "results");
mkdirSync(folder, { recursive: true });
const file = resolve(folder, `${new Date().toISOString().replaceAll(":", "-")}.json`);
writeFileSync(file, `${JSON.stringify({ results }, null, 2)}\n`);
process.stdout.write(`raw numbers: ${file}\n`);
if (failed || !results.every(withinBudget)) process.exit(1);
