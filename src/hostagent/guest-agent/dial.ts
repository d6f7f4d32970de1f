import { errorText } from "../../lib/errors.ts";
import { AgentConnection, type ConnectOptions } from "./connection.ts";
import type { SshChannel } from "./ssh-channel.ts";

export interface DialOptions extends ConnectOptions {
  /** Taken when the first channel gives no answer. @default none */
  readonly fallback?: SshChannel | undefined;
  /** How long either channel may leave a hello unanswered, once ssh reaches the guest. @default 10000 */
  readonly answerMs?: number;
}

/** A greeted connection, and which way it goes. */
export interface Dialled {
  readonly connection: AgentConnection;
  readonly channel: "first" | "ssh";
}

/**
 * Connects with the guest agent: by its first channel, else over ssh. Without a fallback the first is waited for as long
 * as it is there.
 * @throws Error when neither answers, with what the first said
 */
export async function dialAgent(options: DialOptions): Promise<Dialled> {
  const { fallback, answerMs = 10_000, signal } = options;
  const patience = new AbortController();
  if (fallback !== undefined) void loseWhenSilent(fallback, answerMs, patience, signal);
  let reason: string;
  try {
    const first = AbortSignal.any([signal, patience.signal]);
    return { connection: await AgentConnection.open({ ...options, signal: first }), channel: "first" };
  } catch (error) {
    reason = errorText(error);
  } finally {
    patience.abort();
  }
  if (fallback === undefined || signal.aborted) throw new Error(reason);
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(answerMs)]);
    const socketPath = await fallback.open();
    return { connection: await AgentConnection.open({ ...options, socketPath, signal: limit }), channel: "ssh" };
  } catch (error) {
    const overSsh = fallback.refusal === "" ? errorText(error) : fallback.refusal;
    fallback.close();
    throw new Error(`${reason}; over ssh: ${overSsh}`);
  }
}

async function loseWhenSilent(
  fallback: SshChannel,
  answerMs: number,
  patience: AbortController,
  signal: AbortSignal,
): Promise<void> {
  await fallback.connected().catch(() => undefined);
  if (patience.signal.aborted || signal.aborted) return;
  const timer = setTimeout(() => patience.abort(), answerMs);
  patience.signal.addEventListener("abort", () => clearTimeout(timer), { once: true });
}
