import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type DownloadOptions, download } from "../../src/image/download.ts";
import { recordingLogger, scratch, serveFiles, sha256 } from "./support/server.ts";

const body = Buffer.from("the bytes of an image\n".repeat(5000));
const monday = "Mon, 02 Mar 2026 10:00:00 GMT";
const tuesday = "Tue, 03 Mar 2026 10:00:00 GMT";

function setup(directory: string): DownloadOptions & { readonly log: ReturnType<typeof recordingLogger> } {
  return {
    cacheDirectory: join(directory, "cache"),
    description: "the image",
    home: directory,
    env: process.env,
    log: recordingLogger(),
  };
}

function entryOf(options: DownloadOptions, url: string): string {
  const key = createHash("sha256").update(url).digest("hex");
  return join(options.cacheDirectory, "download/by-url-sha256", key);
}

describe("a URL", () => {
  test("is downloaded into the cache layout and delivered", async () => {
    using directory = scratch();
    using server = serveFiles({ "/a.img": { body, lastModified: monday } });
    const options = { ...setup(directory.path), digest: sha256(body) };
    const url = `${server.url}/a.img`;
    const target = join(directory.path, "deep/er/basedisk");
    const entry = entryOf(options, url);
    expect(await download(url, target, options)).toEqual({ status: "downloaded", cachePath: join(entry, "data") });
    expect(readFileSync(target).equals(body)).toBeTrue();
    expect(statSync(target).mode & 0o777).toBe(0o644);
    expect(statSync(entry).mode & 0o777).toBe(0o700);
    expect(readdirSync(entry).sort()).toEqual(["data", "sha256.digest", "time", "type", "url"]);
    expect(readFileSync(join(entry, "url"), "utf8")).toBe(url);
    expect(readFileSync(join(entry, "time"), "utf8")).toBe(monday);
    expect(readFileSync(join(entry, "sha256.digest"), "utf8")).toBe(sha256(body));
    expect(readdirSync(join(target, ".."))).toEqual(["basedisk"]);
  });

  test("with a recorded digest is used without asking the server", async () => {
    using directory = scratch();
    using server = serveFiles({ "/a.img": { body } });
    const options = { ...setup(directory.path), digest: sha256(body) };
    await download(`${server.url}/a.img`, undefined, options);
    server.requests.length = 0;
    const again = await download(`${server.url}/a.img`, join(directory.path, "b"), options);
    expect(again.status).toBe("used-cache");
    expect(server.requests).toEqual([]);
  });

  const freshness = [
    { name: "the same time: the cache is used", now: monday, status: "used-cache" },
    { name: "another time: downloaded anew", now: tuesday, status: "downloaded" },
    { name: "no time any more: downloaded anew", now: undefined, status: "downloaded" },
  ] as const;
  for (const { name, now, status } of freshness) {
    test(`without a digest is compared by Last-Modified; ${name}`, async () => {
      using directory = scratch();
      using server = serveFiles({ "/a.img": { body, lastModified: monday } });
      const options = setup(directory.path);
      await download(`${server.url}/a.img`, undefined, options);
      server.files.set("/a.img", { body: Buffer.from("new"), ...(now === undefined ? {} : { lastModified: now }) });
      const target = join(directory.path, "b");
      expect((await download(`${server.url}/a.img`, target, options)).status).toBe(status);
      expect(readFileSync(target, "utf8")).toBe(status === "used-cache" ? body.toString() : "new");
    });
  }

  test("whose server does not answer any more is taken from the cache", async () => {
    using directory = scratch();
    const server = serveFiles({ "/a.img": { body, lastModified: monday } });
    const options = setup(directory.path);
    await download(`${server.url}/a.img`, undefined, options);
    server[Symbol.dispose]();
    expect((await download(`${server.url}/a.img`, join(directory.path, "b"), options)).status).toBe("used-cache");
    expect(options.log.lines.join("\n")).toContain("info: Failed to retrieve last-modified");
  });

  test("with a wrong digest is an error that names both, and nothing is kept", async () => {
    using directory = scratch();
    using server = serveFiles({ "/a.img": { body } });
    const wrong = sha256("something else");
    const options = { ...setup(directory.path), digest: wrong };
    const target = join(directory.path, "b");
    const url = `${server.url}/a.img`;
    await expect(download(url, target, options)).rejects.toThrow(
      `expected digest \`${wrong}\`, got \`${sha256(body)}\``,
    );
    expect(existsSync(target)).toBeFalse();
    expect(readdirSync(entryOf(options, url))).toEqual([]);
  });

  test("whose cached bytes have another digest than wanted is an error, not downloaded anew", async () => {
    using directory = scratch();
    using server = serveFiles({ "/a.img": { body, lastModified: monday } });
    const options = setup(directory.path);
    await download(`${server.url}/a.img`, undefined, { ...options, digest: sha256(body) });
    server.requests.length = 0;
    const wanted = sha256("newer");
    await expect(download(`${server.url}/a.img`, undefined, { ...options, digest: wanted })).rejects.toThrow(
      `expected digest \`${wanted}\`, got \`${sha256(body)}\``,
    );
    expect(server.requests).toEqual([]);
  });

  test("cached without a digest is verified in full when one is given later", async () => {
    using directory = scratch();
    using server = serveFiles({ "/a.img": { body, lastModified: monday } });
    const options = setup(directory.path);
    await download(`${server.url}/a.img`, undefined, options);
    await download(`${server.url}/a.img`, undefined, { ...options, digest: sha256(body) });
    await expect(
      download(`${server.url}/a.img`, undefined, { ...options, digest: `sha512:${"0".repeat(128)}` }),
    ).rejects.toThrow("expected digest `sha512:000");
  });

  test("that the server does not have is an error", async () => {
    using directory = scratch();
    using server = serveFiles({});
    const failed = download(`${server.url}/a.img`, undefined, setup(directory.path));
    await expect(failed).rejects.toThrow("unexpected HTTP status 404 Not Found");
  });

  test("whose connection is cut is an error, and nothing is kept", async () => {
    using directory = scratch();
    const server = Bun.listen({
      hostname: "127.0.0.1",
      port: 0,
      socket: {
        data(socket) {
          socket.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\npart");
          socket.end();
        },
      },
    });
    const options = setup(directory.path);
    const url = `http://127.0.0.1:${server.port}/a.img`;
    await expect(download(url, join(directory.path, "b"), options)).rejects.toThrow("the connection was cut");
    expect(readdirSync(entryOf(options, url))).toEqual([]);
    expect(existsSync(join(directory.path, "b"))).toBeFalse();
    server.stop(true);
  });

  test("of a server that nobody runs is an error", async () => {
    using directory = scratch();
    const failed = download("http://127.0.0.1:1/a.img", undefined, setup(directory.path));
    await expect(failed).rejects.toThrow(/^connection refused$/);
  });

  test("asked for several times at once is downloaded once", async () => {
    using directory = scratch();
    using server = serveFiles({ "/a.img": { body, lastModified: monday } });
    const options = { ...setup(directory.path), digest: sha256(body) };
    const results = await Promise.all(
      [1, 2, 3, 4].map((number) => download(`${server.url}/a.img`, join(directory.path, `b${number}`), options)),
    );
    expect(results.map(({ status }) => status).sort()).toEqual([
      "downloaded",
      "used-cache",
      "used-cache",
      "used-cache",
    ]);
    expect(server.requests).toEqual(["GET /a.img"]);
  });

  test("that is there already at its destination is skipped", async () => {
    using directory = scratch();
    const target = join(directory.path, "b");
    writeFileSync(target, "mine");
    expect(await download("http://127.0.0.1:1/a.img", target, setup(directory.path))).toEqual({ status: "skipped" });
  });

  test("leftovers of a dead download are removed by the next one", async () => {
    using directory = scratch();
    using server = serveFiles({ "/a.img": { body } });
    const options = setup(directory.path);
    const entry = entryOf(options, `${server.url}/a.img`);
    mkdirSync(entry, { recursive: true });
    writeFileSync(join(entry, "data.tmp.1.1"), "half");
    await download(`${server.url}/a.img`, undefined, options);
    expect(readdirSync(entry).sort()).toEqual(["data", "time", "type", "url"]);
  });

  test("an abort ends the download, and nothing is kept", async () => {
    using directory = scratch();
    const started = Promise.withResolvers<void>();
    const server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch: () =>
        new Response(
          new ReadableStream({
            async pull(controller) {
              controller.enqueue(Buffer.alloc(1000));
              started.resolve();
              await Bun.sleep(50);
            },
          }),
        ),
    });
    const abort = new AbortController();
    const options = { ...setup(directory.path), signal: abort.signal };
    const url = `http://127.0.0.1:${server.port}/a.img`;
    const failed = download(url, undefined, options);
    failed.catch(() => {});
    await started.promise;
    abort.abort(new Error("interrupted"));
    await expect(failed).rejects.toThrow("interrupted");
    expect(readdirSync(entryOf(options, url))).toEqual([]);
    server.stop(true);
  });

  test("progress tells the label, the size and every step", async () => {
    using directory = scratch();
    using server = serveFiles({ "/d/a.img": { body } });
    const told: unknown[] = [];
    await download(`${server.url}/d/a.img?x=1`, undefined, {
      ...setup(directory.path),
      watch: (label, total) => {
        told.push([label, total]);
        return { update: (done) => void told.push(done), finish: () => void told.push("end"), [Symbol.dispose]() {} };
      },
    });
    expect(told[0]).toEqual(["the image (a.img)", body.length]);
    expect(told.slice(-2)).toEqual([body.length, "end"]);
  });
});

