/** What a root user who has asked for it (`LIMA_REFUSE_ROOT=1`) is told instead of being served. */
export const rootRefusal = "limactl: must not run as the root user";

export function isRoot(): boolean {
  return process.geteuid?.() === 0;
}

/** Whether this command line is refused; the build of packages, which often runs as root, may write its pages. */
export function refusesRoot(args: readonly string[]): boolean {
  return isRoot() && process.env.LIMA_REFUSE_ROOT === "1" && args[0] !== "generate-doc";
}
