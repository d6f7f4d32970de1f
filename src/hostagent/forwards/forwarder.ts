import type { HostAddress } from "../forward-plan.ts";

/** What is reached in the guest: a port at the first of some addresses that answers, or a unix socket. */
export type ForwardTarget = { readonly hosts: readonly string[]; readonly port: number } | { readonly path: string };

/** What is asked of a forwarder. */
export interface ForwardRequest {
  /** Where people on the host reach it. */
  readonly address: HostAddress;
  /** What it leads to, asked for each connection where that is possible. */
  readonly target: () => ForwardTarget;
  /** Permission bits of the directory of a socket that has none yet. @default 0o755 */
  readonly directoryMode?: number;
}

/** A port or unix socket of the host whose connections lead into the guest. */
export interface OpenForward {
  /** Listens no more; resolves when the connections under way need nothing of it any more. */
  close(): Promise<void>;
  /** Ends the connections under way as well, where they are this program's. */
  end(): void;
  /** The target has changed. */
  retarget(): void;
}

/** A way to make streams of the guest reachable on the host. */
export interface Forwarder {
  readonly name: string;
  /** Begins to listen. @throws Error of the system, with its code, when it cannot */
  open(request: ForwardRequest): Promise<OpenForward>;
  /** Ends what it does by itself; its forwards are ended before. */
  stop?(): void;
}
