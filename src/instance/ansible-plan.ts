import { expandHostPath } from "../config/host-path.ts";
import type { Config } from "../config/types.ts";
import type { Host } from "../lib/host.ts";
import type { Instance } from "./record.ts";

/** How the playbooks of an instance are run. */
export interface AnsiblePlan {
  /** Text of `ansible-inventory.yaml`. */
  readonly inventory: string;
  /** Variables added to the environment. */
  readonly env: Readonly<Record<string, string>>;
  /** A command for each playbook, in the order of lima.yaml. */
  readonly commands: readonly (readonly string[])[];
}

/** What runs the playbooks of lima.yaml; undefined when it has none. */
export function planAnsible(
  instance: Pick<Instance, "name" | "hostname" | "sshConfigFile">,
  config: Pick<Config, "provision" | "param">,
  host: Pick<Host, "os" | "home" | "cwd">,
  inventoryFile: string,
): AnsiblePlan | undefined {
  const playbooks = config.provision.filter(({ mode }) => mode === "ansible").map(({ playbook }) => playbook);
  if (playbooks.length === 0) return undefined;
  // JSON is YAML: names and paths need no further care
  const text = JSON.stringify;
  return {
    inventory: [
      "lima:",
      "  hosts:",
      `    ${text(instance.name)}:`,
      "      ansible_connection: ssh",
      `      ansible_host: ${text(instance.hostname)}`,
      `      ansible_ssh_common_args: ${text(`-F ${shellWord(instance.sshConfigFile)}`)}`,
      "",
    ].join("\n"),
    env: Object.fromEntries(Object.entries(config.param).map(([key, value]) => [`PARAM_${key}`, value])),
    commands: playbooks.map((playbook) => ["ansible-playbook", "-i", inventoryFile, expandHostPath(playbook, host)]),
  };
}

/** Ansible splits the arguments of ssh as a shell does. */
function shellWord(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
