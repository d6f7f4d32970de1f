#!/usr/bin/env bun
import { programOf } from "./commands/program-name.ts";
import { asksVersionOnly, versionLine } from "./commands/version.ts";

const calledAs = process.argv0;
const args = process.argv.slice(2);
const program = programOf(calledAs);

if (program !== "yq" && asksVersionOnly(args)) console.log(versionLine);
else if (program === "lima") await (await import("./commands/lima.ts")).runLima(args, calledAs);
else {
  const { runLimactl } = await import("./commands/limactl.ts");
  await runLimactl(program === "yq" ? ["yq", ...args] : args, calledAs);
}
