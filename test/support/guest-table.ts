import { readFileSync } from "node:fs";
import type { World } from "./limactl.ts";

/** One thing that a boot leaves in a guest, and a script that looks for it: POSIX sh, errexit, by root. */
export interface Row {
  readonly row: string;
  readonly script: string;
}

/** What the scripts are told. */
export interface TableSubject {
  readonly world: World;
  readonly instance: string;
  readonly user: string;
  readonly uid: number;
  readonly home: string;
}

/**
 * Looks at a guest, row by row, in one session. Scripts have the variables U, I (uid), H (home), N (host name), KEY (the
 * public key of the Lima home) and IID.
 * @returns a line for each row that does not hold, with the end of what its script did
 */
export async function failingRows(subject: TableSubject, rows: readonly Row[]): Promise<readonly string[]> {
  const { world, instance, user, uid, home } = subject;
  const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
  const key = readFileSync(`${world.limaHome}/_config/user.pub`, "utf8").trim();
  const variables = { U: user, I: String(uid), H: home, N: `lima-${instance.replaceAll(/[._]/g, "-")}`, KEY: key };
  const script = [
    ...Object.entries(variables).map(([name, value]) => `export ${name}=${quoted(value)}`),
    "export IID=$(sed -n 's/^LIMA_CIDATA_IID=//p' /mnt/lima-cidata/lima.env)",
    ...rows.map(({ row, script: text }) => {
      const checked = `out=$(sh -euxc ${quoted(text)} 2>&1)`;
      return `${checked} || { echo ${quoted(row)}; echo "$out" | tail -n 4 | sed 's/^/  /'; }`;
    }),
  ].join("\n");
  const said = await world.ok(["shell", instance, "sudo", "sh", "-s"], { stdin: `${script}\n` });
  return said.trimEnd() === "" ? [] : said.trimEnd().split(/\n(?! )/);
}

/** Small guests have no pgrep. */
const agentRuns = `for p in /proc/[0-9]*; do { tr "\\000" " " <$p/cmdline || :; } 2>/dev/null; echo; done | grep -q "^/[^ ]*/lima-guestagent daemon"`;

/** Rows that hold on every Linux guest, in plain mode too. */
export const always: readonly Row[] = [
  {
    row: "identity",
    script: `[ "$(hostname)" = "$N" ]; [ "$(id -u "$U")" = "$I" ]; [ "$(id -g "$U")" = "$I" ]
      getent passwd "$U" | grep -q ":$I:$I:.*:$H:"`,
  },
  { row: "a locked password", script: `grep -q "^$U:[*!]" /etc/shadow; [ ! -e "$H/password" ]` },
  {
    row: "ssh keys",
    script: `grep -qxF "$KEY" "$H/.ssh/authorized_keys"; [ "$(stat -c "%a %U" "$H/.ssh/authorized_keys")" = "600 $U" ]`,
  },
  { row: "cidata for root alone", script: `[ "$(stat -c "%a %U" /mnt/lima-cidata)" = "700 root" ]` },
  { row: "NICs", script: `ip -o -4 addr show dev eth0 | grep -q "inet 192.168.5.15/24"` },
  {
    row: "markers",
    script: `[ "$(cat /run/lima-boot-done)" = "$IID" ]; [ ! -e /run/lima-reboot-required ]; [ ! -s /run/lima-boot-errors ]`,
  },
];

/** Rows that hold where the guest is not in plain mode. */
export const notPlain: readonly Row[] = [
  { row: "home under both names", script: `[ "$(readlink "\${H%.guest}.linux")" = "$U.guest" ]` },
  {
    row: "environment",
    script: `[ "$(grep -c -x -e "#LIMA-START" -e "#LIMA-END" /etc/environment)" = 2 ]
      sed -n "/^#LIMA-START/,/^#LIMA-END/p" /etc/environment | cmp - /mnt/lima-cidata/etc_environment`,
  },
  {
    row: "host.lima.internal",
    script: `[ "$(grep host.lima.internal /etc/hosts)" = "$(printf "192.168.5.2\\thost.lima.internal")" ]`,
  },
  {
    row: "COLORTERM by ssh",
    script: `sshd -T 2>/dev/null | grep -qi "acceptenv COLORTERM" || /usr/sbin/sshd -T | grep -qi "acceptenv COLORTERM"`,
  },
  { row: "kernel modules", script: `for m in fuse overlay nf_tables; do grep -q "^$m " /proc/modules; done` },
  {
    row: "guest agent",
    script: `[ "$(readlink /usr/local/bin/lima-guestagent)" = /mnt/lima-cidata/lima-guestagent ]
      [ -S /run/lima-guestagent.sock ] && exit 1
      i=0; until [ -s /run/lima-guestagent/event-state.json ]; do i=$((i + 1)); [ $i -lt 300 ]; sleep 0.2; done
      ${agentRuns}`,
  },
  { row: "host services", script: `[ "$(stat -c "%a %U" /run/host-services)" = "700 $U" ]` },
  { row: "packages", script: "command -v rsync" },
  { row: "ready for ssh", script: `[ "$(cat /run/lima-ssh-ready)" = "$IID" ]` },
];

