import { afterAll, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { type IsoFile, writeIso } from "../../../src/lib/iso9660/write.ts";

const directory = mkdtempSync(join(tmpdir(), "iso9660-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const options = { label: "cidata", time: new Date("2026-03-04T05:06:07Z") };

function run(command: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8", maxBuffer: 1 << 28 });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ${stderr}`);
  return stdout;
}

function image(name: string, files: readonly IsoFile[]): string {
  const path = join(directory, name);
  writeIso(path, files, options);
  return path;
}

/** What xorriso reads: path, mode and size of each file. */
function listing(path: string): Record<string, string> {
  const lines = run("xorriso", "-indev", path, "-find", "/", "-exec", "lsdl").split("\n").filter(Boolean);
  const rows = lines
    .map((line) => /^(\S+)\s+\d+\s+(\S+)\s+(\S+)\s+(\d+) .* '(.*)'$/.exec(line))
    .filter((row) => row !== null);
  return Object.fromEntries(
    rows.map((row) => [row[5] ?? "", row[1]?.startsWith("d") ? (row[1] ?? "") : `${row[1]} ${row[4]}`]),
  );
}

function contents(iso: string, path: string): string {
  return run("isoinfo", "-R", "-i", iso, "-x", `/${path}`);
}

test("the volume's label is kept in lower case, and only Rock Ridge is there", () => {
  const iso = image("label.iso", [{ path: "user-data", mode: 0o644, content: "#cloud-config\n" }]);
  const info = run("isoinfo", "-d", "-i", iso);
  expect(info).toContain("Volume id: cidata\n");
  expect(info).toContain("System id: \n");
  expect(info).toContain("Logical block size is: 2048");
  expect(info).toContain("NO Joliet present");
  expect(info).toContain("Rock Ridge signatures version 1 found");
  expect(info).not.toContain("El Torito VD");
});

test("names, modes, sizes and times are those that were asked for", () => {
  const iso = image("names.iso", [
    { path: "user-data", mode: 0o644, content: "x" },
    { path: "boot.sh", mode: 0o755, content: "#!/bin/sh\n" },
    { path: "boot/Linux/00-check-rtc-and-wait-ntp.sh", mode: 0o755, content: "" },
    { path: "boot/Linux/00-check-rtc-and-more.sh", mode: 0o700, content: "ab" },
    { path: "a/b/c/d/e/f/g/Ünïcode name with 'quotes'.tar.gz", mode: 0o600, content: "deep" },
    { path: "provision.system/00000000", mode: 0o755, content: "p" },
    { path: "provision.user/00000001", mode: 0o755, content: "q" },
  ]);
  expect(listing(iso)).toMatchObject({
    "/user-data": "-rw-r--r-- 1",
    "/boot.sh": "-rwxr-xr-x 10",
    "/boot": "drwxr-xr-x",
    "/boot/Linux": "drwxr-xr-x",
    "/boot/Linux/00-check-rtc-and-wait-ntp.sh": "-rwxr-xr-x 0",
    "/boot/Linux/00-check-rtc-and-more.sh": "-rwx------ 2",
    "/provision.system/00000000": "-rwxr-xr-x 1",
    "/provision.user/00000001": "-rwxr-xr-x 1",
  });
  expect(
    Object.keys(listing(iso)).some((path) => path.endsWith("name with 'quotes'.tar.gz") || path.includes("quotes")),
  ).toBe(true);
  expect(contents(iso, "boot/Linux/00-check-rtc-and-more.sh")).toBe("ab");
  expect(run("isoinfo", "-R", "-l", "-i", iso)).toMatch(/Mar\s+4 2026/);
});

test("primary names are level 1, and unique where they would collide", () => {
  const iso = image("level1.iso", [
    { path: "lima-guestagent", mode: 0o755, content: "1" },
    { path: "lima-guestagent2", mode: 0o755, content: "2" },
    { path: "nerdctl-full.tgz", mode: 0o644, content: "3" },
    { path: "provision.system/00000000", mode: 0o644, content: "4" },
    { path: "provision.user/00000000", mode: 0o644, content: "5" },
  ]);
  const names = run("isoinfo", "-f", "-i", iso).split("\n").filter(Boolean).sort();
  expect(names).toEqual(
    [
      "/LIMA_GU0.;1",
      "/LIMA_GUE.;1",
      "/NERDCTL_.TGZ;1",
      "/PROVISIO",
      "/PROVISIO/00000000.;1",
      "/PROVISI0",
      "/PROVISI0/00000000.;1",
    ].sort(),
  );
});

test("directories larger than a sector are read whole", () => {
  const files = Array.from({ length: 300 }, (_, n) => ({
    path: `many/file-number-${n}`,
    mode: 0o644,
    content: `${n}`,
  }));
  const iso = image("many.iso", files);
  expect(Object.keys(listing(iso)).filter((path) => path.startsWith("/many/"))).toHaveLength(300);
  expect(contents(iso, "many/file-number-299")).toBe("299");
});

test("an extracted image equals what was put in, whatever the names and bytes", () => {
  const name = fc.stringMatching(/^[A-Za-z0-9_.@+-]{1,30}$/).filter((text) => !/^\.{1,2}$/.test(text));
  const tree = fc.uniqueArray(fc.tuple(name, fc.uint8Array({ maxLength: 5000 })), {
    selector: ([key]) => key,
    maxLength: 12,
  });
  fc.assert(
    fc.property(tree, tree, (top, below) => {
      const files = [
        ...top.map(([path, content]) => ({ path: `t${path}`, mode: 0o644, content })),
        ...below.map(([path, content]) => ({ path: `d/e/${path}`, mode: 0o644, content })),
      ];
      const iso = image("any.iso", files);
      const out = join(directory, "any");
      rmSync(out, { recursive: true, force: true });
      run("xorriso", "-osirrox", "on", "-indev", iso, "-extract", "/", out);
      for (const { path, content } of files) expect(new Uint8Array(readFileSync(join(out, path)))).toEqual(content);
      run("chmod", "-R", "u+rwx", out);
    }),
    { numRuns: 8 },
  );
}, 30_000);

test("the same inputs give the same bytes", () => {
  const files: IsoFile[] = [
    { path: "b", mode: 0o644, content: "1" },
    { path: "a/c", mode: 0o755, content: "2" },
  ];
  expect(readFileSync(image("one.iso", files))).toEqual(readFileSync(image("two.iso", files)));
});

test.each(["/absolute", "a//b", "../a", "a/./b", "", "1/2/3/4/5/6/7/8/9", "x".repeat(200)])(
  "the path %p is refused",
  (path) => {
    expect(() => image("bad.iso", [{ path, mode: 0o644, content: "" }])).toThrow("iso9660");
  },
);

test("a path that is there twice is refused", () => {
  const file = { path: "a", mode: 0o644, content: "" };
  expect(() => image("bad.iso", [file, file])).toThrow("is there twice");
});

const big = join(directory, "big");
writeFileSync(big, Buffer.alloc(5_000_001, "limabun "));
const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const withBig = (text: string): IsoFile[] => [
  { path: "lima.env", mode: 0o644, content: text },
  { path: "lima-guestagent", mode: 0o755, content: { file: big } },
];

function extracted(iso: string): string {
  const out = join(directory, "big.out");
  rmSync(out, { force: true });
  run("xorriso", "-osirrox", "on", "-indev", iso, "-extract", "/lima-guestagent", out);
  return sha256(readFileSync(out));
}

test("a file of the host's disk is copied in", () => {
  expect(extracted(image("big.iso", withBig("A=1\n")))).toBe(sha256(readFileSync(big)));
});

test("an image that already has the large file keeps it in place and is otherwise made anew", () => {
  const iso = image("kept.iso", withBig(`A=${"long".repeat(5000)}\n`));
  const inode = statSync(iso).ino;
  writeIso(iso, withBig("A=2\n"), options);
  expect(statSync(iso).ino).toBe(inode);
  expect(contents(iso, "lima.env")).toBe("A=2\n");
  expect(readFileSync(iso)).toEqual(readFileSync(image("fresh.iso", withBig("A=2\n"))));
});

test("a large file that changed is copied again", () => {
  const iso = image("changed.iso", withBig("A=1\n"));
  writeFileSync(big, Buffer.alloc(5_000_001, "another "));
  utimesSync(big, 1, 1);
  writeIso(iso, withBig("A=1\n"), options);
  expect(extracted(iso)).toBe(sha256(readFileSync(big)));
});

test("a failure leaves nothing half-written", () => {
  const target = join(directory, "failed.iso");
  expect(() =>
    writeIso(target, [{ path: "a", mode: 0o644, content: { file: join(directory, "absent") } }], options),
  ).toThrow("ENOENT");
  expect(readdirSync(directory).filter((name) => name.startsWith("failed"))).toEqual([]);
});

test("with Joliet, names of any case and length are there, and Rock Ridge is not", () => {
  const iso = join(directory, "joliet.iso");
  const source = join(directory, "large");
  writeFileSync(source, "large file");
  const files: readonly IsoFile[] = [
    { path: "user-data", mode: 0o644, content: "#cloud-config\n" },
    { path: "boot/essential.FreeBSD/00-freebsd-user-group.sh", mode: 0o755, content: "#!/bin/sh\n" },
    { path: "boot/FreeBSD/05-Mixed-Case.sh", mode: 0o755, content: "mixed" },
    { path: "Zebra", mode: 0o644, content: "z" },
    { path: "lima-guestagent", mode: 0o755, content: { file: source } },
  ];
  writeIso(iso, files, { ...options, names: "joliet" });
  const info = run("isoinfo", "-d", "-J", "-i", iso);
  expect(info).toContain("Joliet with UCS level 3 found");
  expect(info).toContain("NO Rock Ridge present");
  expect(info).toContain("Volume id: cidata\n");
  const listed = run("isoinfo", "-J", "-f", "-i", iso).trim().split("\n").sort();
  expect(listed).toEqual(
    ["/boot", "/boot/FreeBSD", "/boot/essential.FreeBSD", ...files.map(({ path }) => `/${path}`)].sort(),
  );
  for (const { path, content } of files) {
    const expected = typeof content === "string" ? content : "large file";
    expect(run("isoinfo", "-J", "-i", iso, "-x", `/${path}`)).toBe(expected);
  }
  const found = run("xorriso", "-indev", iso, "-find", "/", "-type", "f");
  expect(found.trim().split("\n").sort()).toEqual(files.map(({ path }) => `'/${path}'`).sort());
  // The primary names are those of level 1.
  expect(run("isoinfo", "-f", "-i", iso)).toContain("/BOOT/FREEBSD/05_MIXED.SH;1");
});

test.each([
  ["too long", "n".repeat(65)],
  ["with a colon", "a:b"],
  ["with a question mark", "what?"],
])("a name %s is none for Joliet", (_, path) => {
  const files = [{ path, mode: 0o644, content: "" }];
  expect(() => writeIso(join(directory, "bad.iso"), files, { ...options, names: "joliet" })).toThrow("iso9660:");
});
