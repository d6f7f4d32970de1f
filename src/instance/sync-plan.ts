import type { HostOs } from "../lib/host.ts";

/** The fewest levels a directory must be below the root to be synced: `/home/u/x` has 4. */
export const minimumDepth = 4;

/** How deep an absolute directory lies: its separators and one more. Runs of separators count once, a last one not. */
export function pathDepth(directory: string, os: HostOs): number {
  const windows = os === "windows";
  const plain = windows ? directory.replace(/^\\\\[?.]\\/, "").replaceAll("\\", "/") : directory;
  const single = plain.replace(/\/+/g, "/");
  const isRoot = single === "/" || (windows && /^[A-Za-z]:\/$/.test(single));
  const counted = isRoot ? single : single.replace(/\/$/, "");
  return counted.split("/").length;
}

/** What a sync back would do to the host's directory. */
export interface SyncChanges {
  readonly added: number;
  readonly deleted: number;
  readonly modified: number;
  /** Files of which only times, modes or the like differ. */
  readonly metadata: number;
}

/** Counts the lines of `rsync --itemize-changes`; other lines of its output are passed over. */
export function countChanges(output: string): SyncChanges {
  const changes = { added: 0, deleted: 0, modified: 0, metadata: 0 };
  for (const line of output.split("\n")) {
    if (line.startsWith("*deleting ")) changes.deleted += 1;
    // Kind of update, kind of file, then nine attributes (rsync(1), --itemize-changes).
    const [, kind, attributes = ""] = /^([<>c.])[fdLDS]([^ ]{9}) ./.exec(line) ?? [];
    if (kind === undefined) continue;
    if (kind !== ".") changes[attributes.startsWith("+") ? "added" : "modified"] += 1;
    else if (/[^.]/.test(attributes)) changes.metadata += 1;
  }
  return changes;
}

/** True when a sync back would do nothing. */
export function isUnchanged({ added, deleted, modified, metadata }: SyncChanges): boolean {
  return added + deleted + modified + metadata === 0;
}

/** The question that people are asked before their directory is changed. */
export function changesQuestion({ added, deleted, modified, metadata }: SyncChanges): string {
  return `⚠️ Accept the changes? (added: ${added}, deleted: ${deleted}, modified: ${modified}, metadata: ${metadata})`;
}

/** The pager and its arguments; a `less` is told to pass colours on, unless it has been. */
export function pagerCommand(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  const words = (env.PAGER ?? "").split(/\s+/).filter((word) => word !== "");
  const [program = "less", ...args] = words;
  const isLess = /(?:^|\/)less$/.test(program);
  const options = [...args, ...(env.LESS ?? "").split(/\s+/)];
  const raw = options.some((word) => /^--(?:raw|RAW)-control-chars$/i.test(word) || /^-?[A-Za-z]*[rR]/.test(word));
  return [program, ...args, ...(isLess && !raw ? ["-R"] : [])];
}
