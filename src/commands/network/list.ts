import { defineCommand } from "../../cli/command.ts";
import { formatTable } from "../../cli/table.ts";
import { networkJson, networkRows } from "../../network/list-plan.ts";
import { loadNetworks } from "../../network/load.ts";
import { networkNames } from "../../network/networks.ts";
import { instanceContext } from "../instance-context.ts";

export const command = defineCommand({
  meta: { name: "list", description: "List the networks of networks.yaml" },
  positionals: { usage: "", complete: "networks" },
  args: { json: { type: "boolean", description: "JSON instead of a table, a line per network" } },
  run(context) {
    const networks = loadNetworks(instanceContext(context));
    const known = networkNames(networks);
    const wanted = context.positionals.length > 0 ? context.positionals : known;
    for (const name of wanted) {
      if (!known.includes(name)) context.logger.warn(`No network matching ${name} found.`);
    }
    const names = wanted.filter((name) => known.includes(name));
    if (!context.flags.json) {
      context.stdout.write(formatTable(networkRows(names, networks)));
      return;
    }
    for (const name of names) {
      const network = networks.networks[name];
      if (network !== undefined) context.stdout.write(`${JSON.stringify(networkJson(name, network))}\n`);
    }
  },
});
