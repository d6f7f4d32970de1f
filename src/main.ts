#!/usr/bin/env bun
import { programOf } from "./commands/program-name.ts";

const calledAs = process.argv0;
const args = process.argv.slice(2);

switch (programOf(calledAs)) {
  case "yq": {
    const { runLimactl } = await import("./commands/limactl.ts");
    await runLimactl(["yq", ...args], calledAs);
    break;
  }
  case "lima": {
    const { runLima } = await import("./commands/lima.ts");
    await runLima(args, calledAs);
    break;
  }
  case "limactl": {
    const { runLimactl } = await import("./commands/limactl.ts");
    await runLimactl(args, calledAs);
    break;
  }
}
