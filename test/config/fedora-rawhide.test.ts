import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { fedoraRawhide } from "../../src/config/templates/fedora-rawhide.ts";
import { failureOf } from "./template-fixtures.ts";

let answer = new Response("");
let server: ReturnType<typeof Bun.serve>;
beforeAll(() => {
  server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: (request) =>
      new URL(request.url).pathname === "/rawhide/COMPOSE_ID" ? answer : new Response("", { status: 404 }),
  });
});
afterAll(() => server.stop(true));

const kept: string[] = [];
/** Looks up the newest compose in an index of the test's own. */
function lookUp(argument: string, path = "/rawhide"): Promise<string> {
  const source = {
    fetch: async (url: string) => {
      const response = await fetch(url);
      return { status: response.status, body: new Uint8Array(await response.arrayBuffer()) };
    },
    keep: (text: string) => {
      kept.push(text);
      return "/cache/fedora-rawhide.yaml";
    },
  };
  return fedoraRawhide(argument, source, `${server.url.origin}${path}`);
}

describe("fedora-rawhide:", () => {
  test("is the newest compose's image for two architectures", async () => {
    answer = new Response("Fedora-Rawhide-20260316.n.0\n");
    expect(await lookUp("_images/fedora-rawhide")).toBe("/cache/fedora-rawhide.yaml");
    const image = (arch: string) =>
      `- location: ${server.url.origin}/rawhide/Cloud/${arch}/images/Fedora-Cloud-Base-Generic-Rawhide-20260316.n.0.${arch}.qcow2\n  arch: ${arch}\n`;
    expect(kept).toEqual([`images:\n${image("x86_64")}${image("aarch64")}`]);
  });

  test("has no other template", async () => {
    expect(await failureOf(lookUp("_images/other"))).toBe(
      "unknown argument `_images/other`; the only one is `fedora-rawhide:_images/fedora-rawhide`",
    );
  });

  test.each([
    [new Response("", { status: 503 }), "/rawhide", "/rawhide/COMPOSE_ID: the server answered with status 503"],
    [new Response(""), "/moved", "/moved/COMPOSE_ID: the server answered with status 404"],
    [new Response("<html>../../x</html>"), "/rawhide", "/rawhide/COMPOSE_ID holds no compose of Fedora Rawhide"],
  ])("tells what the index answers", async (response, path, message) => {
    answer = response;
    kept.length = 0;
    expect(await failureOf(lookUp("_images/fedora-rawhide", path))).toBe(server.url.origin + message);
    expect(kept).toEqual([]);
  });
});
