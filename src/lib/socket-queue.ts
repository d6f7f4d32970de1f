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

  /**
   * Sends bytes, after those that wait.
   * @param socket undefined while it is not connected
   * @param kept whether the caller leaves their memory alone from now on; else what has to wait is copied
   */
  send(socket: Pick<Socket, "write"> | undefined, bytes: Uint8Array, kept: boolean): void {
    let taken = 0;
    if (socket !== undefined && this.isEmpty) {
      taken = Math.max(0, socket.write(bytes));
      this.onSent(taken);
    }
    if (taken === bytes.length) return;
    const rest = bytes.subarray(taken);
    this.waiting.push(kept ? rest : new Uint8Array(rest));
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
