import { readdirSync, readlinkSync } from "node:fs";
import { POLLERR, POLLHUP, POLLIN, POLLRDHUP, PollList, TcpCalls } from "./tcp-calls.ts";
import { asTurn } from "./turn-end.ts";

/** A connection in its first moments. */
export interface EarlySocket {
  readonly fd: number;
  /** Until when it is waited for here, by `performance.now()`. */
  readonly until: number;
  /** It has said something, and its end has not been seen. */
  readonly hasSpoken: boolean;
  /** Something has come, or it has failed. @param told flags of poll(2) */
  ready(told: number): void;
  /** Its time here is over. */
  expire(): void;
}

/** No more than so many are looked at together, and so many descriptors of the run time. */
const [mostSockets, mostWaits] = [64, 8];
/** Looks for the end of what has been said. */
const endLooks = 3;

/**
 * Waits for connections in their first moments: one system call for all of them, instead of a turn of the event loop for
 * each thing that happens to each. It waits within a turn of the event loop, but for no longer than that has nothing to do:
 * the descriptor on which the run time waits can itself be waited for (epoll(7)).
 */
class EarlyWait {
  private readonly sockets = new Set<EarlySocket>();
  private readonly list = new PollList(mostSockets + mostWaits);
  private waiting = false;

  private constructor(
    readonly calls: TcpCalls,
    private readonly runTimeWaits: readonly number[],
  ) {}

  /** @returns undefined where the system, or the run time, does not let it be done */
  static make(): EarlyWait | undefined {
    const calls = TcpCalls.load();
    if (calls === undefined) return undefined;
    const waits = runTimeWaits();
    return waits.length === 0 || waits.length > mostWaits ? undefined : new EarlyWait(calls, waits);
  }

  get isFull(): boolean {
    return this.sockets.size >= mostSockets;
  }

  add(socket: EarlySocket): void {
    this.sockets.add(socket);
    this.goOn();
  }

  remove(socket: EarlySocket): void {
    this.sockets.delete(socket);
  }

  private goOn(): void {
    if (this.waiting || this.sockets.size === 0) return;
    this.waiting = true;
    setImmediate(() => {
      asTurn(() => this.wait());
      this.waiting = false;
      this.goOn();
    });
  }

  private wait(): void {
    const [oldest] = this.sockets;
    if (oldest === undefined) return;
    this.look(Math.max(0, Math.ceil(oldest.until - performance.now())));
    // The end of a short answer follows it closely, and in a packet of its own would cost more than these looks.
    for (let n = 0; n < endLooks && this.someHasSpoken(); n += 1) this.look(0);
    const now = performance.now();
    for (const socket of this.sockets) if (socket.until <= now) socket.expire();
  }

  private someHasSpoken(): boolean {
    for (const socket of this.sockets) if (socket.hasSpoken) return true;
    return false;
  }

  private look(timeoutMs: number): void {
    const { list, runTimeWaits } = this;
    const sockets = [...this.sockets];
    list.length = 0;
    for (const fd of runTimeWaits) list.add(fd, POLLIN);
    for (const { fd } of sockets) list.add(fd, POLLIN | POLLRDHUP);
    if (this.calls.poll(list, timeoutMs) <= 0) return;
    for (const [n, socket] of sockets.entries()) {
      const told = list.told(runTimeWaits.length + n);
      if ((told & (POLLIN | POLLRDHUP | POLLERR | POLLHUP)) !== 0) socket.ready(told);
    }
  }
}

/** The descriptors on which this process waits for events. */
function runTimeWaits(): readonly number[] {
  const folder = "/proc/self/fd";
  const isWait = (name: string) => {
    try {
      return readlinkSync(`${folder}/${name}`) === "anon_inode:[eventpoll]";
    } catch {
      return false;
    }
  };
  try {
    return readdirSync(folder).filter(isWait).map(Number);
  } catch {
    return [];
  }
}

let made: EarlyWait | "none" | undefined;

/** The one of this process. @returns undefined where there is none */
export function earlyWait(): EarlyWait | undefined {
  made ??= EarlyWait.make() ?? "none";
  return made === "none" ? undefined : made;
}
