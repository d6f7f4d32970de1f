import { writeFileAtomic } from "../../lib/files.ts";
import { lockDirectory } from "../../lib/flock.ts";
import { networksFile } from "../../network/file.ts";
import { loadNetworks, type NetworksContext, networksText } from "../../network/load.ts";
import type { Networks } from "../../network/networks.ts";
import { configDirectory } from "../../store/directories.ts";

/**
 * Applies a yq expression to networks.yaml; its comments stay.
 * @param plan makes the expression from the networks that there are, and throws to leave the file as it is
 */
export async function editNetworks(context: NetworksContext, plan: (networks: Networks) => string): Promise<void> {
  const { evaluateYaml } = await import("../../lib/yq/evaluate.ts");
  const directory = configDirectory(context.limaHome);
  using _held = await lockDirectory(directory, { mode: 0o755 });
  const expression = plan(loadNetworks(context));
  writeFileAtomic(networksFile(context.limaHome), evaluateYaml(expression, networksText(context)), 0o644);
}
