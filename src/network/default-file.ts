/** Where socket_vmnet is looked for; the first place that has it becomes `paths.socketVMNet`. */
export const vmnetPlaces = [
  "/opt/socket_vmnet/bin/socket_vmnet",
  "/usr/local/opt/socket_vmnet/bin/socket_vmnet",
  "/opt/homebrew/opt/socket_vmnet/bin/socket_vmnet",
] as const;

/**
 * The networks.yaml that is written where there is none.
 * @param socketVMNet path of the daemon, symlinks resolved
 */
export function defaultNetworksText(socketVMNet: string): string {
  return `# The networks that \`networks[].lima\` of lima.yaml may name. \`limactl network create\` and \`limactl network delete\` edit
# this file and keep its comments.

# Modes other than user-v2 need socket_vmnet, which runs as root, on macOS. Every path below, with all directories above
# it, must belong to root and be writable by root alone.
paths:
  socketVMNet: ${JSON.stringify(socketVMNet)}
  # Sockets and pid files of the daemons.
  varRun: /private/var/run/lima
  # What \`limactl sudoers\` prints is expected here. Empty: sudo asks for no password anyway.
  sudoers: /private/etc/sudoers.d/lima

# Members of this group may start and stop the daemons.
group: admin

networks:
  # Instances reach each other and the outside without any privilege on the host.
  user-v2:
    mode: user-v2
    gateway: 192.168.104.1
    netmask: 255.255.255.0
  # Instances and the host reach each other; the outside is reached through the host.
  shared:
    mode: shared
    gateway: 192.168.105.1
    dhcpEnd: 192.168.105.254
    netmask: 255.255.255.0
  # Instances are on the network of one of the host's interfaces.
  bridged:
    mode: bridged
    interface: en0
  # Instances and the host reach each other, and nothing else.
  host:
    mode: host
    gateway: 192.168.106.1
    dhcpEnd: 192.168.106.254
    netmask: 255.255.255.0
`;
}
