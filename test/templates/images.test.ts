import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { aliases, names, templateOf } from "./shipped.ts";

// images.tsv is the record of what is shipped. scripts/update-templates.ts refreshes it together with the templates.

interface Row {
  readonly template: string;
  readonly block: string;
  readonly arch: string;
  readonly variant: string;
  readonly archVariant: string;
  readonly pinned: string;
  readonly digest: string;
  readonly newest: string;
}

const rows: readonly Row[] = readFileSync(join(import.meta.dir, "images.tsv"), "utf8")
  .trimEnd()
  .split("\n")
  .slice(1)
  .map((line) => {
    const [template, block, arch, variant, archVariant, pinned, digest, newest] = line
      .split("\t")
      .map((cell) => (cell === "-" ? "" : cell));
    return { template, block, arch, variant, archVariant, pinned, digest, newest } as Row;
  });

/** The entries that a template should have: in each block first what is pinned, then the moving addresses. */
function expectedImages(template: string): readonly object[] {
  const mine = rows.filter((row) => row.template === template);
  const blocks = [...new Set(mine.map((row) => row.block))];
  return blocks.flatMap((block) => {
    const inBlock = mine.filter((row) => row.block === block);
    const entry = (row: Row, location: string) => ({
      location,
      arch: row.arch,
      ...(row.variant === "" ? {} : { variant: row.variant }),
      ...(row.archVariant === "" ? {} : { archVariant: row.archVariant }),
    });
    return [
      ...inBlock.filter((row) => row.pinned !== "").map((row) => ({ ...entry(row, row.pinned), digest: row.digest })),
      ...inBlock.filter((row) => row.newest !== "").map((row) => entry(row, row.newest)),
    ];
  });
}

const templatesWithImages = [...new Set(rows.map((row) => row.template))];

describe("images are those of the record, in its order", () => {
  test.each(templatesWithImages)("%s", (name) => {
    expect(templateOf(name).images as unknown).toEqual(expectedImages(name));
  });

  test("no other template lists images", () => {
    const others = names.filter((name) => !aliases.includes(name) && (templateOf(name).images ?? []).length > 0);
    expect(others.sort()).toEqual([...templatesWithImages].sort());
  });
});

describe("digests", () => {
  test("have the length of their algorithm", () => {
    const digests = rows.map((row) => row.digest).filter((digest) => digest !== "");
    expect(digests.filter((digest) => !/^(sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/.test(digest))).toEqual([]);
  });

  test("are there for everything that is pinned, and for nothing that moves", () => {
    expect(rows.filter((row) => (row.pinned === "") !== (row.digest === ""))).toEqual([]);
  });
});
