import { posix, win32 } from "node:path";
import type { Host, HostOs } from "../lib/host.ts";
import { quote } from "../lib/quote.ts";

/** The path functions of the host, whatever system this program runs on. */
export function pathsOf(os: HostOs): typeof posix {
  return os === "windows" ? win32 : posix;
}

/** Bytes that a socket's path may have, plus one. */
export function unixPathMax(os: HostOs): number {
  return os === "linux" || os === "windows" ? 108 : 104;
}

/**
 * Makes a host path absolute; a leading `~` or `~/` is the home directory.
 * @throws Error `empty path`, ``unexpandable path `~x` ``
 */
export function expandHostPath(path: string, host: Pick<Host, "os" | "home" | "cwd">): string {
  const paths = pathsOf(host.os);
  if (path === "") throw new Error("empty path");
  if (path === "~") return host.home;
  if (path.startsWith("~/") || (host.os === "windows" && path.startsWith("~\\")))
    return paths.join(host.home, path.slice(2));
  if (path.startsWith("~")) throw new Error(`unexpandable path ${quote(path)}`);
  return paths.isAbsolute(path) ? paths.normalize(path).replace(/(?<=[^/\\:])[/\\]$/, "") : paths.join(host.cwd, path);
}

/** Where a Windows host's path appears in a guest: `C:\Users\x` as `/c/Users/x`; other paths stay. */
export function guestPathOf(path: string, os: HostOs): string {
  if (os !== "windows") return path;
  const drive = /^([A-Za-z]):(.*)$/.exec(path);
  const rest = (drive?.[2] ?? path).replaceAll("\\", "/");
  return drive?.[1] === undefined ? rest : `/${drive[1].toLowerCase()}${rest}`;
}
