import { parseYaml } from "../config/yaml-document.ts";
import { errorText, UserError } from "../lib/errors.ts";
import { canonicalIp } from "../lib/ip-address.ts";
import { quote } from "../lib/quote.ts";
import { builtinUserNetwork, type NetworkDefinition, type Networks, pathNames, userNetworkMode } from "./networks.ts";

/** A decoded file. */
export interface DecodedNetworks {
  readonly networks: Networks;
  /** The file has keys that mean nothing. */
  readonly unknownKeys: boolean;
}

const addressFields = ["gateway", "dhcpEnd", "netmask"] as const;

/**
 * Reads the text of a networks.yaml. A file without a usable user-v2 network gets the built-in one.
 * @param path of the file, for messages
 * @throws UserError ``cannot parse `FILE`: ...``
 */
export function decodeNetworks(text: string, path: string): DecodedNetworks {
  try {
    return decode(text);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(`cannot parse ${quote(path)}: ${errorText(error)}`, { cause: error });
  }
}

function decode(text: string): DecodedNetworks {
  const reader = new Reader();
  const root = reader.map(parseYaml(text, "networks.yaml").document.toJS() ?? {}, "", ["paths", "group", "networks"]);
  const paths = reader.map(root.paths ?? {}, "paths", pathNames);
  const entries = Object.entries(reader.map(root.networks ?? {}, "networks"));
  const networks: Record<string, NetworkDefinition> = Object.create(null);
  for (const [name, value] of entries) networks[name] = reader.network(value, `networks.${name}`);
  const usable = Object.values(networks).some(({ mode, gateway }) => mode === userNetworkMode && gateway !== "");
  if (!usable) networks[userNetworkMode] = builtinUserNetwork;
  const pathOf = (name: (typeof pathNames)[number]) => reader.text(paths[name], `paths.${name}`);
  return {
    networks: {
      paths: { socketVMNet: pathOf("socketVMNet"), varRun: pathOf("varRun"), sudoers: pathOf("sudoers") },
      group: reader.text(root.group, "group"),
      networks,
    },
    unknownKeys: reader.unknownKeys,
  };
}

/** Checks the types of what YAML gave; every error names the field. */
class Reader {
  unknownKeys = false;

  map(value: unknown, at: string, known?: readonly string[]): Readonly<Record<string, unknown>> {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw new UserError(`${at === "" ? "the file" : `field ${quote(at)}`} must be a map`);
    }
    if (known !== undefined && Object.keys(value).some((key) => !known.includes(key))) this.unknownKeys = true;
    return value as Readonly<Record<string, unknown>>;
  }

  network(value: unknown, at: string): NetworkDefinition {
    const fields = this.map(value ?? {}, at, ["mode", "interface", ...addressFields]);
    const [gateway = "", dhcpEnd = "", netmask = ""] = addressFields.map((name) =>
      this.address(fields[name], `${at}.${name}`),
    );
    const mode = this.text(fields.mode, `${at}.mode`);
    return { mode, interface: this.text(fields.interface, `${at}.interface`), gateway, dhcpEnd, netmask };
  }

  text(value: unknown, at: string): string {
    if (value === undefined || value === null) return "";
    if (typeof value === "object") throw new UserError(`field ${quote(at)} must be a string`);
    return String(value);
  }

  private address(value: unknown, at: string): string {
    const text = this.text(value, at);
    if (text === "") return "";
    const address = canonicalIp(text);
    if (address === undefined) throw new UserError(`field ${quote(at)}: invalid IP address: ${text}`);
    return address;
  }
}
