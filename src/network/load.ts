import { existsSync, mkdirSync, readFileSync, realpathSync } from "node:fs";
import { dirname } from "node:path";
import { decodeText } from "../config/decode-text.ts";
import { errorCode, errorText, UserError } from "../lib/errors.ts";
import { writeFileAtomic } from "../lib/files.ts";
import type { Host } from "../lib/host.ts";
import type { Logger } from "../lib/log.ts";
import { quote } from "../lib/quote.ts";
import { decodeNetworks } from "./decode-plan.ts";
import { defaultNetworksText, vmnetPlaces } from "./default-file.ts";
import { networksFile } from "./file.ts";
import type { Networks } from "./networks.ts";

export interface NetworksContext {
  readonly host: Host;
  /** Absolute path of `$LIMA_HOME`. */
  readonly limaHome: string;
  readonly logger: Pick<Logger, "warn">;
}

/** The text of networks.yaml; where there is no file, the text that would be written. */
export function networksText({ host, limaHome }: Pick<NetworksContext, "host" | "limaHome">): string {
  const file = networksFile(limaHome);
  try {
    return decodeText(readFileSync(file), file);
  } catch (error) {
    if (errorCode(error) !== "ENOENT") throw error;
    return defaultNetworksText(findSocketVMNet(host));
  }
}

/**
 * Reads networks.yaml, written with the defaults first where there is none.
 * @throws UserError for a file that cannot be parsed
 */
export function loadNetworks(context: NetworksContext): Networks {
  const file = networksFile(context.limaHome);
  if (!existsSync(file)) {
    try {
      mkdirSync(dirname(file), { recursive: true, mode: 0o755 });
      writeFileAtomic(file, networksText(context), 0o644);
    } catch (error) {
      throw new UserError(`failed to create ${quote(file)}: ${errorText(error)}`, { cause: error });
    }
  }
  return peekNetworks(context);
}

/** The same without writing anything: where there is no file, the defaults hold. */
export function peekNetworks(context: NetworksContext): Networks {
  const file = networksFile(context.limaHome);
  const { networks, unknownKeys } = decodeNetworks(networksText(context), file);
  if (unknownKeys) {
    context.logger.warn(
      `Non-strict YAML is deprecated and will be unsupported in a future version of Lima: ${quote(file)}`,
    );
  }
  return networks;
}

/** The daemon's path with symlinks resolved, because no part of it may be one; where it is not installed, the usual path. */
function findSocketVMNet({ env, os }: Host): string {
  const [usual, ...others] = vmnetPlaces;
  // Only macOS has it; a program of that name elsewhere is another one.
  if (os !== "darwin") return usual;
  const onPath = Bun.which("socket_vmnet", { PATH: env.PATH ?? "" });
  const found = [usual, ...(onPath === null ? [] : [onPath]), ...others].find((path) => existsSync(path));
  return found === undefined ? usual : realpathSync(found);
}
