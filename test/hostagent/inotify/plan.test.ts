import { expect, test } from "bun:test";
import fc from "fast-check";
import { Changes, guestPathOf, PendingPaths } from "../../../src/hostagent/inotify/plan.ts";

const mounts = [
  { location: "/home/me/link", resolved: "/data/src", mountPoint: "/src" },
  { location: "/data/src/deep", resolved: "/data/src/deep", mountPoint: "/mnt/deep/" },
  { location: "/", resolved: "/", mountPoint: "/host" },
];

test.each([
  ["/data/src/a/b", "/src/a/b"],
  ["/home/me/link/a", "/src/a"],
  ["/data/src", "/src"],
  ["/data/src/deep", "/mnt/deep/"],
  ["/data/src/deep/x", "/mnt/deep/x"],
  ["/data/src/deeper/x", "/src/deeper/x"],
  ["/data/srcs/x", "/host/data/srcs/x"],
])("%s is %s in the guest", (path, guest) => {
  expect(guestPathOf(path, mounts)).toBe(guest);
});

test("a file outside of every mount is nowhere in the guest", () => {
  expect(guestPathOf("/data/srcs", mounts.slice(0, 2))).toBeUndefined();
});

test("one write that makes several events is one change", () => {
  const changes = new Changes();
  expect([1000, 1000, 1009, 1010, 900].map((time) => changes.isNew("/a", time))).toEqual([
    true,
    false,
    false,
    true,
    false,
  ]);
  expect(changes.isNew("/b", 1000)).toBe(true);
});

test("what is remembered of files stays bounded", () => {
  const changes = new Changes();
  for (let n = 0; n < 10_000; n += 1) expect(changes.isNew(`/${n}`, 5)).toBe(true);
  expect(changes.isNew("/0", 5)).toBe(false);
  expect(changes.isNew("/new", 5)).toBe(true);
  expect(changes.isNew("/0", 5)).toBe(true);
});

test("files wait once each, oldest first, and no more than the limit", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(..."abcdefgh")), fc.integer({ min: 1, max: 5 }), (names, limit) => {
      const pending = new PendingPaths(limit);
      for (const name of names) pending.add(name);
      expect(pending.take(100)).toEqual([...new Set(names)].slice(0, limit));
      expect(pending.isEmpty).toBe(true);
    }),
  );
});