describe("a local file", () => {
  const forms = [
    ["a path", (path: string) => path],
    ["a file URL", (path: string) => `file://${path}`],
    ["a path below ~", (path: string) => `~/${path.split("/").at(-1)}`],
  ] as const;
  for (const [name, location] of forms) {
    test(`given as ${name} is copied and not cached`, async () => {
      using directory = scratch();
      const source = join(directory.path, "source.img");
      writeFileSync(source, body);
      const options = { ...setup(directory.path), digest: sha256(body) };
      expect(await download(location(source), join(directory.path, "b"), options)).toEqual({ status: "downloaded" });
      expect(readFileSync(join(directory.path, "b")).equals(body)).toBeTrue();
      expect(existsSync(options.cacheDirectory)).toBeFalse();
    });
  }

  const refused = [
    ["that does not exist", "/nonexistent/x.img", "failed to open `/nonexistent/x.img`: no such file or directory"],
    ["that is a directory", "/etc", "`/etc` is not a regular file"],
    ["with a relative file URL", "file://x.img", "got non-absolute path `x.img` in `file://x.img`"],
  ] as const;
  for (const [name, location, message] of refused) {
    test(`${name} is an error`, async () => {
      using directory = scratch();
      await expect(download(location, join(directory.path, "b"), setup(directory.path))).rejects.toThrow(message);
    });
  }

  test("with a wrong digest is not copied", async () => {
    using directory = scratch();
    const source = join(directory.path, "source.img");
    writeFileSync(source, body);
    const options = { ...setup(directory.path), digest: sha256("other") };
    await expect(download(source, join(directory.path, "b"), options)).rejects.toThrow("expected digest");
    expect(readdirSync(directory.path)).toEqual(["source.img"]);
  });

  test("keeps its holes", async () => {
    using directory = scratch();
    const source = join(directory.path, "source.img");
    const bytes = Buffer.alloc(5 * 1024 * 1024);
    bytes.write("start", 0);
    bytes.write("end", bytes.length - 3);
    writeFileSync(source, bytes);
    await download(source, join(directory.path, "b"), setup(directory.path));
    expect(readFileSync(join(directory.path, "b")).equals(bytes)).toBeTrue();
    expect(statSync(join(directory.path, "b")).blocks * 512).toBeLessThan(1024 * 1024);
  });
});

