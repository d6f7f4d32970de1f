import { quote } from "../lib/quote.ts";

/** What lstat(2) tells of a path, as far as it matters here. */
export interface PathStat {
  readonly kind: "file" | "directory" | "symlink";
  readonly uid: number;
  readonly gid: number;
  /** Permission bits. */
  readonly mode: number;
}

export interface PathRules {
  /** Looks at a path itself, undefined where there is nothing. */
  stat(path: string): PathStat | undefined;
  /** The id of the group `daemon`, which may write too and must be able to enter: for `varRun`. @default root's group alone */
  readonly daemonGroup?: number;
}

const groupWritable = 0o020;
const othersWritable = 0o002;
const othersExecutable = 0o001;
const groupExecutable = 0o010;

/**
 * Why root must not trust a path: it, or a directory above it, could be changed by someone else.
 * @returns undefined for a path that is safe
 */
export function pathProblem(path: string, rules: PathRules): string | undefined {
  if (!path.startsWith("/")) return `path ${quote(path)} is not an absolute path`;
  if (/\s/.test(path)) return `path ${quote(path)} contains whitespace`;
  let place = path;
  if (rules.daemonGroup !== undefined) while (place !== "/" && rules.stat(place) === undefined) place = parent(place);
  for (; ; place = parent(place)) {
    const problem = placeProblem(place, rules);
    if (problem !== undefined || place === "/") return problem;
  }
}

function parent(path: string): string {
  return path.replace(/\/+[^/]*\/*$/, "") || "/";
}

function placeProblem(place: string, { stat, daemonGroup }: PathRules): string | undefined {
  const found = stat(place);
  if (found === undefined) return `stat ${place}: no such file or directory`;
  const what = `${found.kind === "directory" ? "dir" : "file"} ${quote(place)}`;
  if (found.kind === "symlink") return `${what} is a symlink`;
  if (found.uid !== 0) return `${what} is not owned by \`root\` (uid: 0), but by uid ${found.uid}`;
  const trusted = found.gid === 0 || found.gid === daemonGroup;
  if ((found.mode & groupWritable) !== 0 && !trusted) {
    return daemonGroup === undefined
      ? `${what} is group-writable and group is not \`root\` (gid: 0), but is gid: ${found.gid}`
      : `${what} is group-writable and group is neither \`root\` (gid: 0) nor \`daemon\` (gid: ${daemonGroup}), but is gid: ${found.gid}`;
  }
  if (found.kind === "directory" && daemonGroup !== undefined) {
    const byGroup = found.gid === daemonGroup && (found.mode & groupExecutable) !== 0;
    if ((found.mode & othersExecutable) === 0 && !byGroup) {
      return `${what} is not executable by the \`daemon\` (gid: ${daemonGroup})" group`;
    }
  }
  return (found.mode & othersWritable) === 0 ? undefined : `${what} is world-writable`;
}
