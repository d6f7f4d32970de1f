import { describe, expect, test } from "bun:test";
import { formatSize, parseSize } from "../../src/lib/sizes.ts";

const kib = 1024;
const gib = 1024 ** 3;

describe("a size that is read", () => {
  test.each([
    ["0", 0],
    ["512", 512],
    ["512b", 512],
    ["1k", kib],
    ["1kb", kib],
    ["1KiB", kib],
    ["1 KIB", kib],
    ["4GB", 4 * gib],
    ["4g", 4 * gib],
    ["1.5GiB", 1.5 * gib],
    [".5G", gib / 2],
    ["1t", 1024 * gib],
    ["1P", 1024 ** 2 * gib],
    // Fractions of a byte are cut.
    ["1.0009765625k", 1025],
    ["0.3", 0],
  ])("%s", (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });

  test.each([
    ["", "invalid size: ''"],
    ["GiB", "invalid size: 'GiB'"],
    ["-1", "invalid size: '-1'"],
    ["1.5.5G", "invalid size: '1.5.5G'"],
    ["10  GiB", "invalid size: '10  GiB'"],
    [" 10GiB", "invalid size: ' 10GiB'"],
    ["10GiB ", "invalid size: '10GiB '"],
    ["Infinity", "invalid size: 'Infinity'"],
    ["1x", "invalid suffix: 'x'"],
    ["1KX", "invalid suffix: 'kx'"],
    ["1EiB", "invalid suffix: 'eib'"],
    ["1GiBB", "invalid suffix: 'gibb'"],
  ])("%j is refused", (text, message) => {
    expect(() => parseSize(text)).toThrow(new Error(message));
  });
});

describe("a size that is shown", () => {
  test.each([
    [0, "0B"],
    [1023, "1023B"],
    [kib, "1KiB"],
    [1.5 * gib, "1.5GiB"],
    [100 * gib, "100GiB"],
    [4_107_000_000, "3.825GiB"],
    [1024 ** 7, "1ZiB"],
    [1024 ** 9, "1024YiB"],
  ])("%d bytes", (bytes, text) => {
    expect(formatSize(bytes)).toBe(text);
  });
});
