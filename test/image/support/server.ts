import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Logger } from "../../../src/lib/log.ts";

/** One file a test's web server has. */
export interface ServedFile {
  readonly body: Uint8Array;
  readonly lastModified?: string;
}

/** A web server of a test, which counts what it is asked. */
export interface FileServer extends Disposable {
  readonly url: string;
  readonly requests: string[];
  readonly files: Map<string, ServedFile>;
}

/** Serves `files` by path on a free port of the loopback. */
export function serveFiles(files: Readonly<Record<string, ServedFile>>): FileServer {
  const served = new Map(Object.entries(files));
  const requests: string[] = [];
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch(request) {
      const { pathname } = new URL(request.url);
      requests.push(`${request.method} ${pathname}`);
      const file = served.get(pathname);
      if (file === undefined) return new Response("no such file", { status: 404, statusText: "Not Found" });
      const headers = file.lastModified === undefined ? {} : { "Last-Modified": file.lastModified };
      return new Response(file.body.slice(), { headers: { ...headers, "Content-Type": "application/octet-stream" } });
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}`,
    requests,
    files: served,
    [Symbol.dispose]: () => void server.stop(true),
  };
}

/** A directory that goes with the test. */
export function scratch(): { readonly path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), "image-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** A logger that keeps `level: message`. */
export function recordingLogger(): Logger & { readonly lines: string[] } {
  const lines: string[] = [];
  const keep = (level: string) => (message: string) => void lines.push(`${level}: ${message}`);
  return {
    lines,
    trace: keep("trace"),
    debug: keep("debug"),
    info: keep("info"),
    warn: keep("warning"),
    error: keep("error"),
    log: (level, message) => void lines.push(`${level}: ${message}`),
  };
}

export function sha256(data: string | Uint8Array): string {
  return `sha256:${createHash("sha256").update(data).digest("hex")}`;
}
