import type { Duplex } from "node:stream";
import { StreamForward } from "../forwards/stream-forward.ts";

/** Where the guest agent listens while its first channel is silent. */
const guestSocket = "/run/lima-guestagent.sock";

export interface SshChannelOptions {
  /** The host's side, `ga.sock`. */
  readonly socketPath: string;
  /** Resolves once ssh reaches the guest. */
  readonly connected: () => Promise<void>;
  /** Connects to a unix socket of the guest, as the guest's user. @throws Error when nothing listens there */
  readonly reach: (target: { readonly path: string }) => Promise<Duplex>;
}

/** The way to the guest agent over ssh, for when its first channel gives no answer: a socket of the host that leads there. */
export class SshChannel {
  private forward: StreamForward | undefined;
  /** Why the last connection did not come about. */
  refusal = "";

  constructor(private readonly options: SshChannelOptions) {}

  connected(): Promise<void> {
    return this.options.connected();
  }

  /** Opens the host's socket. @returns its path; @throws Error when it cannot be listened on */
  async open(): Promise<string> {
    const { socketPath, reach } = this.options;
    this.refusal = "";
    this.forward ??= await StreamForward.listen({
      address: { kind: "socket", path: socketPath },
      hostOs: "linux",
      connect: () => reach({ path: guestSocket }),
      onRefused: (error) => {
        this.refusal = error instanceof Error ? error.message : String(error);
      },
    });
    return socketPath;
  }

  /** Takes the socket away, and ends what goes through it. */
  close(): void {
    this.forward?.end();
    this.forward = undefined;
  }
}
