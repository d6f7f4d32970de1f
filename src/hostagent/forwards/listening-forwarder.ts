import type { HostOs } from "../../lib/host.ts";
import type { Connect } from "./connectors.ts";
import type { Forwarder, ForwardRequest, OpenForward } from "./forwarder.ts";
import { StreamForward } from "./stream-forward.ts";

export interface ListeningForwarderOptions {
  readonly name: string;
  readonly hostOs: HostOs;
  readonly connect: Connect;
  /** Told why a connection did not come about, or broke off. */
  readonly onRefused: (error: unknown) => void;
}

/** Listens in this process, and connects in the guest for each connection that comes. */
export class ListeningForwarder implements Forwarder {
  readonly name: string;

  constructor(private readonly options: ListeningForwarderOptions) {
    this.name = options.name;
  }

  async open({ target, ...request }: ForwardRequest): Promise<OpenForward> {
    const { hostOs, connect, onRefused } = this.options;
    return await StreamForward.listen({ ...request, hostOs, connect: () => connect(target()), onRefused });
  }
}
