import { describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ApiServer, type ApiSource } from "../../src/hostagent/api-server.ts";
import { getInfo, httpErrorText } from "../../src/hostapi/client.ts";
import type { Logger } from "../../src/lib/log.ts";

const dark: ApiSource["screenshot"] = async () => ({ kind: "no-display" });
const silent: Logger = { trace() {}, debug() {}, info() {}, warn() {}, error() {}, log() {} };

function directory(): Disposable & { readonly socket: string } {
  const path = mkdtempSync(join(tmpdir(), "limabun-api-"));
  return { socket: join(path, "ha.sock"), [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

describe("the API on ha.sock", () => {
  test("tells the info, to this user alone, and is gone after its end", async () => {
    using place = directory();
    const server = new ApiServer(
      place.socket,
      { info: () => ({ sshLocalPort: 60022, errors: ["a script failed"] }), screenshot: dark },
      silent,
    );
    await server.start();
    expect(statSync(place.socket).mode & 0o777).toBe(0o600);
    expect(await getInfo(place.socket)).toEqual({ sshLocalPort: 60022, errors: ["a script failed"] });
    await server.stop();
    expect(statSync(place.socket, { throwIfNoEntry: false })).toBeUndefined();
    expect(getInfo(place.socket)).rejects.toThrow();
  });

  test("a socket that a dead agent left is replaced, as is any file; a directory is not", async () => {
    using place = directory();
    const dead = Bun.spawnSync([
      process.execPath,
      "-e",
      `Bun.serve({unix: ${JSON.stringify(place.socket)}, fetch: () => new Response()}); process.kill(process.pid, "SIGKILL")`,
    ]);
    expect(dead.signalCode).toBe("SIGKILL");
    expect(statSync(place.socket).isSocket()).toBe(true);
    const server = new ApiServer(place.socket, { info: () => ({}), screenshot: dark }, silent);
    await server.start();
    expect(await getInfo(place.socket)).toEqual({});
    await server.stop();
    writeFileSync(place.socket, "");
    await server.start();
    expect(await getInfo(place.socket)).toEqual({});
    await server.stop();
    mkdirSync(place.socket);
    expect(server.start()).rejects.toThrow("is a directory");
  });

  const answers: readonly (readonly [string, string, number])[] = [
    ["GET", "/v1/info", 200],
    ["POST", "/v1/info", 405],
    ["GET", "/v1/screenshot", 422],
    ["GET", "/v1/screenshot?format=PNG", 422],
    ["GET", "/v1/screenshot?format=", 422],
    ["GET", "/v1/screenshot?format=gif", 400],
    ["DELETE", "/v1/screenshot", 405],
    ["GET", "/", 404],
    ["GET", "/v2/info", 404],
  ];
  test("answers with the statuses of its contract", async () => {
    using place = directory();
    const server = new ApiServer(place.socket, { info: () => ({}), screenshot: dark }, silent);
    await server.start();
    const got: (readonly [string, string, number])[] = [];
    for (const [method, path] of answers) {
      const response = await fetch(`http://lima-hostagent${path}`, { unix: place.socket, method });
      if (response.status >= 400 && response.status !== 405) expect(await response.json()).toHaveProperty("message");
      got.push([method, path, response.status]);
    }
    expect(got).toEqual([...answers]);
    await server.stop();
  });

  test("an agent that does not answer is given up", async () => {
    using place = directory();
    const server = createServer(() => undefined);
    await new Promise<void>((resolve) => server.listen(place.socket, resolve));
    expect(getInfo(place.socket, { timeoutMs: 20 })).rejects.toThrow();
    await getInfo(place.socket, { timeoutMs: 20 }).catch(() => undefined);
    server.close();
  });
});

test("an HTTP error's text is its JSON message, else status and body", () => {
  expect(httpErrorText(501, "Not Implemented", '{"message":"no display"}')).toBe("no display");
  expect(httpErrorText(500, "Internal Server Error", "boom")).toBe(
    'unexpected HTTP status 500 Internal Server Error, body="boom"',
  );
});
