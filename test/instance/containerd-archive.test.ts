import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import type { Config } from "../../src/config/types.ts";
import { obtainContainerdArchive } from "../../src/instance/containerd-archive.ts";
import { recordingLogger, scratch, serveFiles, sha256 } from "../image/support/server.ts";
import { sampleConfig } from "../support/sample-config.ts";
import { host } from "../vm/support/host.ts";

const body = Buffer.from("an archive");

function setup(home: string, location: string) {
  const logger = recordingLogger();
  const containerd = {
    system: false,
    user: true,
    archives: [{ location, arch: "x86_64" as const, digest: sha256(body) }],
  };
  const config: Config = { ...sampleConfig, containerd };
  const context = { host: host({ home, env: { PATH: process.env.PATH ?? "" } }), limaHome: home, logger };
  return { logger, config, context };
}

const signal = new AbortController().signal;

test("containerd's archive is downloaded with its progress shown, and then found in the cache", async () => {
  using directory = scratch();
  using server = serveFiles({ "/nerdctl-full.tar.gz": { body } });
  const { config, context } = setup(directory.path, `${server.url}/nerdctl-full.tar.gz`);
  const watched: string[] = [];
  const watchTransfer = (label: string) => {
    watched.push(label);
    const finish = () => undefined;
    return { update: () => undefined, finish, [Symbol.dispose]: finish };
  };
  const path = await obtainContainerdArchive(context, config, { reuseCached: false, watchTransfer, signal });
  expect(readFileSync(path ?? "").equals(body)).toBe(true);
  expect(watched).toEqual(["the nerdctl archive (nerdctl-full.tar.gz)"]);
  server.requests.length = 0;
  expect(await obtainContainerdArchive(context, config, { reuseCached: true, signal })).toBe(path ?? "");
  expect(server.requests).toEqual([]);
});

test("an archive that cannot be had is a warning with the remedy", async () => {
  using directory = scratch();
  const { config, context, logger } = setup(directory.path, "http://127.0.0.1:1/nerdctl-full.tar.gz");
  expect(await obtainContainerdArchive(context, config, { reuseCached: false, signal })).toBeUndefined();
  const [warning = ""] = logger.lines.filter((line) => line.startsWith("warning"));
  expect(warning).toContain(
    "containerd is not set up in the guest: failed to download `http://127.0.0.1:1/nerdctl-full.tar.gz`",
  );
  expect(warning).toContain(
    "name a copy of it in `containerd.archives`, or switch containerd off with `--containerd=none`",
  );
});

test("nothing is downloaded for a guest in plain mode, or without containerd", async () => {
  using directory = scratch();
  const { config, context, logger } = setup(directory.path, "http://127.0.0.1:1/x");
  const off = { ...config.containerd, user: false };
  for (const changed of [{ plain: true }, { containerd: off }])
    expect(
      await obtainContainerdArchive(context, { ...config, ...changed }, { reuseCached: false, signal }),
    ).toBeUndefined();
  expect(logger.lines).toEqual([]);
});
