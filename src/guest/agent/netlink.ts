import { openLibc } from "../../lib/libc.ts";

const AF_NETLINK = 16;
const SOCK_RAW = 3;
const SOCK_CLOEXEC = 0o2000000;
const NETLINK_SOCK_DIAG = 4;
const MSG_DONTWAIT = 0x40;

/**
 * Room for the shortest pieces in which the kernel answers (NLMSG_GOODSIZE): it makes pieces as long as the longest room
 * that it was ever given, and clears their memory each time.
 */
const answerBytes = 8 * 1024;

/** Questions to the kernel, and its answers. */
export interface Questions {
  /** What the last `receive` brought. */
  readonly answer: Uint8Array<ArrayBuffer>;
  /** @throws Error when the kernel does not take it */
  send(request: Uint8Array): void;
  /** The kernel has its answers ready. @returns bytes of `answer`; @throws Error when there are none */
  receive(): number;
}

/** A socket on which the kernel tells of its sockets. */
export class Netlink implements Questions {
  readonly answer = new Uint8Array(answerBytes);

  private constructor(
    private readonly calls: ReturnType<typeof load>,
    private readonly fd: number,
  ) {}

  /** @returns undefined where the kernel, or the C library, has no such sockets */
  static open(): Netlink | undefined {
    const calls = openLibc(load);
    const fd = calls?.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG) ?? -1;
    return calls === undefined || fd < 0 ? undefined : new Netlink(calls, fd);
  }

  send(request: Uint8Array): void {
    if (Number(this.calls.send(this.fd, request, request.length, MSG_DONTWAIT)) !== request.length) {
      throw new Error("the kernel takes no question");
    }
  }

  receive(): number {
    const length = Number(this.calls.recv(this.fd, this.answer, answerBytes, MSG_DONTWAIT));
    if (length <= 0) throw new Error("the kernel gives no answer");
    return length;
  }
}

function load(name: string) {
  const { dlopen, FFIType } = require("bun:ffi") as typeof import("bun:ffi");
  const { i32, i64_fast, u64_fast, ptr } = FFIType;
  return dlopen(name, {
    socket: { args: [i32, i32, i32], returns: i32 },
    send: { args: [i32, ptr, u64_fast, i32], returns: i64_fast },
    recv: { args: [i32, ptr, u64_fast, i32], returns: i64_fast },
  }).symbols;
}
