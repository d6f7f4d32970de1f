import { setTimeout as sleep } from "node:timers/promises";
import { limitMs, patienceMs, planAttempts } from "./attempts-plan.ts";
import { rcodeOf, rcodes } from "./message.ts";
import { askByTcp } from "./tcp-ask.ts";
import { askByUdp } from "./udp-ask.ts";

/** Where a question is sent. */
export interface NameServers {
  /** Addresses, in order. */
  readonly servers: readonly string[];
  /** @default 53 */
  readonly port?: number;
  /** Gives up. */
  readonly signal: AbortSignal;
}

/**
 * Puts a query to name servers until one says something of use. A failure that a server reports (it cannot, it will not)
 * is kept, and is the result when no other does better.
 * @returns the reply; undefined when none came
 */
export async function exchange(
  query: Buffer,
  { servers, port = 53, signal }: NameServers,
): Promise<Buffer | undefined> {
  const over = new AbortController();
  const best = Promise.withResolvers<Buffer | undefined>();
  const failed = new Set<string>();
  let failure: Buffer | undefined;
  const under: Promise<void>[] = [];
  const timer = setTimeout(() => best.resolve(failure), limitMs);
  const giveUp = () => best.resolve(undefined);
  signal.addEventListener("abort", giveUp, { once: true });
  const attempts = async () => {
    for (const { server, protocol } of planAttempts(servers)) {
      if (over.signal.aborted) return;
      if (failed.has(server)) continue;
      const ask = protocol === "udp" ? askByUdp : askByTcp;
      const asked = ask(query, { address: server, port, signal: over.signal }).then((reply) => {
        if (reply === undefined) return;
        if (isUseful(reply)) best.resolve(reply);
        else failed.add(server);
        failure ??= reply;
      });
      under.push(asked);
      await Promise.race([asked, sleep(patienceMs, undefined, { signal: over.signal }).catch(() => undefined)]);
    }
    await Promise.all(under);
    best.resolve(failure);
  };
  if (signal.aborted) giveUp();
  const trying = attempts();
  try {
    return await best.promise;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", giveUp);
    over.abort();
    await trying;
  }
}

function isUseful(reply: Buffer): boolean {
  const rcode = rcodeOf(reply);
  return rcode === rcodes.noError || rcode === rcodes.nameError;
}
