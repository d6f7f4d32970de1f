import { describe, expect, test } from "bun:test";
import { cacheDirectories } from "../../scripts/test-image/cache.ts";
import { moduleFiles } from "../../scripts/test-image/kernel-modules.ts";

describe("the kernel modules of a test guest", () => {
  const modulesDep = [
    "kernel/fs/ext4/ext4.ko: kernel/lib/crc16.ko kernel/fs/mbcache.ko kernel/fs/jbd2/jbd2.ko",
    "kernel/fs/jbd2/jbd2.ko:",
    "kernel/fs/mbcache.ko:",
    "kernel/lib/crc16.ko:",
    "kernel/drivers/char/virtio-rng.ko.xz:",
  ].join("\n");
  const builtin = "kernel/drivers/virtio/virtio_pci.ko\n";

  test("come after what they need, each once", () => {
    const files = moduleFiles(modulesDep, builtin, ["ext4", "mbcache"]);
    expect(files.at(-1)).toBe("kernel/fs/ext4/ext4.ko");
    expect(new Set(files).size).toBe(4);
    expect(files).toHaveLength(4);
  });

  test("are found with - and _ alike, compressed or not", () => {
    expect(moduleFiles(modulesDep, builtin, ["virtio_rng"])).toEqual(["kernel/drivers/char/virtio-rng.ko.xz"]);
  });

  test("that are in the kernel itself need no file", () => {
    expect(moduleFiles(modulesDep, builtin, ["virtio-pci"])).toEqual([]);
  });

  test("that do not exist are an error", () => {
    expect(() => moduleFiles(modulesDep, builtin, ["nfs"])).toThrow("the kernel has no module nfs");
  });
});

describe("the cache of the test guests", () => {
  test.each([
    [{ LIMABUN_TEST_CACHE: "/c", HOME: "/h" }, ["/c"]],
    [{ HOME: "/h" }, ["/var/cache/limabun-test", "/h/.cache/limabun-test"]],
    [{ HOME: "/h", XDG_CACHE_HOME: "/x" }, ["/var/cache/limabun-test", "/x/limabun-test"]],
  ])("with %j is %j", (env, directories) => {
    expect(cacheDirectories(env)).toEqual(directories);
  });
});
