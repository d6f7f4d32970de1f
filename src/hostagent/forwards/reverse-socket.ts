import { createConnection } from "node:net";
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

/** Lets the guest's programs reach a unix socket of the host, over each connection to the guest anew. */
export function reverseSocket(options: ReverseSocketOptions): void {
  const { session, guestSocket, hostSocket, logger } = options;
  session.onConnect((client) => {
    let cut = false;
    client.once("close", () => {
      cut = true;
    });
    listenInGuest(client, options).catch((error: unknown) => {
      // The next connection tries again.
      const level = cut ? "debug" : "warn";
      logger[level](`failed to forward ${hostSocket} (host) to ${guestSocket} (guest): ${errorText(error)}`);
    });
  });
}

async function listenInGuest(client: Client, options: ReverseSocketOptions): Promise<void> {
  const { session, guestSocket, hostSocket } = options;
  client.on("unix connection", ({ socketPath }, accept, reject) => {
    if (socketPath !== guestSocket) return;
    const local = createConnection({ path: hostSocket, allowHalfOpen: true });
    local.once("error", () => reject());
    local.once("connect", () => relay(local, accept(), () => undefined));
  });
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
