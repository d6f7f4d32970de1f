import { describe, expect, test } from "bun:test";
import { appendFileSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { followLines } from "../../src/lib/follow.ts";

/** Follows a file and lets a test wait for what it gives. */
function follow(path: string, from = 0) {
  const end = new AbortController();
  const lines: string[] = [];
  const done = (async () => {
    for await (const line of followLines(path, { from, signal: end.signal, pauseMs: [1, 5] })) lines.push(line);
  })();
  const until = async (count: number) => {
    while (lines.length < count) await Bun.sleep(1);
    return [...lines];
  };
  const stop = async () => {
    end.abort();
    await done;
    return lines;
  };
  return { until, stop };
}

function file(): Disposable & { readonly path: string } {
  const directory = mkdtempSync(join(tmpdir(), "limabun-follow-"));
  return { path: join(directory, "log"), [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }) };
}

describe("following a log", () => {
  test("lines come as they are completed, from a file that appears later", async () => {
    using log = file();
    const { until, stop } = follow(log.path);
    await Bun.sleep(3);
    writeFileSync(log.path, "one\ntw");
    expect(await until(1)).toEqual(["one"]);
    appendFileSync(log.path, "o\nthree\n");
    expect(await until(3)).toEqual(["one", "two", "three"]);
    expect(await stop()).toHaveLength(3);
  });

  test("what is complete when the follower is ended is still given, a half line is not", async () => {
    using log = file();
    writeFileSync(log.path, "a\nb\nhalf");
    expect(await follow(log.path).stop()).toEqual(["a", "b"]);
  });

  test("it begins at the offset", async () => {
    using log = file();
    writeFileSync(log.path, "old\nnew\n");
    expect(await follow(log.path, 4).stop()).toEqual(["new"]);
  });

  test("a file that is cut is read from its beginning again", async () => {
    using log = file();
    writeFileSync(log.path, "first run\n");
    const { until, stop } = follow(log.path);
    await until(1);
    truncateSync(log.path, 0);
    await Bun.sleep(20);
    appendFileSync(log.path, "second\n");
    expect(await until(2)).toEqual(["first run", "second"]);
    await stop();
  });

  test("a file that takes the name of the old one is read from its beginning", async () => {
    using log = file();
    writeFileSync(log.path, "first\n");
    const { until, stop } = follow(log.path);
    await until(1);
    writeFileSync(`${log.path}.new`, "second\n");
    renameSync(`${log.path}.new`, log.path);
    expect(await until(2)).toEqual(["first", "second"]);
    await stop();
  });

  test("characters of several bytes that come in pieces, and a line longer than a read, are whole", async () => {
    using log = file();
    const long = "ä".repeat(100_000);
    const bytes = Buffer.from(`${long}\nü\n`);
    writeFileSync(log.path, bytes.subarray(0, 70_001));
    const { until, stop } = follow(log.path);
    await Bun.sleep(5);
    appendFileSync(log.path, bytes.subarray(70_001));
    expect(await until(2)).toEqual([long, "ü"]);
    await stop();
  });
});
