import type { Mount } from "../../config/types.ts";
import { keepAlive, type SshEndpoint, type SshOption, sshArguments, withoutMaster } from "../../store/ssh-plan.ts";
import type { SshProgram } from "../../store/ssh-program.ts";
import { noSftpServer } from "./sftp-server-plan.ts";

/** The two processes of a reverse-sshfs mount; each one's standard output is the other's standard input. */
export interface SshfsPlan {
  readonly location: string;
  readonly mountPoint: string;
  /** Runs on this host and serves the directory; a text says why nothing can. */
  readonly server: readonly string[] | string;
  /** The ssh client that runs sshfs in the guest. */
  readonly client: readonly string[];
  /** Position, in the list of plans, of the mount that holds this mount point; undefined for one on the guest's own disk. */
  readonly parent: number | undefined;
}

export interface SshfsFacts {
  readonly mounts: readonly Mount[];
  /** Locations that are symbolic links. */
  readonly links: ReadonlySet<string>;
  readonly program: SshProgram;
  readonly options: readonly SshOption[];
  readonly endpoint: SshEndpoint;
  /** Host path of OpenSSH's sftp-server; undefined where there is none. */
  readonly sftpServer: string | undefined;
  /** The command that starts this program. */
  readonly self: readonly string[];
}

/** What the guest's side writes to standard error, alone on a line, once the mount is in the guest's table. */
export const mountedLine = "lima-mounted";

/**
 * How the host directories of an instance are mounted. Each mount has an ssh connection of its own: what a person does with
 * the shared one (`limactl shell --reconnect`) leaves it alone, and its data waits for nobody.
 */
export function sshfsPlans(facts: SshfsFacts): readonly SshfsPlan[] {
  const { mounts, links, program, options, endpoint } = facts;
  const own = [...withoutMaster(options), ...keepAlive];
  return mounts.map((mount) => ({
    location: mount.location,
    mountPoint: mount.mountPoint,
    server: serverCommand(mount, facts),
    client: [
      ...program.command,
      ...sshArguments(own),
      "-p",
      String(endpoint.port),
      endpoint.address,
      "--",
      `/bin/sh -c ${word(guestScript(mount, links.has(mount.location)))}`,
    ],
    parent: parentOf(mount, mounts),
  }));
}

/**
 * OpenSSH's server where there is one, else this program's; unless the mount asks for either. OpenSSH's expands `%d` and the
 * like in its start directory. Read-only is enforced here, whatever the guest asks for.
 */
function serverCommand(
  { location, writable, sshfs }: Mount,
  { sftpServer, self }: SshfsFacts,
): readonly string[] | string {
  const readOnly = writable ? [] : ["-R"];
  const builtin = [...self, "sftp-server", "-d", location, ...readOnly];
  if (sshfs.sftpDriver === "builtin") return builtin;
  if (sftpServer !== undefined) return [sftpServer, "-e", "-d", location.replaceAll("%", "%%"), ...readOnly];
  return sshfs.sftpDriver === "openssh-sftp-server" ? noSftpServer : builtin;
}

/** Options of sshfs for a mount. */
function sshfsOptions({ sshfs }: Mount): string {
  return `allow_other${sshfs.cache ? "" : ",cache=no"}${sshfs.followSymlinks ? ",follow_symlinks" : ""}`;
}

/**
 * Makes the mount point, takes away what an earlier mount left there, becomes sshfs, and tells when the mount is in the
 * table. A dead mount answers nothing but an unmount, and the table has paths resolved and blanks as octal numbers.
 * Without a backslash of its own, for a login shell like fish reads one even between single quotes. sshfs takes a link for
 * no directory, so that one is named by the directory that it leads to at the time.
 */
function guestScript(mount: Mount, isLink: boolean): string {
  const { location, mountPoint, writable } = mount;
  return [
    `point=${word(mountPoint)}`,
    'detach() { fusermount3 -u -z "$1" || fusermount -u -z "$1"; }',
    'mkdir -p "$point" 2>/dev/null || { detach "$point" 2>/dev/null; mkdir -p "$point" || exit 1; }',
    'real=$(readlink -f "$point") || exit 1',
    `b=$(awk 'BEGIN { printf "%c", 92 }')`,
    `listed=$(printf %s "$real" | sed "s/$b$b/$b$b"134"/g; s/ /$b$b"040"/g; s/\t/$b$b"011"/g")`,
    'mounted() { grep -qsF " $listed fuse.sshfs " /proc/mounts; }',
    "for again in 1 2 3 4 5; do",
    '  mounted && detach "$real" 2>/dev/null',
    "done",
    'mounted && { echo "cannot unmount what an earlier mount left at $real" >&2; exit 1; }',
    "more=",
    "help=$(sshfs --help </dev/null 2>&1)",
    // newer ones refuse links that lead up or away, which a working directory of the host is full of
    "case $help in *no_contain_symlinks*) more=,no_contain_symlinks ;; esac",
    // older ones refuse a mount point that has files, which newer ones cover
    "case $help in *nonempty*) more=$more,nonempty ;; esac",
    "(",
    "  while kill -0 $$ 2>/dev/null; do",
    `    if mounted; then echo ${mountedLine} >&2; exit; fi`,
    "    sleep 0.05",
    "  done",
    ") </dev/null >/dev/null &",
    `exec sshfs ${word(`:${location}${isLink ? "/." : ""}`)} "$point" -o slave${writable ? "" : " -o ro"} -o ${sshfsOptions(mount)}$more`,
  ].join("\n");
}

function parentOf({ mountPoint }: Mount, mounts: readonly Mount[]): number | undefined {
  let parent: number | undefined;
  for (const [index, other] of mounts.entries()) {
    const root = other.mountPoint.replace(/\/+$/, "");
    if (!mountPoint.startsWith(`${root}/`) || mountPoint.length <= root.length + 1) continue;
    if (parent === undefined || root.length > (mounts[parent]?.mountPoint.length ?? 0)) parent = index;
  }
  return parent;
}

/** A word for any shell that knows both kinds of quotes, fish among them. */
function word(text: string): string {
  return `'${text.replaceAll("'", `'"'"'`)}'`;
}
