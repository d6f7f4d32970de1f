import type { Config } from "../../config/types.ts";
import { bootCommands } from "./boot-commands.ts";
import { tidyCertificates } from "./certificates.ts";
import type { GuestMediaFacts } from "./facts.ts";
import { mountRows } from "./mounts.ts";
import { printableComment } from "./user-comment.ts";
import { block, quoted, word } from "./yaml-text.ts";

/** Which of the two renderings: for the guest, or the copy kept beside the instance for reading. */
export type CloudConfigUse = "guest" | "reference";

/** cloud-init's user-data. The layout is read line by line by images without cloud-init; keep keys at column 0. */
export function cloudConfig(facts: GuestMediaFacts, use: CloudConfigUse): string {
  const { config } = facts;
  const guest = use === "guest";
  const lines = ["#cloud-config", "# vim:syntax=yaml", "", "growpart:", "  mode: auto", "  devices: ['/']"];
  if (config.os === "FreeBSD") lines.push("", "packages:", "  - sudo");
  if (config.upgradePackages) {
    lines.push("", "package_update: true", "package_upgrade: true", "package_reboot_if_required: true");
  }
  if (guest) lines.push(...mountLines(facts));
  if (config.timezone !== "") lines.push("", `timezone: ${word(config.timezone)}`);
  lines.push(...userLines(facts));
  if (guest) lines.push(...writeFileLines(facts), ...resolverLines(facts));
  lines.push(...certificateLines(facts));
  const commands = bootCommands(facts);
  if (commands.length > 0) lines.push("", "bootcmd:", ...commands.map((command) => `- ${block(command, 2)}`));
  return `${lines.join("\n")}\n`;
}

function mountLines({ config, rosetta }: GuestMediaFacts): readonly string[] {
  const rows = mountRows(config, rosetta.enabled && !config.plain);
  if (rows.length === 0) return [];
  const row = ({ tag, mountPoint, fsType, options }: (typeof rows)[number]) =>
    `- [${tag}, ${quoted(mountPoint)}, ${fsType}, ${quoted(options)}, "0", "0"]`;
  return ["", "mounts:", ...rows.map(row)];
}

function userLines({ config, sshPublicKeys }: GuestMediaFacts): readonly string[] {
  const { user } = config;
  const freeBsd = config.os === "FreeBSD";
  const lines = ["", "users:", `  - name: ${quoted(user.name)}`];
  if (!freeBsd) lines.push(`    uid: ${quoted(String(user.uid))}`);
  const comment = printableComment(user.comment);
  if (comment !== "") lines.push(`    gecos: ${quoted(comment)}`);
  lines.push(
    `    homedir: ${quoted(user.home)}`,
    `    shell: ${word(user.shell)}`,
    `    sudo: ${quoted(sudoRule(config))}`,
  );
  if (config.os !== "Darwin") lines.push(`    lock_passwd: ${user.passwordlessSudo}`);
  if (freeBsd) {
    lines.push(
      "    groups: [wheel]",
      `    doas: ${quoted(user.passwordlessSudo ? "permit nopass :wheel" : "permit :wheel")}`,
    );
  }
  lines.push(`    ${freeBsd ? "ssh_authorized_keys" : "ssh-authorized-keys"}:`);
  // The empty line ends the list for readers that take every line after the key.
  return [...lines, ...sshPublicKeys.map((key) => `      - ${quoted(key)}`), ""];
}

function sudoRule({ os, user }: Config): string {
  if (os === "Darwin") return "ALL=(ALL) NOPASSWD:/sbin/shutdown -h now";
  return user.passwordlessSudo ? "ALL=(ALL) NOPASSWD:ALL" : "ALL=(ALL) ALL";
}

function writeFileLines({ config, bootScripts }: GuestMediaFacts): readonly string[] {
  const freeBsd = config.os === "FreeBSD";
  const owner = config.os === "Linux" ? "root:root" : "root:wheel";
  const start = freeBsd ? "/usr/sbin/lima-freebsd-init.sh" : "/var/lib/cloud/scripts/per-boot/00-lima.boot.sh";
  const file = (path: string, permissions: string, content: string) => [
    `- content: ${block(content, 4)}`,
    `  owner: ${owner}`,
    `  path: ${path}`,
    `  permissions: '${permissions}'`,
  ];
  const lines = ["write_files:", ...file(start, "0755", bootScripts["cloud-init/start-boot.sh"] ?? "")];
  if (freeBsd) {
    const service = bootScripts["cloud-init/lima-freebsd-init.rc.sh"] ?? "";
    lines.push(...file("/etc/rc.d/lima_freebsd_init", "0755", service));
    lines.push(...file("/etc/rc.conf.d/lima_freebsd_init", "0644", 'lima_freebsd_init_enable="YES"\n'));
  }
  return lines;
}

function resolverLines({ dns }: GuestMediaFacts): readonly string[] {
  if (dns.addresses.length === 0) return [];
  const addresses = dns.addresses.map((address) => `  - ${word(address)}`);
  return ["", "manage_resolv_conf: true", "", "resolv_conf:", "  nameservers:", ...addresses];
}

function certificateLines({ config, caCertificateFiles }: GuestMediaFacts): readonly string[] {
  const { removeDefaults, certs } = config.caCerts;
  const trusted = tidyCertificates([...caCertificateFiles, ...certs]);
  if (!removeDefaults && trusted.length === 0) return [];
  const lines = ["", "ca_certs:", `  remove_defaults: ${removeDefaults}`];
  if (trusted.length > 0) lines.push("  trusted:", ...trusted.map((text) => `  - ${block(text, 4)}`));
  return lines;
}
