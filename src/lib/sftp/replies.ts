import type { StatsFs } from "node:fs";
import { noAttributes } from "./attributes.ts";
import { extensions } from "./requests.ts";
import { field } from "./wire.ts";

/** Codes of SSH_FXP_STATUS. */
export const status = {
  ok: 0,
  endOfFile: 1,
  noSuchFile: 2,
  permissionDenied: 3,
  failure: 4,
  badMessage: 5,
  unsupported: 8,
} as const;

const texts = [
  "Success",
  "End of file",
  "No such file",
  "Permission denied",
  "Failure",
  "Bad message",
  "",
  "",
  "Operation unsupported",
];

/** A name with what is told of it. */
export interface Name {
  readonly name: string;
  /** ATTRS. @default none */
  readonly attributes?: Buffer;
}

/** The body of an answer, its type first; `id` is the request's number. */
export const reply = {
  version: () => Buffer.concat([field.byte(2), field.uint32(3), ...extensions.flat().map(field.text)]),
  status: (id: number, code: number) =>
    Buffer.concat([
      field.byte(101),
      field.uint32(id),
      field.uint32(code),
      field.text(texts[code] ?? ""),
      field.text(""),
    ]),
  handle: (id: number, handle: string) => Buffer.concat([field.byte(102), field.uint32(id), field.text(handle)]),
  data: (id: number, data: Buffer) =>
    Buffer.concat([field.byte(103), field.uint32(id), field.uint32(data.length), data]),
  names: (id: number, names: readonly Name[]) =>
    Buffer.concat([
      field.byte(104),
      field.uint32(id),
      field.uint32(names.length),
      ...names.flatMap(({ name, attributes }) => [field.text(name), field.text(name), attributes ?? noAttributes]),
    ]),
  attributes: (id: number, attributes: Buffer) => Buffer.concat([field.byte(105), field.uint32(id), attributes]),
  /** Answer to statvfs@openssh.com; the file system's number and flags are not told. */
  space: (id: number, { bsize, blocks, bfree, bavail, files, ffree }: StatsFs, isReadOnly: boolean) =>
    Buffer.concat([
      field.byte(201),
      field.uint32(id),
      ...[bsize, bsize, blocks, bfree, bavail, files, ffree, ffree, 0, (isReadOnly ? 1 : 0) | 2, 255].map(field.uint64),
    ]),
};

/** The status for an error of the operating system, as OpenSSH's server has it. */
export function statusOf(code: string | undefined): number {
  switch (code) {
    case "ENOENT":
    case "ENOTDIR":
    case "EBADF":
    case "ELOOP":
      return status.noSuchFile;
    case "EPERM":
    case "EACCES":
    case "EROFS":
      return status.permissionDenied;
    case "ENAMETOOLONG":
    case "EINVAL":
      return status.badMessage;
    case "ENOSYS":
    case "ENOTSUP":
      return status.unsupported;
    default:
      return status.failure;
  }
}
