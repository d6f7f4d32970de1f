import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { infoProblem, parseImageInfo } from "../../src/image/base-image-plan.ts";
import { type ImageCandidate, planCandidates } from "../../src/image/candidates-plan.ts";
import { dataRuns } from "../../src/image/copy.ts";
import { formatOf } from "../../src/image/format.ts";
import { isModified } from "../../src/image/freshness-plan.ts";
import { baseName, isLocal } from "../../src/image/location.ts";

function candidate(location: string, more: Partial<ImageCandidate> = {}): ImageCandidate {
  return { location, arch: "x86_64", digest: "", variant: "", archVariant: "", ...more };
}

describe("images are chosen", () => {
  const all = [
    candidate("arm", { arch: "aarch64" }),
    candidate("server", { variant: "server" }),
    candidate("minimal", { variant: "minimal" }),
    candidate("server-v3", { variant: "server", archVariant: "v3" }),
    candidate("server-2", { variant: "server" }),
  ];

  test("of the architecture, and of the first one's variant", () => {
    const { candidates, skipped } = planCandidates(all, "x86_64");
    expect(candidates.map(({ location }) => location)).toEqual(["server", "server-2"]);
    expect(skipped).toEqual([
      'skipped to download: variant mismatch (expected "server", got "")',
      'skipped to download: variant mismatch (expected "server", got "minimal")',
      'skipped to download: archVariant mismatch (expected "", got "v3")',
    ]);
  });

  test("of none when there are none, which is an error", () => {
    expect(() => planCandidates([], "x86_64")).toThrow(/^no images are configured/);
  });

  test("of none of another architecture, which is an error that lists them", () => {
    expect(() => planCandidates([candidate("a"), candidate("b", { arch: "aarch64" })], "riscv64")).toThrow(
      "[skipped to download: `a`: unsupported arch: `x86_64` skipped to download: `b`: unsupported arch: `aarch64`]",
    );
  });
});

describe("the server's file differs", () => {
  const rows = [
    ["Mon, 02 Mar 2026 10:00:00 GMT", "Mon, 02 Mar 2026 10:00:00 GMT", false],
    ["Mon, 02 Mar 2026 10:00:00 GMT", "2026-03-02T10:00:00Z", false],
    ["Mon, 02 Mar 2026 10:00:00 GMT", "Tue, 03 Mar 2026 10:00:00 GMT", true],
    ["Mon, 02 Mar 2026 10:00:00 GMT", "whenever", true],
    ["whenever", "whenever", false],
    [undefined, "Mon, 02 Mar 2026 10:00:00 GMT", true],
    ["Mon, 02 Mar 2026 10:00:00 GMT", "", true],
    ["", "", true],
  ] as const;
  for (const [cached, current, expected] of rows) {
    test(`${cached} then ${JSON.stringify(current)}: ${expected}`, () =>
      expect(isModified(cached, current)).toBe(expected));
  }
});

describe("a location", () => {
  const rows = [
    ["https://example.com/a/b.qcow2?x=1#y", false, "b.qcow2"],
    ["file:///a/b.img", true, "b.img"],
    ["/a/b.img", true, "b.img"],
    ["~/b.img", true, "b.img"],
    ["b.img", true, "b.img"],
  ] as const;
  for (const [location, local, name] of rows) {
    test(location, () => expect([isLocal(location), baseName(location)]).toEqual([local, name]));
  }
});

test("a format is found in any first bytes", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => expect(formatOf(bytes)).toBeString()));
});

test("runs of data cover every byte that is not zero, in order", () => {
  const block = fc.constantFrom(
    Buffer.alloc(64 * 1024),
    Buffer.alloc(64 * 1024, 1),
    Buffer.alloc(100),
    Buffer.alloc(7, 2),
  );
  fc.assert(
    fc.property(fc.array(block, { maxLength: 6 }), (blocks) => {
      const bytes = Buffer.concat(blocks);
      const copy = Buffer.alloc(bytes.length);
      let last = 0;
      for (const [start, end] of dataRuns(bytes)) {
        expect(start).toBeGreaterThanOrEqual(last);
        bytes.copy(copy, start, start, end);
        last = end;
      }
      expect(copy.equals(bytes)).toBeTrue();
    }),
  );
});

describe("what qemu-img says of an image", () => {
  const child = (filename: string, children: readonly unknown[] = []) => ({
    name: "file",
    info: { filename, children },
  });
  const rows = [
    [{ children: [child("/i")] }, undefined],
    [{}, undefined],
    [{ "backing-filename": "b" }, /backing file, but names `b`/],
    [{ "full-backing-filename": "/b" }, /backing file, but names `\/b`/],
    [{ "format-specific": { data: { extents: [{ filename: "/i" }] } } }, undefined],
    [{ "format-specific": { data: { extents: [{ filename: "/j" }] } } }, /extent in another file, but names `\/j`/],
    [{ children: [child("/i"), child("/i")] }, /more than one child/],
    [{ children: [child("/j")] }, /child in another file/],
    [{ children: [child("/i", [child("/i")])] }, /children that have children/],
  ] as const;
  for (const [info, expected] of rows) {
    test(JSON.stringify(info), () => {
      const problem = infoProblem(parseImageInfo(JSON.stringify({ "virtual-size": 1, ...info })), "/i");
      if (expected === undefined) expect(problem).toBeUndefined();
      else expect(problem).toMatch(expected);
    });
  }
});
