import { open, rm } from "node:fs/promises";
import { errorCode, UserError } from "../lib/errors.ts";
import { writeAll } from "./copy.ts";
import type { TransferProgress, WatchTransfer } from "./progress.ts";

/** What a server told about a file. */
export interface RemoteHeaders {
  /** Last-Modified as it was sent; empty when missing. */
  readonly lastModified: string;
  /** Content-Type as it was sent; empty when missing. */
  readonly contentType: string;
}

export interface FetchOptions {
  readonly signal?: AbortSignal;
  /** Gives up when nothing comes for this long. @default 60000 */
  readonly stallMs?: number;
}

export interface FetchToFileOptions extends FetchOptions {
  /** For the progress display. */
  readonly label: string;
  readonly watch?: WatchTransfer;
  /** Told every piece in order, for hashing. */
  readonly onBytes: (bytes: Uint8Array) => void;
}

/** Bytes are wanted as they lie on the server: a digest is of those, and an image's name tells its compression. */
const requestHeaders = { "Accept-Encoding": "identity" };

/** Asks for the headers alone. @throws Error when the server does not answer with success */
export async function fetchHeaders(url: string, options: FetchOptions): Promise<RemoteHeaders> {
  const limit = AbortSignal.timeout(options.stallMs ?? 60_000);
  const signal = options.signal === undefined ? limit : AbortSignal.any([limit, options.signal]);
  const response = await fetch(url, { method: "HEAD", headers: requestHeaders, signal });
  checkStatus(response);
  return headersOf(response);
}

/**
 * Downloads to a new file, synced. On failure the file is removed.
 * @throws UserError for a status other than success, a server that falls silent, or a body that is too short
 */
export async function fetchToFile(url: string, path: string, options: FetchToFileOptions): Promise<RemoteHeaders> {
  const { stallMs = 60_000 } = options;
  const stall = new AbortController();
  const silence = (): void => stall.abort(new UserError(`no data came for ${stallMs / 1000} seconds`));
  let timer = setTimeout(silence, stallMs);
  const signal = options.signal === undefined ? stall.signal : AbortSignal.any([stall.signal, options.signal]);
  try {
    const response = await fetch(url, { headers: requestHeaders, signal, decompress: false });
    checkStatus(response);
    await receive(response, path, options, signal, () => {
      clearTimeout(timer);
      timer = setTimeout(silence, stallMs);
    });
    return headersOf(response);
  } catch (error) {
    await rm(path, { force: true });
    signal.throwIfAborted();
    throw explained(error);
  } finally {
    clearTimeout(timer);
  }
}

async function receive(
  response: Response,
  path: string,
  options: FetchToFileOptions,
  signal: AbortSignal,
  onActivity: () => void,
): Promise<void> {
  const total = contentLength(response);
  const file = await open(path, "wx", 0o644);
  const progress: TransferProgress | undefined = options.watch?.(options.label, total);
  let received = 0;
  try {
    for await (const bytes of response.body ?? []) {
      signal.throwIfAborted();
      onActivity();
      options.onBytes(bytes);
      await writeAll(file, bytes);
      received += bytes.length;
      progress?.update(received);
    }
    signal.throwIfAborted();
    if (total !== undefined && received !== total) {
      throw new UserError(`the connection ended after ${received} of ${total} bytes`);
    }
    await file.sync();
  } finally {
    progress?.finish();
    await file.close();
  }
}

/** What a person can do about it, where the network said no. */
const networkProblems: Readonly<Record<string, string>> = {
  ConnectionRefused: "connection refused",
  ECONNREFUSED: "connection refused",
  ENOTFOUND: "the server's name cannot be resolved (hint: check this host's network connection)",
  EAI_AGAIN: "the server's name cannot be resolved now (hint: check this host's network connection)",
  ECONNRESET: "the connection was cut",
  ConnectionClosed: "the connection was cut",
};

function explained(error: unknown): unknown {
  const text = networkProblems[errorCode(error) ?? ""];
  return text === undefined ? error : new UserError(text, { cause: error });
}

function checkStatus(response: Response): void {
  if (!response.ok) {
    throw new UserError(`unexpected HTTP status ${`${response.status} ${response.statusText}`.trim()}`);
  }
}

function contentLength(response: Response): number | undefined {
  const text = response.headers.get("content-length");
  return text !== null && /^\d+$/.test(text) ? Number(text) : undefined;
}

function headersOf(response: Response): RemoteHeaders {
  return {
    lastModified: response.headers.get("last-modified") ?? "",
    contentType: response.headers.get("content-type") ?? "",
  };
}
