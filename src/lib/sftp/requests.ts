import { type Attributes, readAttributes } from "./attributes.ts";
import { BadMessage, Reader } from "./wire.ts";

/** What a client may ask for. Paths and handles are as it named them. */
export type Request =
  | { readonly kind: "open"; readonly path: string; readonly flags: number; readonly attributes: Attributes }
  | { readonly kind: "close" | "fstat" | "readdir" | "fsync"; readonly handle: string }
  | { readonly kind: "read"; readonly handle: string; readonly offset: number; readonly length: number }
  | { readonly kind: "write"; readonly handle: string; readonly offset: number; readonly data: Buffer }
  | {
      readonly kind: "lstat" | "stat" | "opendir" | "remove" | "rmdir" | "realpath" | "readlink" | "statvfs";
      readonly path: string;
    }
  | { readonly kind: "setstat" | "mkdir"; readonly path: string; readonly attributes: Attributes }
  | { readonly kind: "fsetstat"; readonly handle: string; readonly attributes: Attributes }
  | { readonly kind: "rename" | "posix-rename" | "hardlink"; readonly from: string; readonly to: string }
  | { readonly kind: "symlink"; readonly target: string; readonly path: string }
  | { readonly kind: "unknown" };

/** A message of the client: the beginning of the conversation, or a request with its number. */
export type Message =
  | { readonly kind: "init" }
  | { readonly kind: "request"; readonly id: number; readonly request: Request };

/** Names of openssh's extensions that the server has, with their versions. */
export const extensions: readonly (readonly [name: string, version: string])[] = [
  ["posix-rename@openssh.com", "1"],
  ["statvfs@openssh.com", "2"],
  ["hardlink@openssh.com", "1"],
  ["fsync@openssh.com", "1"],
];

const byPath = {
  7: "lstat",
  11: "opendir",
  13: "remove",
  15: "rmdir",
  16: "realpath",
  17: "stat",
  19: "readlink",
} as const;
const byHandle = { 4: "close", 8: "fstat", 12: "readdir" } as const;

/**
 * Reads a message of SFTP version 3 (draft-ietf-secsh-filexfer-02, and OpenSSH's PROTOCOL for the extensions and for the
 * order of SYMLINK's paths).
 * @param bytes without the length before it
 * @throws BadMessage when it ends too early
 */
export function readMessage(bytes: Buffer): Message {
  const reader = new Reader(bytes);
  const type = reader.byte();
  if (type === 1) {
    if (reader.uint32() < 3) throw new BadMessage("the client speaks an older version of SFTP than 3");
    return { kind: "init" };
  }
  return { kind: "request", id: reader.uint32(), request: readRequest(type, reader) };
}

function readRequest(type: number, reader: Reader): Request {
  if (type in byPath) return { kind: byPath[type as keyof typeof byPath], path: reader.text() };
  if (type in byHandle) return { kind: byHandle[type as keyof typeof byHandle], handle: reader.text() };
  switch (type) {
    case 3:
      return { kind: "open", path: reader.text(), flags: reader.uint32(), attributes: readAttributes(reader) };
    case 5:
      return { kind: "read", handle: reader.text(), offset: reader.uint64(), length: reader.uint32() };
    case 6:
      return { kind: "write", handle: reader.text(), offset: reader.uint64(), data: reader.bytesOf() };
    case 9:
      return { kind: "setstat", path: reader.text(), attributes: readAttributes(reader) };
    case 10:
      return { kind: "fsetstat", handle: reader.text(), attributes: readAttributes(reader) };
    case 14:
      return { kind: "mkdir", path: reader.text(), attributes: readAttributes(reader) };
    case 18:
      return { kind: "rename", from: reader.text(), to: reader.text() };
    case 20:
      return { kind: "symlink", target: reader.text(), path: reader.text() };
    case 200:
      return readExtended(reader);
    default:
      return { kind: "unknown" };
  }
}

function readExtended(reader: Reader): Request {
  switch (reader.text()) {
    case "posix-rename@openssh.com":
      return { kind: "posix-rename", from: reader.text(), to: reader.text() };
    case "hardlink@openssh.com":
      return { kind: "hardlink", from: reader.text(), to: reader.text() };
    case "statvfs@openssh.com":
      return { kind: "statvfs", path: reader.text() };
    case "fsync@openssh.com":
      return { kind: "fsync", handle: reader.text() };
    default:
      return { kind: "unknown" };
  }
}
