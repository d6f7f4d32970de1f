import { describe, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type ArchiveOptions, obtainArchive } from "../../src/image/archive.ts";
import { recordingLogger, scratch, serveFiles, sha256 } from "./support/server.ts";

const body = Buffer.from("an archive");

function setup(directory: string, locations: readonly string[], digest = sha256(body)): ArchiveOptions {
  return {
    archives: locations.map((location) => ({ location, arch: "x86_64", digest })),
    arch: "x86_64",
    description: "the nerdctl archive",
    reuseCached: false,
    cacheDirectory: join(directory, "cache"),
    home: directory,
    env: process.env,
    log: recordingLogger(),
  };
}

describe("an archive", () => {
  test("is brought into the cache and stays packed", async () => {
    using directory = scratch();
    using server = serveFiles({ "/a.tar.gz": { body } });
    const path = await obtainArchive(setup(directory.path, [`${server.url}/a.tar.gz`]));
    expect(readFileSync(path).equals(body)).toBeTrue();
    expect(path).toEndWith("/data");
  });

  test("of a started instance is taken from the cache without asking the server", async () => {
    using directory = scratch();
    using server = serveFiles({ "/a": { body } });
    const options = { ...setup(directory.path, ["http://127.0.0.1:1/x", `${server.url}/a`]) };
    const path = await obtainArchive(options);
    server.requests.length = 0;
    expect(await obtainArchive({ ...options, reuseCached: true })).toBe(path);
    expect(server.requests).toEqual([]);
  });

  test("whose cached bytes were changed is not taken from the cache", async () => {
    using directory = scratch();
    using server = serveFiles({ "/a": { body } });
    const options = setup(directory.path, [`${server.url}/a`], "");
    writeFileSync(await obtainArchive(options), "changed");
    await expect(
      obtainArchive({ ...setup(directory.path, [`${server.url}/a`]), reuseCached: true }),
    ).resolves.toBeString();
    expect(server.requests.at(-1)).toBe("GET /a");
  });

  test("on this host is used where it lies", async () => {
    using directory = scratch();
    writeFileSync(join(directory.path, "a.tgz"), body);
    expect(await obtainArchive(setup(directory.path, ["~/a.tgz"]))).toBe(join(directory.path, "a.tgz"));
  });

  test("that cannot be had is an error that names every place", async () => {
    using directory = scratch();
    const failed = obtainArchive(setup(directory.path, ["http://127.0.0.1:1/a", "/nonexistent/b"]));
    await expect(failed).rejects.toThrow(
      "failed to download `http://127.0.0.1:1/a`: connection refused\nfailed to download `/nonexistent/b`: failed to open",
    );
  });

  test("that does not exist for the architecture is an error", async () => {
    using directory = scratch();
    const options = { ...setup(directory.path, ["/a"]), arch: "riscv64" as const };
    await expect(obtainArchive(options)).rejects.toThrow("does not exist for the architecture `riscv64`");
  });
});
