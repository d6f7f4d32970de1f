import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { mediaLabel, planGuestMedia } from "../src/guest/cidata/plan.ts";
import { writeIso } from "../src/lib/iso9660/write.ts";
import { sampleFacts } from "../test/guest/sample-facts.ts";
import { pairs, type Result, time, timeCommand } from "./measure.ts";

const count = 20;
const agentCount = 9;
const agent = resolve(import.meta.dir, "../dist/limactl");
const env = { PATH: process.env.PATH ?? "" };

/** How long cidata.iso takes: its small files against genisoimage, with the guest agent against a plain copy of that. */
export async function cidata(): Promise<readonly Result[]> {
  // On the file system of the instances, where a copy may share the bytes.
  const root = mkdtempSync(join(process.env.HOME ?? "/tmp", ".limabun-bench-"));
  try {
    return [await withoutAgent(root), ...(await withAgent(root))];
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

async function withoutAgent(root: string): Promise<Result> {
  const facts = sampleFacts();
  const folder = join(root, "files");
  for (const { path, content } of planGuestMedia(facts).files) {
    if (typeof content !== "string") continue;
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  const ours = () => time(() => write(join(root, "ours.iso")));
  const theirs = () =>
    timeCommand(["genisoimage", "-quiet", "-R", "-V", "cidata", "-o", join(root, "theirs.iso"), folder], env);
  await ours();
  await theirs();
  const results = await pairs(count, ours, theirs);
  return { kind: "comparison", name: "cidata.iso without agent", baseline: "genisoimage", budget: 0.5, ...results };
}

/** Cold: there is no image yet. Warm: there is one of an earlier start, with the same agent in it. */
async function withAgent(root: string): Promise<readonly Result[]> {
  const image = join(root, "agent.iso");
  const copy = join(root, "copy");
  const cold = () => {
    rmSync(image, { force: true });
    return time(() => write(image, agent));
  };
  const warm = () => time(() => write(image, agent));
  const copying = () => {
    rmSync(copy, { force: true });
    return timeCommand(["cp", agent, copy], env);
  };
  await cold();
  await copying();
  const baseline = "cp of the agent";
  return [
    {
      kind: "comparison",
      name: "cidata.iso, agent cold",
      baseline,
      budget: 1.2,
      ...(await pairs(agentCount, cold, copying)),
    },
    {
      kind: "comparison",
      name: "cidata.iso, agent warm",
      baseline,
      budget: 0.5,
      ...(await pairs(agentCount, warm, copying)),
    },
  ];
}

function write(path: string, guestAgentFile?: string): void {
  const { files } = planGuestMedia(sampleFacts({}, { guestAgentFile }));
  writeIso(path, files, { label: mediaLabel, time: new Date() });
}
