import { createConnection } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "ssh2";
import { errorText } from "../../lib/errors.ts";
import type { Logger } from "../../lib/log.ts";
import type { SshSession } from "../ssh/session.ts";
import { relay } from "./relay.ts";

export interface ReverseSocketOptions {
  readonly session: SshSession;
  readonly guestSocket: string;
  readonly hostSocket: string;
  readonly logger: Logger;
}

/** Pauses between attempts that fail. */
const retryMs = { first: 1000, last: 30_000 } as const;

/** Lets the guest's programs reach a unix socket of the host, over each connection to the guest anew. */
export function reverseSocket(options: ReverseSocketOptions): void {
  const { session, guestSocket, hostSocket } = options;
  session.onConnect((client) => {
    const link = { isCut: false };
    client.once("close", () => {
      link.isCut = true;
    });
    client.on("unix connection", ({ socketPath }, accept, reject) => {
      if (socketPath !== guestSocket) return;
      const local = createConnection({ path: hostSocket, allowHalfOpen: true });
      local.once("error", () => reject());
      local.once("connect", () => relay(local, accept(), () => undefined));
    });
    void keepListening(client, link, options);
  });
}

/** The directory of the guest's socket may be made only later, by a provisioning script. */
async function keepListening(
  client: Client,
  link: { readonly isCut: boolean },
  options: ReverseSocketOptions,
): Promise<void> {
  const { guestSocket, hostSocket, logger } = options;
  const text = `${hostSocket} (host) to ${guestSocket} (guest)`;
  let told = false;
  for (let pauseMs: number = retryMs.first; !link.isCut; pauseMs = Math.min(pauseMs * 2, retryMs.last)) {
    try {
      await listenInGuest(client, options);
      if (told) logger.info(`Forwarding ${text}`);
      return;
    } catch (error) {
      // The next connection tries again too.
      logger[link.isCut || told ? "debug" : "warn"](`failed to forward ${text}: ${errorText(error)}`);
      told = true;
    }
    await sleep(pauseMs, undefined, { ref: false });
  }
}

async function listenInGuest(client: Client, { session, guestSocket }: ReverseSocketOptions): Promise<void> {
  // sshd does not listen where a file is left of an earlier time.
  const path = `'${guestSocket.replaceAll("'", "'\\''")}'`;
  await session.exec(`rm -f ${path}`);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  client.openssh_forwardInStreamLocal(guestSocket, (error?: Error | null) => {
    if (error) reject(error);
    else resolve();
  });
  await promise;
}
