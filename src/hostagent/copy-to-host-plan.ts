/** A word for any POSIX shell. */
function word(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** The command line that reads a file of the guest, in words that are the same everywhere. @param asRoot by sudo */
export function readCommand(guestPath: string, asRoot: boolean): string {
  return `${asRoot ? "sudo " : ""}env LANG=C LC_ALL=C cat ${word(guestPath)}`;
}

/** What is to be done after `cat` in the guest failed. */
export type ReadFailure = "as-root" | "skip" | "failed";

/** Judges the failure by what `cat` said. @param asRoot it was root who could not read it */
export function judgeReadFailure(stderr: string, asRoot: boolean, skipIfMissing: boolean): ReadFailure {
  if (!asRoot && stderr.includes("Permission denied")) return "as-root";
  return skipIfMissing && stderr.includes("No such file or directory") ? "skip" : "failed";
}
