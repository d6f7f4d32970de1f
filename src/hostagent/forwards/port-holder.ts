import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { holderText, socketInodes } from "./port-holder-plan.ts";

/**
 * The program that holds a port of this host, for people, as `holderText` puts it.
 * @returns undefined where it cannot be seen: another user's program, or a host other than Linux
 */
export function portHolder(protocol: "tcp" | "udp", port: number): string | undefined {
  const inodes = new Set(
    [protocol, `${protocol}6`].flatMap((table) => socketInodes(readProc(`net/${table}`), protocol, port)),
  );
  if (inodes.size === 0) return undefined;
  const pid = listProc("").find((name) => /^\d+$/.test(name) && holdsAny(name, inodes));
  if (pid === undefined) return undefined;
  return holderText(readProc(`${pid}/comm`).trim(), readProc(`${pid}/cmdline`).split("\0").slice(0, -1), Number(pid));
}

function holdsAny(pid: string, inodes: ReadonlySet<string>): boolean {
  return listProc(`${pid}/fd`).some((fd) => {
    try {
      return inodes.has(/^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? "");
    } catch {
      return false;
    }
  });
}

/** Processes end while they are looked at, and those of other users show nothing. */
function listProc(path: string): readonly string[] {
  try {
    return readdirSync(`/proc/${path}`);
  } catch {
    return [];
  }
}

function readProc(path: string): string {
  try {
    return readFileSync(`/proc/${path}`, "utf8");
  } catch {
    return "";
  }
}
