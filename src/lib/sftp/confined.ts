import { closeSync, constants, fstatSync, openSync, readlinkSync, realpathSync } from "node:fs";
import { posix } from "node:path";
import { isWithin, pathBelow } from "./path-plan.ts";

/** open(2)'s O_PATH, a descriptor that only stands for a place; Linux alone has it. */
const O_PATH = 0o10000000;

/** A path that must not be followed. */
class Outside extends Error {
  readonly code = "EACCES";
}

/**
 * The served directory. On Linux a place in it is held by a descriptor of its parent while it is used, so that nobody who
 * swaps a directory for a symbolic link meanwhile leads the server elsewhere; other systems compare resolved paths.
 */
export class Confined {
  /** With its symbolic links resolved. */
  private readonly real: string;

  /** @param root absolute. @throws Error when it does not exist */
  constructor(private readonly root: string) {
    this.real = realpathSync(root);
  }

  /**
   * Lets `use` work on a client's path. The last part is not followed: a symbolic link is meant itself.
   * @throws Outside when its directory is not within, whatever `use` throws, and what the system says of the directory
   */
  at<T>(path: string, use: (place: string) => T): T {
    const below = pathBelow(this.root, path);
    if (below === undefined) throw new Outside(path);
    return this.in(posix.join(this.real, below), use);
  }

  /** Like `at`, for what the served directory itself must not be: removed or renamed. */
  entry<T>(path: string, use: (place: string) => T): T {
    if (pathBelow(this.root, path) === ".") throw new Outside(path);
    return this.at(path, use);
  }

  /**
   * Lets `use` work on the file that a client's path leads to, symbolic links followed, which must be within too. A call
   * that would follow yet another link, put there meanwhile, finds the file itself: it is held as well.
   */
  following<T>(path: string, use: (place: string) => T): T {
    return this.in(this.resolve(path), (place) => {
      if (process.platform !== "linux") return use(place);
      const held = openSync(place, O_PATH | constants.O_NOFOLLOW);
      try {
        if (fstatSync(held).isSymbolicLink()) throw new Outside(path);
        return use(`/proc/self/fd/${held}`);
      } finally {
        closeSync(held);
      }
    });
  }

  /** Like `at`, for the file that a symbolic link leads to. */
  target<T>(path: string, use: (place: string) => T): T {
    return this.in(this.resolve(path), use);
  }

  private resolve(path: string): string {
    return this.at(path, (place) => realpathSync(place));
  }

  private in<T>(real: string, use: (place: string) => T): T {
    if (!isWithin(this.real, real)) throw new Outside(real);
    // the directory itself, whose parent is not within
    if (real === this.real) return use(real);
    const parent = posix.dirname(real);
    if (process.platform !== "linux") {
      if (!isWithin(this.real, realpathSync(parent))) throw new Outside(real);
      return use(real);
    }
    const held = openSync(parent, O_PATH | constants.O_DIRECTORY);
    try {
      const link = `/proc/self/fd/${held}`;
      if (!isWithin(this.real, readlinkSync(link))) throw new Outside(real);
      return use(posix.join(link, posix.basename(real)));
    } finally {
      closeSync(held);
    }
  }
}
