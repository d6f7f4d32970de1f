import {
  chmodSync,
  chownSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  futimesSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  renameSync,
  rmdirSync,
  statfsSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeSync,
} from "node:fs";
import { posix } from "node:path";
import { type Attributes, writeAttributes } from "./attributes.ts";
import { Confined } from "./confined.ts";
import { Handles } from "./handles.ts";
import { type Name, reply, status, statusOf } from "./replies.ts";
import type { Request } from "./requests.ts";

/** What is served, and how. */
export interface FileServerOptions {
  /** The directory, absolute, by the name that the client uses. */
  readonly root: string;
  readonly readOnly: boolean;
}

const flag = { read: 1, write: 2, append: 4, create: 8, truncate: 16, exclusive: 32 } as const;
/** Longest piece of a file, and most names, in one answer. */
const readBytes = 256 * 1024;
const namesAtATime = 200;

const changes: ReadonlySet<Request["kind"]> = new Set([
  ...([
    "write",
    "setstat",
    "fsetstat",
    "remove",
    "mkdir",
    "rmdir",
    "rename",
    "posix-rename",
    "hardlink",
    "symlink",
  ] as const),
]);

/** Does what requests ask for, within one directory. */
export class FileServer {
  private readonly confined: Confined;
  private readonly handles = new Handles();

  constructor(private readonly options: FileServerOptions) {
    this.confined = new Confined(options.root);
  }

  /** @returns the body of the answer; what fails is an answer too */
  answer(id: number, request: Request): Buffer {
    try {
      const isChange = changes.has(request.kind) || (request.kind === "open" && (request.flags & ~flag.read) !== 0);
      if (isChange && this.options.readOnly) return reply.status(id, status.permissionDenied);
      return this.act(id, request) ?? reply.status(id, status.ok);
    } catch (error) {
      return reply.status(id, statusOf((error as NodeJS.ErrnoException).code));
    }
  }

  private act(id: number, request: Request): Buffer | undefined {
    const { confined, handles } = this;
    switch (request.kind) {
      case "open":
        return reply.handle(id, this.open(request.path, request.flags, request.attributes));
      case "close":
        return void handles.close(request.handle);
      case "read":
        return this.read(id, request.handle, request.offset, request.length);
      case "write":
        return void this.write(request.handle, request.offset, request.data);
      case "lstat":
        return reply.attributes(id, writeAttributes(confined.at(request.path, (place) => lstatSync(place))));
      case "stat":
        return reply.attributes(id, writeAttributes(confined.following(request.path, (place) => statSync(place))));
      case "fstat":
        return reply.attributes(id, writeAttributes(fstatSync(handles.get(request.handle, "file").fd)));
      case "setstat":
        return void confined.following(request.path, (place) => setAttributes(place, request.attributes));
      case "fsetstat":
        return void setOpenAttributes(handles.get(request.handle, "file").fd, request.attributes);
      case "opendir": {
        const names = confined.following(request.path, (place) => readdirSync(place));
        return reply.handle(id, handles.add({ kind: "directory", path: request.path, left: [".", "..", ...names] }));
      }
      case "readdir":
        return this.readDirectory(id, request.handle);
      case "remove":
        return void confined.entry(request.path, (place) => unlinkSync(place));
      case "mkdir":
        return void confined.at(request.path, (place) => mkdirSync(place, request.attributes.mode ?? 0o777));
      case "rmdir":
        return void confined.entry(request.path, (place) => rmdirSync(place));
      case "realpath":
        return reply.names(id, [{ name: posix.resolve(this.options.root, request.path) }]);
      case "rename":
        return void this.both(request.from, request.to, (from, to) => {
          // version 3 does not replace: two names for a moment, so that nothing can be lost
          if (lstatSync(from).isDirectory()) return renameSync(from, to);
          linkSync(from, to);
          unlinkSync(from);
        });
      case "posix-rename":
        return void this.both(request.from, request.to, renameSync);
      case "hardlink":
        return void this.both(request.from, request.to, linkSync);
      case "readlink":
        return reply.names(id, [{ name: confined.at(request.path, (place) => readlinkSync(place)) }]);
      case "symlink":
        return void confined.at(request.path, (place) => symlinkSync(request.target, place));
      case "statvfs":
        return reply.space(
          id,
          confined.following(request.path, (place) => statfsSync(place)),
          this.options.readOnly,
        );
      case "fsync":
        return void fsyncSync(handles.get(request.handle, "file").fd);
      case "unknown":
        return reply.status(id, status.unsupported);
    }
  }