describe("compressed bytes", () => {
  const programs = [
    ["gzip", ".gz"],
    ["bzip2", ".bz2"],
    ["xz", ".xz"],
    ["zstd", ".zst"],
  ] as const;
  for (const [program, extension] of programs) {
    for (const ending of [extension, ".img"]) {
      test(`of ${program} are unpacked from a name ending in ${ending}`, async () => {
        using directory = scratch();
        const source = join(directory.path, `source${ending}`);
        writeFileSync(source, Bun.spawnSync([program, "-c"], { stdin: body }).stdout);
        await download(source, join(directory.path, "b"), { ...setup(directory.path), decompress: true });
        expect(readFileSync(join(directory.path, "b")).equals(body)).toBeTrue();
      });
    }
  }

  test("of gzip are unpacked without the program, others name it", async () => {
    using directory = scratch();
    const options = { ...setup(directory.path), decompress: true, env: { PATH: directory.path } };
    writeFileSync(join(directory.path, "s.gz"), Bun.gzipSync(body));
    await download(join(directory.path, "s.gz"), join(directory.path, "b"), options);
    expect(readFileSync(join(directory.path, "b")).equals(body)).toBeTrue();
    writeFileSync(join(directory.path, "s.xz"), "x");
    await expect(download(join(directory.path, "s.xz"), join(directory.path, "c"), options)).rejects.toThrow(
      "failed to find `xz` in $PATH",
    );
  });

  test("that are broken are an error, and nothing is kept", async () => {
    using directory = scratch();
    writeFileSync(join(directory.path, "s.xz"), "no xz at all");
    const options = { ...setup(directory.path), decompress: true };
    await expect(download(join(directory.path, "s.xz"), join(directory.path, "b"), options)).rejects.toThrow(
      "with xz -d: exit status 1",
    );
    expect(readdirSync(directory.path)).toEqual(["s.xz"]);
  });

  test("stay as they are when unpacking is not asked for", async () => {
    using directory = scratch();
    writeFileSync(join(directory.path, "s.gz"), Bun.gzipSync(body));
    await download(join(directory.path, "s.gz"), join(directory.path, "b"), setup(directory.path));
    expect(readFileSync(join(directory.path, "b")).equals(readFileSync(join(directory.path, "s.gz")))).toBeTrue();
  });
});

describe("digests", () => {
  const bad = [
    "md5:0123",
    "sha256:",
    "sha256:xyz",
    `sha256:${"0".repeat(63)}`,
    `sha256:${"0".repeat(64)}:x`,
    "0".repeat(64),
  ];
  for (const digest of bad) {
    test(`${digest.slice(0, 20)} is refused before anything is fetched`, async () => {
      using directory = scratch();
      await expect(download("http://127.0.0.1:1/x", undefined, { ...setup(directory.path), digest })).rejects.toThrow(
        "invalid checksum digest format",
      );
    });
  }
});
