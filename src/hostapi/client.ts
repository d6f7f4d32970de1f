import { type HostAgentInfo, parseInfo } from "./info.ts";

/** Bytes of an error's body that are looked at. */
const errorBodyLimit = 64 * 1024;

export interface ClientOptions {
  /** The whole request must be answered in this time. @default 3000 */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * Asks the host agent behind `socketPath` (an instance's `ha.sock`) for its info.
 * @throws Error when nothing listens there, the answer takes too long, or is not an info
 */
export async function getInfo(socketPath: string, options: ClientOptions = {}): Promise<HostAgentInfo> {
  const deadline = AbortSignal.timeout(options.timeoutMs ?? 3000);
  const response = await fetch("http://lima-hostagent/v1/info", {
    unix: socketPath,
    signal: options.signal === undefined ? deadline : AbortSignal.any([deadline, options.signal]),
  });
  const body = await response.text();
  if (!response.ok) throw new Error(httpErrorText(response.status, response.statusText, body));
  return parseInfo(body);
}

/** The text of an HTTP error: the `message` of its JSON body, else status and body. */
export function httpErrorText(status: number, statusText: string, body: string): string {
  const text = body.slice(0, errorBodyLimit);
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && "message" in value && typeof value.message === "string") {
      return value.message;
    }
  } catch {
    // not JSON: told as it is
  }
  return `unexpected HTTP status ${`${status} ${statusText}`.trim()}, body=${JSON.stringify(text)}`;
}
