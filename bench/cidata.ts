import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { mediaLabel, planGuestMedia } from "../src/guest/cidata/plan.ts";
import { writeIso } from "../src/lib/iso9660/write.ts";
import { sampleFacts } from "../test/guest/sample-facts.ts";
import { pairs, type Result, time, timeCommand } from "./measure.ts";

const count = 20;

/** How long it takes to plan and write cidata.iso, without the guest agent, against genisoimage on the same files. */
export async function cidata(): Promise<readonly Result[]> {
  const root = mkdtempSync("/tmp/lb.");
  try {
    const facts = sampleFacts();
    const folder = join(root, "files");
    for (const { path, content } of planGuestMedia(facts).files) {
      if (typeof content !== "string") continue;
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
    const ours = () =>
      time(() =>
        writeIso(join(root, "ours.iso"), planGuestMedia(facts).files, { label: mediaLabel, time: new Date() }),
      );
    const env = { PATH: process.env.PATH ?? "" };
    const theirs = () =>
      timeCommand(["genisoimage", "-quiet", "-R", "-V", "cidata", "-o", join(root, "theirs.iso"), folder], env);
    await ours();
    await theirs();
    const results = await pairs(count, ours, theirs);
    return [{ kind: "comparison", name: "cidata.iso without agent", baseline: "genisoimage", budget: 1, ...results }];
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
