import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InotifyRelay } from "../../../src/hostagent/inotify/relay.ts";
import type { Logger } from "../../../src/lib/log.ts";

setDefaultTimeout(30_000);

const directory = mkdtempSync(join(tmpdir(), "limabun-inotify-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

async function relayOf(name: string) {
  const location = join(directory, name);
  const told: (readonly [path: string, timeMs: number])[] = [];
  const warnings: string[] = [];
  const infos: string[] = [];
  const none = () => undefined;
  const logger: Logger = {
    trace: none,
    debug: none,
    info: (text) => infos.push(text),
    error: none,
    log: none,
    warn: (text) => warnings.push(text),
  };
  const relay = new InotifyRelay({
    mounts: [{ location, mountPoint: "/mnt/it" }],
    logger,
    retryMs: 20,
    tell: (path, timeMs) => told.push([path, timeMs]),
  });
  await relay.start();
  return { location, told, warnings, infos, relay, [Symbol.asyncDispose]: () => relay.stop() };
}

async function until(look: () => boolean): Promise<void> {
  for (let n = 0; !look(); n += 1) {
    if (n > 4000) throw new Error(`waited in vain for ${look}`);
    await Bun.sleep(5);
  }
}

test("a file that is made, changed or touched is told with its time, in new directories too", async () => {
  mkdirSync(join(directory, "a"));
  await using host = await relayOf("a");
  const file = join(host.location, "new", "file");
  mkdirSync(join(host.location, "new"));
  await until(() => host.told.some(([path]) => path === "/mnt/it/new"));
  writeFileSync(file, "1");
  await until(() => host.told.some(([path]) => path === "/mnt/it/new/file"));
  expect(host.told.find(([path]) => path === "/mnt/it/new/file")?.[1]).toBe(statSync(file).mtimeMs);
  utimesSync(file, 4_000_000_000, 4_000_000_000);
  await until(() => host.told.some(([, time]) => time === 4_000_000_000_000));
  // the guest's touch comes back as an event of the host, with the same time or one cut to seconds
  const count = host.told.length;
  utimesSync(file, 4_000_000_000, 4_000_000_000);
  writeFileSync(join(host.location, "last"), "");
  await until(() => host.told.some(([path]) => path === "/mnt/it/last"));
  expect(host.told.slice(count).map(([path]) => path)).not.toContain("/mnt/it/new/file");
  expect(host.infos).toEqual([`enable inotify for writable mount: ${host.location}`]);
});

test("a location that is a link is watched where it leads", async () => {
  mkdirSync(join(directory, "real"));
  symlinkSync("real", join(directory, "link"));
  await using host = await relayOf("link");
  writeFileSync(join(directory, "real", "x"), "");
  await until(() => host.told.some(([path]) => path === "/mnt/it/x"));
});

test("a location that is missing is told of once, and watched when it is there", async () => {
  await using host = await relayOf("late");
  expect(host.relay.health().kind).toBe("failed");
  await Bun.sleep(100);
  mkdirSync(host.location);
  await until(() => host.relay.health().kind === "well");
  writeFileSync(join(host.location, "x"), "");
  await until(() => host.told.length > 0);
  expect(host.warnings).toHaveLength(1);
});
