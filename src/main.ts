#!/usr/bin/env bun
import { isWrapper, programOf } from "./commands/program-name.ts";
import { asksVersionOnly, versionLine } from "./commands/version.ts";

const calledAs = process.argv0;
const args = process.argv.slice(2);
const program = programOf(calledAs);

if (program === "lima-guestagent" && args[0] !== "yq") {
  const { runGuestAgent } = await import("./guest/agent/main.ts");
  process.exit(await runGuestAgent(args));
} else if (program === "lima") {
  const { runLima } = await import("./commands/lima.ts");
  await runLima(args, calledAs);
} else if (isWrapper(program)) {
  const { runWrapper } = await import("./commands/wrappers/run.ts");
  await runWrapper(program, args, calledAs);
} else if (program === "limactl" && asksVersionOnly(args)) {
  console.log(versionLine);
} else if (program === "limactl" && (args[0] === "__complete" || args[0] === "__completeNoDesc")) {
  const { runComplete } = await import("./commands/complete.ts");
  process.exit(await runComplete(args, calledAs));
} else {
  const { runLimactl } = await import("./commands/limactl.ts");
  await runLimactl(program === "yq" ? ["yq", ...args] : args, calledAs);
}
