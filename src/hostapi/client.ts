import { errorText } from "../lib/errors.ts";
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

/** The longest picture that is taken. */
const screenshotLimit = 32 * 1024 * 1024;
/** A machine that is emulated takes its time to draw. */
const screenshotLimitMs = 60_000;

/**
 * Asks the host agent for a picture of the machine's screen.
 * @throws Error with what is in the way
 */
export async function getScreenshot(
  socketPath: string,
  format: "png" | "bmp",
  options: ClientOptions = {},
): Promise<Uint8Array> {
  const deadline = AbortSignal.timeout(options.timeoutMs ?? screenshotLimitMs);
  const signal = options.signal === undefined ? deadline : AbortSignal.any([deadline, options.signal]);
  const response = await fetch(`http://lima-hostagent/v1/screenshot?format=${format}`, {
    unix: socketPath,
    signal,
  }).catch((error: unknown) => {
    throw new Error(`failed to connect to hostagent: ${errorText(error)}`, { cause: error });
  });
  const body = new Uint8Array(await response.arrayBuffer());
  if (response.status === 404) {
    throw new Error(
      "hostagent does not support screenshot — restart the instance to pick up the latest hostagent binary",
    );
  }
  if (response.status === 422) {
    throw new Error('VM has no display configured — set video.display (e.g., "default") in the instance config');
  }
  if (!response.ok) {
    throw new Error(httpErrorText(response.status, response.statusText, new TextDecoder().decode(body)));
  }
  if (body.length > screenshotLimit) throw new Error(`the picture is larger than ${screenshotLimit >> 20} MiB`);
  return body;
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
