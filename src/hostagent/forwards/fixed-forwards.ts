import type { Logger } from "../../lib/log.ts";
import {
  addressText,
  dialAddresses,
  type ForwardRule,
  type HostAddress,
  portText,
  socketForwards,
  staticForwards,
} from "../forward-plan.ts";
import type { SshSession } from "../ssh/session.ts";
import type { Forwarder, ForwardTarget, OpenForward } from "./forwarder.ts";
import { reverseSocket } from "./reverse-socket.ts";
import type { ForwardTeller } from "./teller.ts";

export interface FixedForwardsOptions {
  readonly rules: readonly ForwardRule[];
  /** Whether the guest is left alone, but for what is static. */
  readonly plain: boolean;
  readonly forwarder: Forwarder;
  readonly session: SshSession;
  readonly logger: Logger;
  readonly teller: ForwardTeller;
}

/** Forwards that wait for no listener: static ports, and unix sockets. */
export class FixedForwards {
  private readonly open: OpenForward[] = [];
  private over = false;

  constructor(private readonly options: FixedForwardsOptions) {}

  async start(): Promise<void> {
    const { rules, plain, logger, session } = this.options;
    const { forwards, tooWide } = staticForwards(rules);
    for (const place of tooWide) logger.warn(`${place}: the range is too wide to be forwarded statically`);
    for (const { from, to } of forwards) {
      logger.info(`Setting up static TCP forwarding from ${portText(from.ip, from.port)} to ${addressText(to)}`);
      await this.keep(to, { hosts: dialAddresses(from.ip), port: from.port });
    }
    for (const { guestSocket, host, reverse } of socketForwards(
      rules.map(({ rule }) => rule),
      plain,
    )) {
      const name = addressText(host);
      if (reverse && host.kind === "socket") {
        logger.info(`Forwarding ${name} (host) to ${guestSocket} (guest)`);
        reverseSocket({ session, guestSocket, hostSocket: host.path, logger });
      } else {
        logger.info(`Forwarding ${guestSocket} (guest) to ${name} (host)`);
        await this.keep(host, { path: guestSocket });
      }
    }
  }

  async stop(): Promise<void> {
    this.over = true;
    await Promise.all(this.open.map((forward) => endForward(forward)));
  }

  private async keep(address: HostAddress, target: ForwardTarget): Promise<void> {
    const { forwarder, teller } = this.options;
    try {
      const forward = await forwarder.open({ address, directoryMode: 0o750, target: () => target });
      if (this.over) await endForward(forward);
      else this.open.push(forward);
    } catch (error) {
      teller.failedFixed(address, error);
    }
  }
}

/** Ends a forward with the connections under way. */
export async function endForward(forward: OpenForward): Promise<void> {
  forward.end();
  await forward.close();
}
