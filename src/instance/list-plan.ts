import { formatSize } from "../lib/sizes.ts";
import type { Instance } from "./record.ts";

/** What decides which columns the table of instances has. */
export interface TableFacts {
  readonly instances: readonly Instance[];
  /** The host's architecture by lima.yaml's name. */
  readonly hostArch: string;
  readonly home: string;
  /** Width of the terminal in characters; undefined when there is none or it does not tell: nothing is hidden. */
  readonly columns: number | undefined;
}

/** Characters that one column counts for. */
const unit = 8;

/** The rows of `limactl list`, header first. Columns that say the same in every row make way on a narrow terminal. */
export function tableRows(facts: TableFacts): readonly (readonly string[])[] {
  const hidden = hiddenColumns(facts);
  const columns: readonly (readonly [string, (instance: Instance) => string])[] = [
    ["NAME", (each) => each.name],
    ["STATUS", (each) => each.status],
    ["SSH", (each) => `${each.sshAddress}:${each.sshLocalPort}`],
    ["VMTYPE", (each) => each.vmType],
    ["ARCH", (each) => each.arch],
    ["CPUS", (each) => String(each.cpus)],
    ["MEMORY", (each) => formatSize(each.memoryBytes)],
    ["DISK", (each) => formatSize(each.diskBytes)],
    ["DIR", (each) => shortened(each.dir, facts.home)],
  ];
  const shown = columns.filter(([name]) => !hidden.has(name));
  return [shown.map(([name]) => name), ...facts.instances.map((each) => shown.map(([, cell]) => cell(each)))];
}

function hiddenColumns({ instances, hostArch, columns }: TableFacts): ReadonlySet<string> {
  const hidden = new Set<string>();
  if (columns === undefined || columns === 0) return hidden;
  const vmTypes = new Set(instances.map((each) => each.vmType));
  const archs = new Set(instances.map((each) => each.arch));
  let count = 5;
  if ((count + 7) * unit > columns && vmTypes.size === 1) hidden.add("VMTYPE");
  else count += 1;
  if ((count + 6) * unit > columns && archs.size === 1 && archs.has(hostArch)) hidden.add("ARCH");
  else count += 1;
  count += 3;
  if ((count + 2) * unit > columns) hidden.add("DIR");
  return hidden;
}

function shortened(dir: string, home: string): string {
  if (home === "" || home === "/") return dir;
  return dir === home || dir.startsWith(`${home}/`) ? `~${dir.slice(home.length)}` : dir;
}
