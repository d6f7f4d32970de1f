import type { Socket } from "bun";

/**
 * Bytes on their way into one of Bun's own sockets, which are a third of the work of node's: written at once as far as
 * the system takes them, the rest when the socket says that there is room again.
 */
export class SocketQueue {
  private readonly waiting: Uint8Array[] = [];

  /** @param onSent told how many bytes the system has taken */
  constructor(private readonly onSent: (count: number) => void) {}

  get isEmpty(): boolean {
    return this.waiting.length === 0;
  }

  /** Sends bytes, after those that wait; their memory is free when this returns. @param socket undefined while it is not connected */
  send(socket: Pick<Socket, "write"> | undefined, bytes: Uint8Array): void {
    if (socket !== undefined && this.isEmpty) {
      const taken = Math.max(0, socket.write(bytes));
      this.onSent(taken);
      if (taken < bytes.length) this.waiting.push(new Uint8Array(bytes.subarray(taken)));
    } else if (bytes.length > 0) this.waiting.push(new Uint8Array(bytes));
  }

  /** Sends what waits. */
  drain(socket: Pick<Socket, "write">): void {
    for (let bytes = this.waiting.shift(); bytes !== undefined; bytes = this.waiting.shift()) {
      const taken = Math.max(0, socket.write(bytes));
      this.onSent(taken);
      if (taken === bytes.length) continue;
      this.waiting.unshift(bytes.subarray(taken));
      return;
    }
  }
}
