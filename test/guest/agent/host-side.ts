import { connect, type Socket } from "node:net";
import { encodeHello, type Frame, FrameReader, jsonFrame, jsonPayload } from "../../../src/guest/protocol.ts";

/** The host's side of a connection, as plain as tests need it. */
export class HostSide {
  private readonly frames: Frame[] = [];
  private wake = () => {};
  greeted = false;
  closed = false;

  constructor(readonly socket: Socket) {
    const nonce = crypto.getRandomValues(new Uint8Array(16));
    const reader = new FrameReader(nonce);
    const hello = () => void socket.write(encodeHello(nonce));
    // A virtio port loses what comes before the guest has opened it.
    const repeating = setInterval(hello, 1000);
    socket.on("data", (bytes) => {
      const frames = reader.push(bytes, () => {
        this.greeted = true;
        clearInterval(repeating);
      });
      this.frames.push(...frames);
      this.wake();
    });
    socket.on("error", () => {});
    socket.on("close", () => {
      this.closed = true;
      clearInterval(repeating);
      this.wake();
    });
    hello();
  }

  /** Connects, and waits for the guest's greeting: a virtio port takes what comes after it as said to whoever was there before. */
  static async dial(path: string): Promise<HostSide> {
    for (let n = 0; ; n += 1) {
      const socket = connect(path);
      const connected = await new Promise<boolean>((resolve) => {
        socket.once("connect", () => resolve(true));
        socket.once("error", () => resolve(false));
      });
      if (connected) {
        const host = new HostSide(socket);
        while (!host.greeted && !host.closed) await host.change();
        return host;
      }
      if (n > 100) throw new Error(`nothing listens on ${path}`);
      await Bun.sleep(10);
    }
  }

  call(channel: number, value: unknown): void {
    this.socket.write(jsonFrame("call", channel, value));
  }

  /** The next frame that fits; those before it are dropped. */
  async next(fits: (frame: Frame) => boolean = () => true): Promise<Frame> {
    for (;;) {
      for (let frame = this.frames.shift(); frame !== undefined; frame = this.frames.shift())
        if (fits(frame)) return frame;
      if (this.closed) throw new Error("the connection was closed");
      await this.change();
    }
  }

  async json<T>(kind: Frame["kind"], channel: number): Promise<T> {
    return jsonPayload(await this.next((frame) => frame.kind === kind && frame.channel === channel)) as T;
  }

  async untilClosed(): Promise<void> {
    while (!this.closed) await this.change();
  }

  /** The guest has closed the connection, or asks for a new one where it cannot close it. */
  async untilEnded(): Promise<void> {
    while (!this.closed && !this.frames.some(({ kind, channel }) => kind === "end" && channel === 0))
      await this.change();
  }

  private change(): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve;
    });
  }
}
