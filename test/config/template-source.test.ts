import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { readTemplate } from "../../src/config/templates/read.ts";
import { createTemplateSource } from "../../src/config/templates/source-read.ts";
import { listTemplates } from "../../src/config/templates/store.ts";
import type { Host } from "../../src/lib/host.ts";
import { makeHost } from "./fixtures.ts";
import { failureOf } from "./template-fixtures.ts";

const root = realpathSync(mkdtempSync(join(tmpdir(), "template-source-")));
const write = (path: string, text: string, mode = 0o644): string => {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  chmodSync(file, mode);
  return file;
};

const server = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch(request) {
    const { pathname } = new URL(request.url);
    if (pathname === "/moved.yaml") return Response.redirect("/x.yaml", 302);
    if (pathname === "/round.yaml") return Response.redirect("/round.yaml", 302);
    if (pathname === "/x.yaml") return new Response("images: []\n");
    if (pathname === "/endless.yaml") {
      const chunk = new Uint8Array(1024 * 1024).fill(0x23);
      return new Response(new ReadableStream({ pull: (controller) => controller.enqueue(chunk) }));
    }
    return new Response("images: [] # not here", { status: 503 });
  },
});

beforeAll(() => {
  write("home/_templates/mine.yaml", "a: 1\n");
  write("home/_templates/sub/deep.yaml", "a: 2\n");
  symlinkSync(join(root, "home/_templates/mine.yaml"), join(root, "home/_templates/linked.yaml"));
  symlinkSync(join(root, "home/_templates/sub"), join(root, "home/_templates/linked-directory"));
  write("prefix/share/lima/templates/installed.yaml", "a: 3\n");
  write("prefix/bin/limactl", "", 0o755);
  write("prefix/libexec/lima/limactl-url-lab", '#!/bin/sh\necho "$1.yaml"\n', 0o755);
  write("path/limactl-url-bad", "#!/bin/sh\necho broken >&2\nexit 3\n", 0o755);
  write("path/limactl-url-plain", "not executable");
  write("path/limactl-url-text", "no program\n", 0o755);
});

afterAll(async () => {
  await server.stop(true);
  rmSync(root, { recursive: true });
});

function contextFor(env: Readonly<Record<string, string>> = {}) {
  const host: Host = makeHost({
    home: join(root, "user"),
    cwd: root,
    self: [join(root, "prefix/bin/limactl")],
    env: { PATH: `${join(root, "path")}:/usr/bin:/bin`, ...env },
  });
  const source = createTemplateSource(
    host,
    { limaHome: join(root, "home"), cacheDirectory: join(root, "cache") },
    { "shipped.yaml": "a: 4\n" },
  );
  return { host, source, warnings: [], notes: [] };
}

describe("the store", () => {
  test("is the user's templates, the installed ones and the shipped ones", async () => {
    expect((await listTemplates(contextFor().source)).map((each) => each.name)).toEqual([
      "installed",
      "linked",
      "mine",
      "shipped",
      "sub/deep",
    ]);
  });

  test("is what LIMA_TEMPLATES_PATH says, and nothing else", async () => {
    const context = contextFor({ LIMA_TEMPLATES_PATH: join(root, "home/_templates/sub") });
    expect((await listTemplates(context.source)).map((each) => each.name)).toEqual(["deep"]);
    expect(await failureOf(readTemplate("template:shipped", context))).toContain("template `shipped.yaml` not found");
  });

  test("gives a template's text", async () => {
    expect((await readTemplate("template:sub/deep", contextFor())).text).toBe("a: 2\n");
  });
});

describe("http", () => {
  const url = (path: string) => `http://127.0.0.1:${server.port}/${path}`;

  test("redirects are followed", async () => {
    expect((await readTemplate(url("moved.yaml"), contextFor())).text).toBe("images: []\n");
  });

  test("an error status is an error", async () => {
    expect(await failureOf(readTemplate(url("no.yaml"), contextFor()))).toBe(
      `failed to read template \`${url("no.yaml")}\`: the server answered with status 503`,
    );
  });

  test("an answer without end is cut off and refused", async () => {
    expect(await failureOf(readTemplate(url("endless.yaml"), contextFor()))).toContain("exceeds the size limit");
  });

  test("a server that is not there", async () => {
    expect(await failureOf(readTemplate("http://127.0.0.1:1/x.yaml", contextFor()))).toStartWith(
      "failed to fetch `http://127.0.0.1:1/x.yaml`: ",
    );
  });

  test("a redirect without end", async () => {
    expect(await failureOf(readTemplate(url("round.yaml"), contextFor()))).toMatch(/redirected too many times\.$/);
  });
});

describe("URL plugins", () => {
  test("are found in the libexec directory and run", async () => {
    write("here.yaml", "a: 5\n");
    expect((await readTemplate("lab:here", contextFor())).text).toBe("a: 5\n");
  });

  test("tell why they fail", async () => {
    expect(await failureOf(readTemplate("bad:x", contextFor()))).toBe(
      `command \`${join(root, "path/limactl-url-bad")} x\` failed: broken`,
    );
  });

  test("that the system cannot run are a failure as well", async () => {
    const path = join(root, "path/limactl-url-text");
    expect(await failureOf(readTemplate("text:x", contextFor()))).toBe(
      `command \`${path} x\` failed: fork/exec ${path}: exec format error`,
    );
  });

  test("must be executable", async () => {
    expect(await failureOf(readTemplate("plain:x", contextFor()))).toContain("no such file or directory");
  });
});

test("a directory in the place of a template is named", async () => {
  expect(await failureOf(readTemplate(root, contextFor()))).toBe(`read ${root}: is a directory`);
});