/** Rows of a guest that cloud-init has set up. */
export const byCloudInit: readonly Row[] = [
  { row: "no user of the distribution's", script: "! getent passwd debian" },
  {
    row: "sudo by cloud-init",
    script: `grep -qxF "$U ALL=(ALL) NOPASSWD:ALL" /etc/sudoers.d/90-cloud-init-users`,
  },
  { row: "route metric", script: `ip -4 route show default dev eth0 | grep -q "metric 200"` },
  { row: "root disk grown", script: "[ $(df --output=size / | tail -n 1) -gt 5242880 ]" },
  {
    row: "per-boot hook",
    script: `[ "$(stat -c %a /var/lib/cloud/scripts/per-boot/00-lima.boot.sh)" = 755 ]`,
  },
  {
    row: "logs of cloud-init",
    script: `[ -s /var/log/cloud-init.log ]; grep -q "^LIMA .*| Exiting with code 0$" /var/log/cloud-init-output.log`,
  },
];

/** Rows of a guest with systemd that is not in plain mode. */
export const bySystemd: readonly Row[] = [
  {
    row: "shell files",
    script: `for f in .profile .bashrc .zshrc; do
      [ "$(grep -c -e "^# Lima BEGIN" -e "^# Lima END" "$H/$f")" = 2 ]; [ "$(stat -c %U "$H/$f")" = "$U" ]; done
      sudo -iu "$U" sh -c "echo \\$PATH" | grep -q :/usr/sbin:/sbin`,
  },
  {
    row: "sysctl",
    script: `grep -qx "net.ipv4.ping_group_range = 0 2147483647" /etc/sysctl.d/99-lima.conf
      [ "$(sysctl -n net.ipv4.ip_unprivileged_port_start)" = 0 ]; [ "$(sysctl -n net.ipv4.ping_group_range | tr -s "\\t" " ")" = "0 2147483647" ]`,
  },
  {
    row: "rootless base",
    script: `grep -qE "^$U:[0-9]+:[0-9]{5,}" /etc/subuid; grep -qE "^$U:[0-9]+:[0-9]{5,}" /etc/subgid
      grep -qx Delegate=yes /etc/systemd/system/user@.service.d/lima.conf
      [ "$(loginctl show-user --property=Linger --value "$U")" = yes ]`,
  },
  {
    row: "guest agent's unit",
    script: "systemctl is-enabled lima-guestagent; systemctl is-active lima-guestagent",
  },
  { row: "mDNS", script: `[ "$(resolvectl mdns eth0 | grep -c yes)" = 1 ]` },
  {
    row: "systemd content",
    script: `[ "$(systemctl is-system-running --wait)" = running ] || { systemctl --failed; exit 1; }`,
  },
];

/** What plain mode leaves as it was; the rows hold only there. */
export const untouched: readonly Row[] = [
  { row: "no environment", script: "! grep -q LIMA-START /etc/environment" },
  { row: "no host.lima.internal", script: "! grep -q host.lima.internal /etc/hosts" },
  { row: "no agent", script: `[ ! -e /mnt/lima-cidata/lima-guestagent ]; ! { ${agentRuns}; }` },
  { row: "no home under the other name", script: `[ ! -e "\${H%.guest}.linux" ]` },
  { row: "no host services", script: "[ ! -e /run/host-services ]" },
  { row: "no marker for ssh", script: "[ ! -e /run/lima-ssh-ready ]" },
  { row: "no sysctl of ours", script: "[ ! -e /etc/sysctl.d/99-lima.conf ]" },
];
