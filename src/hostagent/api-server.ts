import { lstatSync, rmSync } from "node:fs";
import type { HostAgentInfo } from "../hostapi/info.ts";
import { errorText, UserError } from "../lib/errors.ts";
import type { Logger } from "../lib/log.ts";
import { quote } from "../lib/quote.ts";
import type { PictureFormat } from "../vm/driver.ts";
import type { Health, Service } from "./service.ts";

/** What the API tells of the run. */
export interface ApiSource {
  readonly info: () => HostAgentInfo;
  readonly screenshot: (format: PictureFormat) => Promise<Screenshot>;
}

/** A picture of the machine's screen, or why there is none. */
export type Screenshot = { readonly kind: "picture"; readonly bytes: Uint8Array } | { readonly kind: "no-display" };

/** The REST API on `ha.sock`, for this user alone. */
export class ApiServer implements Service {
  readonly name = "API server";
  private server: Bun.Server<undefined> | undefined;

  constructor(
    private readonly socketPath: string,
    private readonly source: ApiSource,
    private readonly logger: Logger,
  ) {}

  /** Listens, taking the place of a socket that a dead host agent left; the caller holds `ha.lock`. */
  async start(): Promise<void> {
    removeStaleSocket(this.socketPath);
    // the socket has its mode from the first moment on, as bind(2) is done within the call
    const mask = process.umask(0o177);
    try {
      this.server = Bun.serve({ unix: this.socketPath, fetch: (request) => answer(request, this.source) });
    } finally {
      process.umask(mask);
    }
    this.logger.info(`hostagent socket created at ${this.socketPath}`);
  }

  async stop(): Promise<void> {
    await this.server?.stop(true);
    this.server = undefined;
    rmSync(this.socketPath, { force: true });
  }

  health(): Health {
    return this.server === undefined ? { kind: "failed", reason: "does not listen" } : { kind: "well" };
  }
}

/** The answer to a request. */
function answer(request: Request, source: ApiSource): Response | Promise<Response> {
  const { pathname, searchParams } = new URL(request.url);
  switch (pathname) {
    case "/v1/info":
      return request.method === "GET" ? json(source.info(), 200) : new Response(null, { status: 405 });
    case "/v1/screenshot":
      if (request.method !== "GET") return new Response(null, { status: 405, headers: { Allow: "GET" } });
      return screenshot((searchParams.get("format") || "png").toLowerCase(), source);
    default:
      return failure(404, `${pathname}: no such resource`);
  }
}

async function screenshot(format: string, source: ApiSource): Promise<Response> {
  if (format !== "png" && format !== "bmp") {
    return failure(400, `unsupported screenshot format ${quote(format)}: must be png or bmp`);
  }
  try {
    const shot = await source.screenshot(format);
    if (shot.kind === "no-display") return failure(422, "the virtual machine has no display configured");
    return new Response(shot.bytes, { headers: { "Content-Type": `image/${format}` } });
  } catch (error) {
    return failure(500, errorText(error));
  }
}

function failure(status: number, message: string): Response {
  return json({ message }, status);
}

/** An answer with the content type that Lima's has; that of `Response.json` names a charset too. */
function json(value: object, status: number): Response {
  return new Response(JSON.stringify(value), { status, headers: { "Content-Type": "application/json" } });
}

/** What is at the socket's place is replaced, whatever file it is. */
function removeStaleSocket(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory() === true) throw new UserError(`${quote(path)} exists and is a directory (hint: remove it)`);
  rmSync(path, { force: true });
}
