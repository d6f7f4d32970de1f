import { posix } from "node:path";
import { UserError } from "../../lib/errors.ts";
import { quote } from "../../lib/quote.ts";

/** A path of the guest, cleaned. @throws UserError for an empty or relative one */
export function absolutePath(path: string): string {
  if (path === "") throw new UserError("path is empty");
  if (!path.startsWith("/")) {
    throw new UserError(`expected an absolute path, got a relative path: ${quote(path)}`);
  }
  return posix.normalize(path);
}

/** True for a pattern that may match more than itself. */
export function isPattern(text: string): boolean {
  return /[*?[\\]/.test(text);
}

/**
 * The expression for one part of a path pattern, by the rules of Go's path.Match: `*`, `?`, `[a-z]`, `[^a]` and `\x`.
 * @throws UserError for a pattern that is none
 */
export function patternRegExp(pattern: string): RegExp {
  const broken = () => new UserError("syntax error in pattern");
  let source = "";
  const chars = Array.from(pattern);
  let index = 0;
  const literal = (): string => {
    const char = chars[index++];
    if (char !== "\\") return char ?? "";
    const next = chars[index++];
    if (next === undefined) throw broken();
    return next;
  };
  const escaped = (char: string) => char.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
  const inSet = (char: string) => (char === "-" ? "\\-" : escaped(char));
  while (index < chars.length) {
    const char = chars[index];
    if (char === "*" || char === "?") {
      index += 1;
      source += char === "*" ? "[^/]*" : "[^/]";
    } else if (char === "[") {
      index += 1;
      let set = "";
      if (chars[index] === "^") {
        set = "^";
        index += 1;
      }
      for (let first = true; first || chars[index] !== "]"; first = false) {
        if (index >= chars.length || chars[index] === "]" || chars[index] === "-") throw broken();
        const low = literal();
        let high = low;
        if (chars[index] === "-") {
          index += 1;
          if (index >= chars.length || chars[index] === "]" || chars[index] === "-") throw broken();
          high = literal();
        }
        if (low <= high) set += low === high ? inSet(low) : `${inSet(low)}-${inSet(high)}`;
      }
      if (chars[index] !== "]") throw broken();
      index += 1;
      source += set === "" ? "[]" : `[${set}]`;
    } else source += escaped(literal());
  }
  return new RegExp(`^${source}$`, "su");
}

const goBits = {
  directory: 2 ** 31,
  symlink: 2 ** 27,
  device: 2 ** 26,
  pipe: 2 ** 25,
  socket: 2 ** 24,
  setuid: 2 ** 23,
  setgid: 2 ** 22,
  charDevice: 2 ** 21,
  sticky: 2 ** 20,
} as const;

const fileTypes: Readonly<Record<number, number>> = {
  1: goBits.pipe,
  2: goBits.device + goBits.charDevice,
  4: goBits.directory,
  6: goBits.device,
  10: goBits.symlink,
  12: goBits.socket,
};

/** `st_mode` of stat(2) as Go's fs.FileMode, which has bits of its own for types and for setuid and its like. */
export function goFileMode(mode: number): number {
  const special =
    ((mode & 0o4000) === 0 ? 0 : goBits.setuid) +
    ((mode & 0o2000) === 0 ? 0 : goBits.setgid) +
    ((mode & 0o1000) === 0 ? 0 : goBits.sticky);
  return (mode & 0o777) + special + (fileTypes[(mode >> 12) & 0o17] ?? 0);
}

/** True for `st_mode` of a directory. */
export function isDirectoryMode(mode: number): boolean {
  return ((mode >> 12) & 0o17) === 4;
}
