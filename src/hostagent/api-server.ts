import { lstatSync, rmSync } from "node:fs";
import type { HostAgentInfo } from "../hostapi/info.ts";
import { UserError } from "../lib/errors.ts";
import type { Logger } from "../lib/log.ts";
import { quote } from "../lib/quote.ts";
import type { Health, Service } from "./service.ts";

/** What the API tells of the run. */
export interface ApiSource {
  readonly info: () => HostAgentInfo;
}

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
function answer(request: Request, source: ApiSource): Response {
  const { pathname, searchParams } = new URL(request.url);
  switch (pathname) {
    case "/v1/info":
      return request.method === "GET" ? Response.json(source.info()) : new Response(null, { status: 405 });
    case "/v1/screenshot":
      return screenshot(request.method, searchParams.get("format"));
    default:
      return failure(404, `${pathname}: no such resource`);
  }
}

/** No driver that is there makes screenshots. */
function screenshot(method: string, format: string | null): Response {
  if (method !== "GET") return new Response(null, { status: 405, headers: { Allow: "GET" } });
  if (!["png", "bmp"].includes((format ?? "png").toLowerCase())) {
    return failure(400, `unsupported screenshot format ${quote(format ?? "")}: must be png or bmp`);
  }
  return failure(501, "the driver of this instance makes no screenshots");
}

function failure(status: number, message: string): Response {
  return Response.json({ message }, { status });
}

function removeStaleSocket(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isSocket()) throw new UserError(`${quote(path)} exists and is not a socket (hint: remove it)`);
  rmSync(path, { force: true });
}
