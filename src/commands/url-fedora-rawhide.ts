import { defineCommand } from "../cli/command.ts";
import { runFedoraRawhide } from "../config/templates/source-read.ts";
import { cacheDirectory } from "../store/directories.ts";

export const command = defineCommand({
  meta: { name: "url-fedora-rawhide", description: "Look up the newest image of Fedora Rawhide", hidden: true },
  positionals: { usage: "_images/fedora-rawhide", min: 1, max: 1 },
  async run(context) {
    const [argument = ""] = context.positionals;
    context.stdout.write(`${await runFedoraRawhide(argument, cacheDirectory(context.host))}\n`);
  },
});
