import { createConnection, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { SshEndpoint } from "../../store/ssh-plan.ts";

export interface BannerOptions {
  readonly endpoint: SshEndpoint;
  readonly signal: AbortSignal;
  /** Called when the guest itself turned a connection down: it has a network, but no sshd yet. */
  readonly onRefused?: () => void;
  /** Pause after a refused connection. @default 100 */
  readonly pauseMs?: number;
  /** Age at which a silent connection gets a second one beside it. @default 1000 */
  readonly patienceMs?: number;
  /** Age at which a silent connection is given up. @default 10000 */
  readonly lifeMs?: number;
}

/** An attempt that ended without a banner. */
type Failure = "refused" | "unreachable";

/**
 * Dials until an sshd greets, and returns that very connection with the greeting still to be read.
 *
 * QEMU's port forwarding accepts for the guest, so that a connection says nothing: it is closed at once when the guest
 * refuses, and stays silent while the guest has no network or its sshd is slow. A connection made too early is silent for
 * seconds even after the guest is up (slirp sends again after 6 s), hence a fresh one each second while the older ones may
 * still be answered by a slow guest.
 */
export async function waitForBanner(options: BannerOptions): Promise<Socket> {
  const { pauseMs = 100, patienceMs = 1000, lifeMs = 10_000 } = options;
  const done = new AbortController();
  const signal = AbortSignal.any([options.signal, done.signal]);
  const greeted = Promise.withResolvers<Socket>();
  const dial = async (): Promise<"silent" | Failure> => {
    const attempt = greeting(options.endpoint, AbortSignal.any([signal, AbortSignal.timeout(lifeMs)]));
    const ended = attempt.then((result): Failure => {
      if (typeof result === "string") return result;
      if (signal.aborted) result.destroy();
      done.abort();
      greeted.resolve(result);
      return "refused";
    });
    return Promise.race([ended, pause(patienceMs, signal).then(() => "silent" as const)]);
  };
  try {
    while (!signal.aborted) {
      const outcome = await dial();
      if (signal.aborted) break;
      if (outcome === "refused") options.onRefused?.();
      if (outcome !== "silent") await pause(pauseMs, signal);
    }
    options.signal.throwIfAborted();
    return await greeted.promise;
  } finally {
    done.abort();
  }
}

/** Connects and waits for the first bytes of `SSH-`, which stay in the socket. */
function greeting(endpoint: SshEndpoint, signal: AbortSignal): Promise<Socket | Failure> {
  const { promise, resolve } = Promise.withResolvers<Socket | Failure>();
  const socket = createConnection({ host: endpoint.address, port: endpoint.port });
  let connected = false;
  const give = (result: Socket | Failure) => {
    signal.removeEventListener("abort", onAbort);
    socket.removeAllListeners();
    // an error after this has no reader of its own
    socket.on("error", () => undefined);
    if (result !== socket) socket.destroy();
    resolve(result);
  };
  const onAbort = () => give("unreachable");
  signal.addEventListener("abort", onAbort, { once: true });
  socket.once("connect", () => {
    connected = true;
  });
  socket.once("data", (bytes: Buffer) => {
    socket.pause();
    const isSshd = bytes.toString("latin1").startsWith("SSH-");
    if (isSshd) socket.unshift(bytes);
    give(isSshd ? socket : "unreachable");
  });
  socket.once("error", () => give(connected ? "refused" : "unreachable"));
  socket.once("close", () => give(connected ? "refused" : "unreachable"));
  if (signal.aborted) onAbort();
  return promise;
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}
