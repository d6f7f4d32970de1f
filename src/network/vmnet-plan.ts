import type { NetworkDefinition, Networks } from "./networks.ts";
import { networkNames, userNetworkMode } from "./networks.ts";

/** What belongs to the socket_vmnet daemon of one network (config.md 5). Commands are words without blanks. */
export interface VmnetPlan {
  readonly socket: string;
  readonly pidFile: string;
  readonly start: readonly string[];
  readonly stop: readonly string[];
}

/** Makes the directory of sockets and pid files. */
export function makeVarRun({ paths }: Networks): readonly string[] {
  return ["/bin/mkdir", "-m", "775", "-p", paths.varRun];
}

/** The daemon of one network that is not user-v2. */
export function vmnetPlan(name: string, network: NetworkDefinition, { paths, group }: Networks): VmnetPlan {
  const socket = `${paths.varRun}/socket_vmnet.${name}`;
  const pidFile = `${paths.varRun}/${name}_socket_vmnet.pid`;
  const options = [`--pidfile=${pidFile}`, `--socket-group=${group}`, `--vmnet-mode=${network.mode}`];
  return {
    socket,
    pidFile,
    start: [paths.socketVMNet, ...options, ...modeOptions(network), socket],
    stop: ["/usr/bin/pkill", "-F", pidFile],
  };
}

function modeOptions(network: NetworkDefinition): readonly string[] {
  switch (network.mode) {
    case "bridged":
      return [`--vmnet-interface=${network.interface}`];
    case "host":
    case "shared":
      return [
        `--vmnet-gateway=${network.gateway}`,
        `--vmnet-dhcp-end=${network.dhcpEnd}`,
        `--vmnet-mask=${network.netmask}`,
      ];
    default:
      return [];
  }
}

/** A command as sudo runs it, without asking for a password. */
export function asRoot(command: readonly string[]): readonly string[] {
  return ["sudo", "--user", "root", "--group", "wheel", "--non-interactive", ...command];
}

/**
 * The text of the sudoers file that lets the group run the daemons and nothing else; compared byte for byte.
 * @param installed socket_vmnet is there
 */
export function sudoersText(networks: Networks, installed: boolean): string {
  const rule = `%${networks.group} ALL=(root:wheel) NOPASSWD:NOSETENV:`;
  const lines = [`${rule} ${makeVarRun(networks).join(" ")}`];
  for (const name of networkNames(networks)) {
    const network = networks.networks[name];
    if (network === undefined || network.mode === userNetworkMode) continue;
    lines.push("", `# Manage "${name}" network daemons`);
    if (!installed) continue;
    const { start, stop } = vmnetPlan(name, network, networks);
    lines.push("", `${rule} \\`, `    ${start.join(" ")}, \\`, `    ${stop.join(" ")}`);
  }
  return lines.map((line) => `${line}\n`).join("");
}