  private both(from: string, to: string, use: (from: string, to: string) => void): void {
    this.confined.entry(from, (old) => this.confined.entry(to, (now) => use(old, now)));
  }

  private open(path: string, flags: number, { mode }: Attributes): string {
    const how = openFlags(flags) | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    const use = (place: string) => openSync(place, how, mode ?? 0o666);
    let fd: number;
    try {
      fd = this.confined.at(path, use);
    } catch (error) {
      // a symbolic link; it may have become another one meanwhile, and then that is the answer
      if ((error as NodeJS.ErrnoException).code !== "ELOOP") throw error;
      fd = this.confined.target(path, use);
    }
    return this.handles.add({ kind: "file", fd, appends: (flags & flag.append) !== 0 });
  }

  private read(id: number, handle: string, offset: number, length: number): Buffer {
    const buffer = Buffer.allocUnsafe(Math.min(length, readBytes));
    const count = readSync(this.handles.get(handle, "file").fd, buffer, 0, buffer.length, offset);
    return count === 0 && length > 0 ? reply.status(id, status.endOfFile) : reply.data(id, buffer.subarray(0, count));
  }

  private write(handle: string, offset: number, data: Buffer): void {
    const { fd, appends } = this.handles.get(handle, "file");
    for (let done = 0; done < data.length; )
      done += writeSync(fd, data, done, data.length - done, appends ? null : offset + done);
  }

  private readDirectory(id: number, handle: string): Buffer {
    const directory = this.handles.get(handle, "directory");
    if (directory.left.length === 0) return reply.status(id, status.endOfFile);
    const now = directory.left.slice(0, namesAtATime);
    directory.left = directory.left.slice(namesAtATime);
    const names = this.confined.following(directory.path, (place) =>
      now.map((name): Name => {
        try {
          // what is above the directory is told as the directory itself
          const isHere = name === "." || name === "..";
          const stats = isHere ? statSync(place) : lstatSync(posix.join(place, name));
          return { name, attributes: writeAttributes(stats) };
        } catch {
          return { name };
        }
      }),
    );
    return reply.names(id, names);
  }
}

function openFlags(flags: number): number {
  const access =
    (flags & flag.write) === 0 ? constants.O_RDONLY : (flags & flag.read) === 0 ? constants.O_WRONLY : constants.O_RDWR;
  return (
    access |
    (flags & flag.append ? constants.O_APPEND : 0) |
    (flags & flag.create ? constants.O_CREAT : 0) |
    (flags & flag.truncate ? constants.O_TRUNC : 0) |
    (flags & flag.exclusive ? constants.O_EXCL : 0)
  );
}

function setAttributes(place: string, { size, owner, mode, times }: Attributes): void {
  if (size !== undefined) truncateSync(place, size);
  if (mode !== undefined) chmodSync(place, mode);
  if (times !== undefined) utimesSync(place, times.access, times.change);
  if (owner !== undefined) chownSync(place, owner.uid, owner.gid);
}

function setOpenAttributes(fd: number, { size, owner, mode, times }: Attributes): void {
  if (size !== undefined) ftruncateSync(fd, size);
  if (mode !== undefined) fchmodSync(fd, mode);
  if (times !== undefined) futimesSync(fd, times.access, times.change);
  if (owner !== undefined) fchownSync(fd, owner.uid, owner.gid);
}
