import { dirname, join } from "node:path";

/** Where OpenSSH installs its sftp-server outside PATH, likeliest first. */
const places = [
  "/usr/libexec/sftp-server",
  "/usr/libexec/openssh/sftp-server",
  "/usr/lib/sftp-server",
  "/usr/lib/openssh/sftp-server",
  "/usr/lib/ssh/sftp-server",
];

/** Where Homebrew links sshd; the server lies in the cellar that the link leads to. */
export const brewSshds: readonly string[] = ["/usr/local/sbin/sshd", "/opt/homebrew/sbin/sshd"];

/**
 * Where to look for sftp-server, in order.
 * @param inPath what PATH has under that name
 * @param cellarSshds Homebrew's sshd with its links resolved, those that exist
 */
export function sftpServerPlaces(inPath: string | undefined, cellarSshds: readonly string[]): readonly string[] {
  const cellars = cellarSshds.map((sshd) => join(dirname(dirname(sshd)), "libexec/sftp-server"));
  return [...(inPath === undefined ? [] : [inPath]), ...cellars, ...places];
}

/** What to do when a mount asks for OpenSSH's and there is none. */
export const noSftpServer =
  "`sshfs.sftpDriver: openssh-sftp-server` needs OpenSSH's `sftp-server` on this host, and there is none: install the package " +
  "`openssh-sftp-server` (Debian, Ubuntu), `openssh-server` (Fedora, RHEL), `openssh` (Arch, SUSE, Alpine, Homebrew), or " +
  "leave `sshfs.sftpDriver` out";
