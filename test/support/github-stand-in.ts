import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Server } from "node:net";
import { join } from "node:path";

/** What a page answers: its text with status 200, or another status. */
export type Page = string | { readonly status: number; readonly text: string };

/**
 * Stands in for api.github.com and raw.githubusercontent.com: an HTTPS server whose authority is made for the test, behind
 * a proxy that leads every connection to it. `env` makes a program go there.
 */
export class GithubStandIn implements AsyncDisposable {
  /** Requests so far, as `HOST/PATH`, with the token when there was one. */
  readonly requests: string[] = [];
  readonly env: Readonly<Record<string, string>>;

  private constructor(
    private readonly server: ReturnType<typeof Bun.serve>,
    private readonly proxy: Server,
    requests: string[],
    authority: string,
  ) {
    this.requests = requests;
    const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    this.env = { HTTPS_PROXY: url, NODE_EXTRA_CA_CERTS: authority };
  }

  /**
   * @param pages answers by `HOST/PATH`; everything else is a 404
   * @param directory where the certificate is kept
   */
  static async start(pages: Readonly<Record<string, Page>>, directory: string): Promise<GithubStandIn> {
    const [certificate, key] = [join(directory, "github.pem"), join(directory, "github.key")];
    const names = "subjectAltName=DNS:api.github.com,DNS:raw.githubusercontent.com";
    const words = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=stand-in"];
    const made = spawnSync("openssl", [...words, "-addext", names, "-keyout", key, "-out", certificate]);
    if (made.status !== 0) throw new Error(`openssl failed: ${made.stderr}`);
    const requests: string[] = [];
    const server = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      tls: { cert: readFileSync(certificate), key: readFileSync(key) },
      fetch(request) {
        const token = request.headers.get("authorization");
        const name = `${request.headers.get("host")}${new URL(request.url).pathname}`;
        requests.push(token === null ? name : `${name} ${token}`);
        const page = pages[name] ?? { status: 404, text: "404: Not Found" };
        return typeof page === "string" ? new Response(page) : new Response(page.text, { status: page.status });
      },
    });
    const proxy = createServer((client) => {
      client.once("data", () => {
        const upstream = connect(server.port ?? 0, "127.0.0.1", () => {
          client.write("HTTP/1.1 200 Connection established\r\n\r\n");
          client.pipe(upstream).pipe(client);
        });
        upstream.on("error", () => client.destroy());
        client.on("error", () => upstream.destroy());
      });
    });
    await new Promise<void>((listening) => proxy.listen(0, "127.0.0.1", listening));
    return new GithubStandIn(server, proxy, requests, certificate);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.proxy.close();
    await this.server.stop(true);
  }
}
