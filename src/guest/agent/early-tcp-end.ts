import { type EarlySocket, earlyWait } from "./early-wait.ts";
import {
  ECONNRESET,
  EPIPE,
  encodeTcpAddress,
  POLLERR,
  POLLHUP,
  POLLOUT,
  POLLRDHUP,
  type TcpCalls,
} from "./tcp-calls.ts";
import { adoptTcp, dialTcp } from "./tcp-end.ts";
import type { TunnelEnd, TunnelEvents } from "./tunnel-end.ts";

/** How long the first moments are. */
const earlyMs = 5;

/** What comes in one piece of this length is bulk data. */
const received = new Uint8Array(16 * 1024);

/**
 * Connects to a port of the guest, at the first of the hosts that lets it. In its first moments a connection is served by
 * system calls: many have ended by then, and the run time's sockets cost an emulated guest as much as the connection
 * itself does. What lasts, or goes another than the plain way, goes on with a socket of the run time.
 */
export function dialEarly(hosts: readonly string[], port: number, events: TunnelEvents): TunnelEnd {
  const dial = () => dialTcp(hosts, port, events);
  const [wait, address] = [earlyWait(), encodeTcpAddress(hosts[0] ?? "", port)];
  if (wait === undefined || address === undefined || wait.isFull) return dial();
  const fd = wait.calls.connect(address);
  if (fd === undefined) return dial();
  const end = new EarlyTcpEnd(wait.calls, fd, { dial, forget: () => wait.remove(end) }, events);
  wait.add(end);
  return end;
}

class EarlyTcpEnd implements TunnelEnd, EarlySocket {
  readonly until = performance.now() + earlyMs;
  /** The run time's socket, once it goes on with it. */
  private later: TunnelEnd | undefined;
  hasSpoken = false;
  private isConnected = false;
  private heardEnd = false;
  private sentAny = false;
  /** False after the end: nothing is told any more, and the descriptor is another's. */
  private open = true;

  /** @param other `dial` connects anew, by the run time; `forget` ends the wait for this one */
  constructor(
    private readonly calls: TcpCalls,
    readonly fd: number,
    private readonly other: { readonly dial: () => TunnelEnd; readonly forget: () => void },
    private readonly events: TunnelEvents,
  ) {}

  send(bytes: Uint8Array): void {
    if (this.later !== undefined) this.later.send(bytes);
    else if (this.open) this.sendNow(bytes);
  }

  shut(): void {
    if (this.open) this.goOn().shut();
  }

  setFlowing(flowing: boolean): void {
    if (this.later !== undefined) this.later.setFlowing(flowing);
    else if (this.open && !flowing && !this.heardEnd) this.goOn().setFlowing(false);
  }

  close(): void {
    if (this.later !== undefined) this.later.close();
    else if (this.open) this.release();
  }

  reset(): void {
    this.later?.reset();
    if (!this.open || this.later !== undefined) return;
    this.calls.breakOff(this.fd);
    this.release();
  }

  ready(told: number): void {
    if (this.later !== undefined || !this.open) return;
    if ((told & POLLERR) !== 0) this.failed();
    // It never began to connect: the guest knows no way to that host.
    else if ((told & (POLLHUP | POLLRDHUP)) === POLLHUP) this.goOn();
    else this.receive((told & POLLRDHUP) !== 0);
  }

  expire(): void {
    this.goOn();
  }

  private sendNow(bytes: Uint8Array): void {
    // A refusal and a break are told apart by the error, which sending would use up.
    if (!this.isConnected && (this.calls.told(this.fd, POLLOUT) & POLLERR) !== 0) {
      this.failed();
      this.later?.send(bytes);
      return;
    }
    if (!this.sentAny) this.calls.setNoDelay(this.fd);
    this.sentAny = true;
    const sent = this.calls.send(this.fd, bytes);
    if (sent > 0) {
      this.connected();
      this.events.onSent(sent);
    }
    if (sent === bytes.length) return;
    if (sent < 0 && this.isConnected && (this.calls.told(this.fd, POLLOUT) & POLLHUP) !== 0) this.breakOff();
    else this.goOn().send(bytes.subarray(Math.max(0, sent)));
  }

  /** @param toEnd whether the end is there, so that reading on needs no asking */
  private receive(toEnd: boolean): void {
    do {
      const count = this.calls.receive(this.fd, received);
      if (count < 0) return void this.breakOff();
      this.connected();
      if (count === 0) return void this.ended();
      this.took(count);
      if (count === received.length && this.open) this.goOn();
    } while (toEnd && this.open && this.later === undefined);
  }

  /** What has been connected is broken off; else another host may let it connect, or the run time says why not. */
  private failed(): void {
    const error = this.calls.takeError(this.fd);
    if (error === ECONNRESET || error === EPIPE) this.connected();
    if (this.isConnected) this.breakOff();
    else this.goOn();
  }

  private connected(): void {
    if (this.isConnected) return;
    this.isConnected = true;
    this.events.onConnect();
  }

  private took(count: number): void {
    this.hasSpoken = true;
    this.events.onData(received.slice(0, count));
  }

  /** The program sends nothing more; what is sent to it needs no waiting. */
  private ended(): void {
    this.other.forget();
    this.heardEnd = true;
    this.events.onShut();
  }

  /** The run time goes on with it. */
  private goOn(): TunnelEnd {
    if (this.later !== undefined) return this.later;
    this.other.forget();
    if (this.calls.told(this.fd, POLLOUT) === POLLOUT) this.connected();
    if (this.isConnected) this.later = adoptTcp(this.fd, this.heardEnd, this.events);
    else {
      this.calls.close(this.fd);
      this.later = this.other.dial();
    }
    return this.later;
  }

  /** The program has broken it off, which a call has just been told; what it said before that still counts. */
  private breakOff(): void {
    for (let count = 1; count > 0 && this.open && this.later === undefined; ) {
      count = this.calls.receive(this.fd, received);
      if (count > 0) this.took(count);
    }
    if (!this.open || this.later !== undefined) return;
    this.release();
    this.events.onClose("read ECONNRESET");
  }

  private release(): void {
    this.open = false;
    this.other.forget();
    this.calls.close(this.fd);
  }
}
