import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { defineCommand } from "../cli/command.ts";
import { findPlugins, pluginDirectories } from "../cli/plugins.ts";
import { infoOf } from "../config/info.ts";
import { installationPrefixes } from "../config/templates/directories-read.ts";
import { readTemplate } from "../config/templates/read.ts";
import { listTemplates } from "../config/templates/store.ts";
import { installedGuestAgents } from "../instance/guest-agent-file.ts";
import { loadConfigText } from "../instance/load.ts";
import { shellEnvBlock } from "../instance/shell-plan.ts";
import { programVersion } from "../lib/version.ts";
import { configDirectory } from "../store/directories.ts";
import { registeredDrivers } from "../vm/drivers.ts";
import { instanceContext } from "./instance-context.ts";
import { openTemplates } from "./templates.ts";

export const command = defineCommand({
  meta: { name: "info", description: "Show what this program and this host can do" },
  positionals: { usage: "", max: 0 },
  args: { yq: { type: "string", default: ".", description: "Apply yq expression to the output" } },
  async run(context) {
    const surroundings = instanceContext(context);
    const templates = await openTemplates(context);
    const text = (await readTemplate("template:default", templates)).text;
    const { config } = await loadConfigText(surroundings, "default", text, { validate: false });
    const prefixes = installationPrefixes(context.host);
    const drivers = registeredDrivers(context.host);
    for (const warning of drivers.warnings) context.logger.warn(warning);
    const info = infoOf({
      version: `v${programVersion}`,
      templates: await listTemplates(templates.source),
      defaultTemplate: config,
      limaHome: surroundings.limaHome,
      drivers: Object.fromEntries(Object.entries(drivers.locations).map(([name, location]) => [name, { location }])),
      guestAgents: await installedGuestAgents(context.host),
      shellEnvBlock,
      hostOS: context.host.os,
      hostArch: context.host.arch,
      identityFile: join(configDirectory(surroundings.limaHome), "user"),
      plugins: findPlugins(context.host, pluginDirectories(context.host, "")),
      libexecPaths: filled(prefixes, ["libexec/lima", "lib/lima"]),
      sharePaths: filled(prefixes, ["share/lima"]),
    });
    if (context.flags.yq === "." && !context.prettyOutput) {
      context.stdout.write(`${JSON.stringify(info, null, 4)}\n`);
      return;
    }
    const { evaluateJson } = await import("../lib/yq/evaluate.ts");
    context.stdout.write(
      evaluateJson(context.flags.yq, info, { format: "json", indent: 4, colors: context.prettyOutput }),
    );
  },
});

/** Directories below the prefixes that exist and hold something. */
function filled(prefixes: readonly string[], folders: readonly string[]): readonly string[] {
  return prefixes
    .flatMap((prefix) => folders.map((folder) => join(prefix, folder)))
    .filter((path) => existsSync(path) && readdirSync(path).length > 0);
}
