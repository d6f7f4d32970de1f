import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { errorText } from "../../lib/errors.ts";
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

/** Permission bits of the directory of a socket that has none yet. */
const directoryMode = 0o750;

export interface FixedForwardsOptions {
  readonly rules: readonly ForwardRule[];
  /** Whether the guest is left alone, but for what is static. */
  readonly plain: boolean;
  readonly forwarder: Forwarder;
  readonly session: SshSession;
  readonly logger: Logger;
  readonly teller: ForwardTeller;
}

/** A forward that is to be there for as long as the machine runs. */
interface FixedForward {
  /** What the log says when it is made, and when it ends; the end of a port goes without saying. */
  readonly texts: { readonly begin: string; readonly end?: string };
  readonly address: HostAddress;
  readonly target: ForwardTarget;
  /** Undefined while something is in its way. */
  open: OpenForward | undefined;
}

/** Forwards that wait for no listener: static ports, and unix sockets. */
export class FixedForwards {
  private readonly forwards: FixedForward[] = [];
  /** What the log says when the sockets of the host that the guest reaches are no more reached. */
  private readonly reverseEnds: string[] = [];
  private begun = false;
  private over = false;

  constructor(private readonly options: FixedForwardsOptions) {}

  async start(): Promise<void> {
    const { rules, plain, logger, session } = this.options;
    const { forwards, tooWide } = staticForwards(rules);
    for (const place of tooWide) logger.warn(`${place}: the range is too wide to be forwarded statically`);
    for (const { from, to } of forwards) {
      const begin = `Setting up static TCP forwarding from ${portText(from.ip, from.port)} to ${addressText(to)}`;
      await this.begin({ begin }, to, { hosts: dialAddresses(from.ip), port: from.port });
    }
    for (const { guestSocket, host, reverse } of socketForwards(
      rules.map(({ rule }) => rule),
      plain,
    )) {
      const name = addressText(host);
      if (reverse && host.kind === "socket") {
        const what = `${name} (host) to ${guestSocket} (guest)`;
        logger.info(`Forwarding ${what}`);
        this.reverseEnds.push(`Stopping forwarding ${what}`);
        makeDirectoryOf(host.path, logger);
        reverseSocket({ session, guestSocket, hostSocket: host.path, logger });
      } else {
        const what = `${guestSocket} (guest) to ${name} (host)`;
        const texts = { begin: `Forwarding ${what}`, end: `Stopping forwarding ${what}` };
        await this.begin(texts, host, { path: guestSocket });
      }
    }
    this.begun = true;
  }

  /** Whether something was in the way of one of them when it was tried last. */
  get isLacking(): boolean {
    return this.begun && this.forwards.some(({ open }) => open === undefined);
  }

  /** Tries again where something was in the way. */
  async retry(): Promise<void> {
    if (!this.isLacking) return;
    for (const forward of this.forwards) {
      if (this.over || forward.open !== undefined) continue;
      await this.open(forward).then(
        () => this.options.logger.info(forward.texts.begin),
        () => undefined,
      );
    }
  }

  async stop(): Promise<void> {
    this.over = true;
    for (const text of this.reverseEnds) this.options.logger.info(text);
    const ending = this.forwards.map(async ({ texts, open }) => {
      if (open === undefined) return;
      if (texts.end !== undefined) this.options.logger.info(texts.end);
      await endForward(open);
    });
    await Promise.all(ending);
  }

  private async begin(texts: FixedForward["texts"], address: HostAddress, target: ForwardTarget): Promise<void> {
    const { logger, teller } = this.options;
    const forward: FixedForward = { texts, address, target, open: undefined };
    this.forwards.push(forward);
    logger.info(texts.begin);
    await this.open(forward).catch((error: unknown) => teller.failedFixed(address, error));
  }

  private async open(forward: FixedForward): Promise<void> {
    const { address, target } = forward;
    const open = await this.options.forwarder.open({ address, directoryMode, target: () => target });
    if (this.over) await endForward(open);
    else forward.open = open;
  }
}

/** Where the host's program is to listen: below the instance's directory nobody else would make it. */
function makeDirectoryOf(socketPath: string, logger: Logger): void {
  try {
    mkdirSync(dirname(socketPath), { recursive: true, mode: directoryMode });
  } catch (error) {
    logger.warn(`failed to make the directory of ${socketPath}: ${errorText(error)}`);
  }
}

/** Ends a forward with the connections under way. */
export async function endForward(forward: OpenForward): Promise<void> {
  forward.end();
  await forward.close();
}
