import { describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { parseQcow2Header, Qcow2Error, qcow2HeaderBytes } from "../../../src/lib/qcow2/header.ts";

/** The first bytes of an image that qemu-img made. */
function made(...args: readonly string[]): Uint8Array {
  const directory = mkdtempSync(join(tmpdir(), "qcow2-"));
  const path = join(directory, "a.qcow2");
  const result = Bun.spawnSync(["qemu-img", "create", "-q", "-f", "qcow2", ...args, path, "3G"], { cwd: directory });
  if (result.exitCode !== 0) throw new Error(result.stderr.toString());
  const bytes = readFileSync(path).subarray(0, qcow2HeaderBytes);
  rmSync(directory, { recursive: true });
  return bytes;
}

const plain = {
  version: 3,
  virtualSizeBytes: 3 * 1024 ** 3,
  clusterBytes: 65536,
  backingFile: undefined,
  backingFormat: undefined,
  encrypted: false,
  externalData: false,
  externalDataFile: undefined,
  dirty: false,
  corrupt: false,
} as const;

describe("an image by qemu-img", () => {
  const rows = [
    [[], {}],
    [["-o", "compat=0.10"], { version: 2 }],
    [["-o", "cluster_size=512"], { clusterBytes: 512 }],
    [["-o", "cluster_size=2M"], { clusterBytes: 2 * 1024 ** 2 }],
    [["-o", "compression_type=zstd"], {}],
    [["-F", "raw", "-b", "/etc/passwd", "-u"], { backingFile: "/etc/passwd", backingFormat: "raw" }],
    [
      ["-o", "compat=0.10", "-F", "qcow2", "-b", "ä.qcow2", "-u"],
      { version: 2, backingFile: "ä.qcow2", backingFormat: "qcow2" },
    ],
    [["-o", "data_file=data.raw"], { externalData: true, externalDataFile: "data.raw" }],
  ] as const;
  for (const [args, expected] of rows) {
    test(`made with ${JSON.stringify(args)}`, () => {
      expect(parseQcow2Header(made(...args))).toEqual({
        ...plain,
        tablesEnd: expect.any(Number),
        ...expected,
      });
    });
  }
});

test("an image whose crypt method is not 0 is encrypted", () => {
  // Not made by qemu-img: it measures the CPU for its key derivation, which fails on a busy machine.
  const bytes = Buffer.from(made());
  bytes.writeUInt32BE(2, 32);
  expect(parseQcow2Header(bytes).encrypted).toBeTrue();
});

test("an image by qemu-img is never shorter than where its tables end", () => {
  const directory = mkdtempSync(join(tmpdir(), "qcow2-"));
  const path = join(directory, "a.qcow2");
  for (const [cluster, size] of [
    ["512", "1M"],
    ["64k", "8M"],
    ["64k", "10T"],
    ["2M", "1G"],
  ] as const) {
    Bun.spawnSync(["qemu-img", "create", "-q", "-f", "qcow2", "-o", `cluster_size=${cluster}`, path, size]);
    const bytes = readFileSync(path);
    expect(parseQcow2Header(bytes.subarray(0, qcow2HeaderBytes)).tablesEnd).toBeLessThanOrEqual(bytes.length);
  }
  rmSync(directory, { recursive: true });
});

describe("bytes that are no image", () => {
  const good = made();
  test("nothing but Qcow2Error is thrown, whatever the bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(120), (noise, place) => {
        const bytes = Buffer.from(good);
        bytes.set(noise, place);
        for (const input of [noise, bytes, bytes.subarray(0, place)]) {
          try {
            parseQcow2Header(input);
          } catch (error) {
            expect(error).toBeInstanceOf(Qcow2Error);
          }
        }
      }),
    );
  });

  test("the magic of another format is refused", () => {
    expect(() => parseQcow2Header(Buffer.alloc(1024))).toThrow("not a qcow2 image");
  });
});
