import type { SshEndpoint } from "../../store/ssh-plan.ts";
import { mountedLine } from "./sshfs-plan.ts";

/** Whether a process with these arguments is the ssh client of a mount in the guest behind the endpoint. */
export function isMountClient(argv: readonly string[], { address, port }: SshEndpoint): boolean {
  const at = argv.indexOf("-p");
  // the script is the last argument; where the system tells the arguments as one line, it is many
  return at > 0 && argv[at + 1] === String(port) && argv[at + 2] === address && argv.join(" ").includes(mountedLine);
}
