import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { digestIn } from "../../scripts/update-templates/checksums.ts";
import { distributions } from "../../scripts/update-templates/distributions.ts";
import { compareBuilds, linkedNames } from "../../scripts/update-templates/index-page.ts";
import { newestPin } from "../../scripts/update-templates/newest.ts";
import { findChanges } from "../../scripts/update-templates/refresh.ts";

const repository = join(import.meta.dir, "../..");
const sha256 = (digit: string): string => digit.repeat(64);
const sha512 = (digit: string): string => digit.repeat(128);

/** An index page as Apache and nginx make them. */
function listing(...names: readonly string[]): string {
  const rows = names.map((name) => `<a href="${name}">${name}</a>  2026-07-01 10:00  -`);
  return `<html><h1>Index of /</h1><a href="?C=N;O=D">Name</a> <a href="../">..</a>\n${rows.join("\n")}</html>`;
}

interface Case {
  readonly name: string;
  readonly location: string;
  readonly pages: Readonly<Record<string, string>>;
  readonly newest: string;
  readonly digest: string;
}

const cases: readonly Case[] = [
  {
    name: "ubuntu",
    location: "https://cloud-images.ubuntu.com/releases/noble/release-20260705/ubuntu-24.04-server-cloudimg-amd64.img",
    pages: {
      "https://cloud-images.ubuntu.com/releases/noble/": listing(
        "release/",
        "release-20260705/",
        "release-20260801.1/",
        "release-20260801/",
        "release-20250101/",
      ),
      "https://cloud-images.ubuntu.com/releases/noble/release-20260801.1/SHA256SUMS": `${sha256("1")} *ubuntu-24.04-server-cloudimg-arm64.img\n${sha256("a")} *ubuntu-24.04-server-cloudimg-amd64.img\n`,
    },
    newest: "https://cloud-images.ubuntu.com/releases/noble/release-20260801.1/ubuntu-24.04-server-cloudimg-amd64.img",
    digest: `sha256:${sha256("a")}`,
  },
  {
    name: "debian",
    location:
      "https://cloud.debian.org/images/cloud/bookworm/20260712-2537/debian-12-genericcloud-amd64-20260712-2537.qcow2",
    pages: {
      "https://cloud.debian.org/images/cloud/bookworm/": listing(
        "20260712-2537/",
        "20260810-2600/",
        "daily/",
        "latest/",
      ),
      "https://cloud.debian.org/images/cloud/bookworm/20260810-2600/SHA512SUMS": `${sha512("b")}  debian-12-genericcloud-amd64-20260810-2600.qcow2\n`,
    },
    newest:
      "https://cloud.debian.org/images/cloud/bookworm/20260810-2600/debian-12-genericcloud-amd64-20260810-2600.qcow2",
    digest: `sha512:${sha512("b")}`,
  },
  {
    name: "archlinux",
    location:
      "https://geo.mirror.pkgbuild.com/images/v20260715.556894/Arch-Linux-x86_64-cloudimg-20260715.556894.qcow2",
    pages: {
      "https://geo.mirror.pkgbuild.com/images/": listing("latest/", "v20260715.556894/", "v20260901.600000/"),
      "https://geo.mirror.pkgbuild.com/images/v20260901.600000/Arch-Linux-x86_64-cloudimg-20260901.600000.qcow2.SHA256": `${sha256("c")}  Arch-Linux-x86_64-cloudimg-20260901.600000.qcow2\n`,
    },
    newest: "https://geo.mirror.pkgbuild.com/images/v20260901.600000/Arch-Linux-x86_64-cloudimg-20260901.600000.qcow2",
    digest: `sha256:${sha256("c")}`,
  },
  {
    name: "fedora",
    location:
      "https://download.fedoraproject.org/pub/fedora/linux/releases/44/Cloud/x86_64/images/Fedora-Cloud-Base-Generic-44-1.7.x86_64.qcow2",
    pages: {
      "https://download.fedoraproject.org/pub/fedora/linux/releases/44/Cloud/x86_64/images/": listing(
        "Fedora-Cloud-44-1.10-x86_64-CHECKSUM",
        "Fedora-Cloud-Base-AmazonEC2-44-1.10.x86_64.raw.xz",
        "Fedora-Cloud-Base-Generic-44-1.10.x86_64.qcow2",
        "Fedora-Cloud-Base-Generic-44-1.7.x86_64.qcow2",
      ),
      "https://download.fedoraproject.org/pub/fedora/linux/releases/44/Cloud/x86_64/images/Fedora-Cloud-44-1.10-x86_64-CHECKSUM": `-----BEGIN PGP SIGNED MESSAGE-----\n# Fedora-Cloud-Base-Generic-44-1.10.x86_64.qcow2: 1 bytes\nSHA256 (Fedora-Cloud-Base-Generic-44-1.10.x86_64.qcow2) = ${sha256("d")}\n`,
    },
    newest:
      "https://download.fedoraproject.org/pub/fedora/linux/releases/44/Cloud/x86_64/images/Fedora-Cloud-Base-Generic-44-1.10.x86_64.qcow2",
    digest: `sha256:${sha256("d")}`,
  },
  {
    name: "almalinux",
    location:
      "https://repo.almalinux.org/almalinux/10.2/cloud/x86_64_v2/images/AlmaLinux-10-GenericCloud-10.2-20260526.0.x86_64_v2.qcow2",
    pages: {
      "https://repo.almalinux.org/almalinux/10/cloud/x86_64_v2/images/": listing(
        "AlmaLinux-10-GenericCloud-10.3-20261101.0.x86_64_v2.qcow2",
        "AlmaLinux-10-GenericCloud-latest.x86_64_v2.qcow2",
        "AlmaLinux-10-GenericCloud-ext4-10.4-20261201.0.x86_64_v2.qcow2",
        "CHECKSUM",
      ),
      "https://repo.almalinux.org/almalinux/10/cloud/x86_64_v2/images/CHECKSUM": `${sha256("e")}  AlmaLinux-10-GenericCloud-10.3-20261101.0.x86_64_v2.qcow2\n`,
    },
    newest:
      "https://repo.almalinux.org/almalinux/10.3/cloud/x86_64_v2/images/AlmaLinux-10-GenericCloud-10.3-20261101.0.x86_64_v2.qcow2",
    digest: `sha256:${sha256("e")}`,
  },
  {
    name: "almalinux-kitten",
    location:
      "https://kitten.repo.almalinux.org/10-kitten/cloud/x86_64/images/AlmaLinux-Kitten-GenericCloud-10-20260501.0.x86_64.qcow2",
    pages: {
      "https://kitten.repo.almalinux.org/10-kitten/cloud/x86_64/images/": listing(
        "AlmaLinux-Kitten-GenericCloud-10-20260901.1.x86_64.qcow2",
        "CHECKSUM",
      ),
      "https://kitten.repo.almalinux.org/10-kitten/cloud/x86_64/images/CHECKSUM": `${sha256("f")}  AlmaLinux-Kitten-GenericCloud-10-20260901.1.x86_64.qcow2\n`,
    },
    newest:
      "https://kitten.repo.almalinux.org/10-kitten/cloud/x86_64/images/AlmaLinux-Kitten-GenericCloud-10-20260901.1.x86_64.qcow2",
    digest: `sha256:${sha256("f")}`,
  },
  {
    name: "rocky",
    location:
      "https://dl.rockylinux.org/pub/rocky/9.8/images/x86_64/Rocky-9-GenericCloud-Base-9.8-20260525.0.x86_64.qcow2",
    pages: {
      "https://dl.rockylinux.org/pub/rocky/9/images/x86_64/": listing(
        "CHECKSUM",
        "Rocky-9-GenericCloud-Base-9.9-20261120.0.x86_64.qcow2",
        "Rocky-9-GenericCloud-LVM-9.9-20261120.0.x86_64.qcow2",
      ),
      "https://dl.rockylinux.org/pub/rocky/9/images/x86_64/CHECKSUM": `SHA256 (Rocky-9-GenericCloud-LVM-9.9-20261120.0.x86_64.qcow2) = ${sha256("0")}\nSHA256 (Rocky-9-GenericCloud-Base-9.9-20261120.0.x86_64.qcow2) = ${sha256("1")}\n`,
    },
    newest:
      "https://dl.rockylinux.org/pub/rocky/9.9/images/x86_64/Rocky-9-GenericCloud-Base-9.9-20261120.0.x86_64.qcow2",
    digest: `sha256:${sha256("1")}`,
  },
  {
    name: "centos-stream",
    location:
      "https://cloud.centos.org/centos/9-stream/s390x/images/CentOS-Stream-GenericCloud-9-20260720.0.s390x.qcow2",
    pages: {
      "https://cloud.centos.org/centos/9-stream/s390x/images/": listing(
        "CentOS-Stream-GenericCloud-9-20260720.0.s390x.qcow2",
        "CentOS-Stream-GenericCloud-9-20260803.0.s390x.qcow2",
        "CentOS-Stream-GenericCloud-9-20260803.0.s390x.qcow2.SHA256SUM",
        "CentOS-Stream-GenericCloud-9-latest.s390x.qcow2",
      ),
      "https://cloud.centos.org/centos/9-stream/s390x/images/CentOS-Stream-GenericCloud-9-20260803.0.s390x.qcow2.SHA256SUM": `# CentOS-Stream-GenericCloud-9-20260803.0.s390x.qcow2: 1 bytes\nSHA256 (CentOS-Stream-GenericCloud-9-20260803.0.s390x.qcow2) = ${sha256("2")}\n`,
    },
    newest: "https://cloud.centos.org/centos/9-stream/s390x/images/CentOS-Stream-GenericCloud-9-20260803.0.s390x.qcow2",
    digest: `sha256:${sha256("2")}`,
  },
  {
    name: "alpine",
    location:
      "https://dl-cdn.alpinelinux.org/alpine/v3.23/releases/cloud/nocloud_alpine-3.23.4-aarch64-uefi-cloudinit-r0.qcow2",
    pages: {
      "https://dl-cdn.alpinelinux.org/alpine/v3.23/releases/cloud/": listing(
        "nocloud_alpine-3.23.4-aarch64-uefi-cloudinit-r0.qcow2",
        "nocloud_alpine-3.23.10-aarch64-uefi-cloudinit-r0.qcow2",
        "nocloud_alpine-3.23.10-aarch64-uefi-tiny-r0.qcow2",
      ),
      "https://dl-cdn.alpinelinux.org/alpine/v3.23/releases/cloud/nocloud_alpine-3.23.10-aarch64-uefi-cloudinit-r0.qcow2.sha512":
        sha512("3"),
    },
    newest:
      "https://dl-cdn.alpinelinux.org/alpine/v3.23/releases/cloud/nocloud_alpine-3.23.10-aarch64-uefi-cloudinit-r0.qcow2",
    digest: `sha512:${sha512("3")}`,
  },
  {
    name: "oraclelinux",
    location: "https://yum.oracle.com/templates/OracleLinux/OL9/u8/aarch64/OL9U8_aarch64-kvm-cloud-b182.qcow2",
    pages: {
      "https://yum.oracle.com/oracle-linux-templates.html": `<table>
        <tr><td><a href="/templates/OracleLinux/OL10/u2/aarch64/OL10U2_aarch64-kvm-cloud-b300.qcow2">x</a></td><td><tt>${sha256("4")}</tt></td></tr>
        <tr><td><a href="/templates/OracleLinux/OL9/u9/aarch64/OL9U9_aarch64-kvm-cloud-b201.qcow2">x</a></td><td><tt>${sha256("5")}</tt></td></tr>
        <tr><td><a href="/templates/OracleLinux/OL9/u9/x86_64/OL9U9_x86_64-kvm-b305.qcow2">x</a></td><td><tt>${sha256("6")}</tt></td></tr>
        </table>`,
    },
    newest: "https://yum.oracle.com/templates/OracleLinux/OL9/u9/aarch64/OL9U9_aarch64-kvm-cloud-b201.qcow2",
    digest: `sha256:${sha256("5")}`,
  },
];

const pageOf = (pages: Readonly<Record<string, string>>) => async (url: string) => pages[url];
const distributionOf = (name: string) => distributions.find((each) => each.name === name)!;

describe("the newest build", () => {
  test.each(cases.map((each) => [each.name, each] as const))("of %s is found with its digest", async (name, each) => {
    const pin = await newestPin(distributionOf(name), each.location, pageOf(each.pages));
    expect(pin).toEqual({ location: each.newest, digest: each.digest });
  });

  test("every distribution has a case here", () => {
    expect(distributions.map(({ name }) => name).sort()).toEqual(cases.map(({ name }) => name).sort());
  });

  test("is one that has the file: an architecture may be missing from later builds", async () => {
    const root = "https://cloud.debian.org/images/cloud/bullseye/";
    const pin = await newestPin(
      distributionOf("debian"),
      `${root}20250703-2162/debian-11-genericcloud-ppc64el-20250703-2162.qcow2`,
      pageOf({
        [root]: listing("20250703-2162/", "20260707-2532/"),
        [`${root}20260707-2532/SHA512SUMS`]: `${sha512("1")}  debian-11-genericcloud-amd64-20260707-2532.qcow2\n`,
        [`${root}20250703-2162/SHA512SUMS`]: `${sha512("2")}  debian-11-genericcloud-ppc64el-20250703-2162.qcow2\n`,
      }),
    );
    expect(pin?.location).toBe(`${root}20250703-2162/debian-11-genericcloud-ppc64el-20250703-2162.qcow2`);
    expect(pin?.digest).toBe(`sha512:${sha512("2")}`);
  });

  test("is never older than the present one", async () => {
    const root = "https://cloud-images.ubuntu.com/releases/noble/";
    const pages = { [root]: listing("release-20200101/") };
    const location = `${root}release-20260705/ubuntu-24.04-server-cloudimg-amd64.img`;
    expect(newestPin(distributionOf("ubuntu"), location, pageOf(pages))).rejects.toThrow("no build with a checksum");
  });

  test("of another address is nobody's business", async () => {
    expect(await newestPin(distributionOf("ubuntu"), "https://example.com/x.img", pageOf({}))).toBeUndefined();
  });

  test("a page that is not there is a problem of that image only", async () => {
    const [debian] = cases.filter(({ name }) => name === "debian");
    const text = `images:\n- location: ${debian?.location}\n  digest: sha512:${sha512("0")}\n`;
    const { changes, problems } = await findChanges("debian-12", text, distributionOf("debian"), pageOf({}));
    expect(changes).toEqual([]);
    expect(problems).toEqual(["debian-12: there is no page https://cloud.debian.org/images/cloud/bookworm/"]);
  });
});

describe("every pinned image of a template that a distribution claims", () => {
  const record = readFileSync(join(repository, "test/templates/images.tsv"), "utf8").trimEnd().split("\n").slice(1);
  const pins = record.map((line) => line.split("\t")).filter((cells) => cells[5] !== "-");
  const foreign = ["https://github.com/mcginty/arch-boxes-arm/"];
  test.each(distributions.map((each) => [each.name, each] as const))("of %s has an address it can read", (_, each) => {
    const claimed = pins.filter(([template = ""]) => each.templates.test(template.replace("_images/", "")));
    expect(claimed.length).toBeGreaterThan(0);
    const unread = claimed.map((cells) => cells[5] ?? "").filter((location) => !each.location.test(location));
    expect(unread.filter((location) => !foreign.some((start) => location.startsWith(start)))).toEqual([]);
  });
});

describe("reading pages", () => {
  test("names on an index page, without links to elsewhere", () => {
    const html = `<a href='./a%20b.img'>a</a><a href="c/">c</a><a href="/d">d</a><a HREF = "https://e/">e</a><a href="?f">f</a><a href="..">g</a><a href="bad%zz">h</a>`;
    expect(linkedNames(html)).toEqual(["a b.img", "c", "bad%zz"]);
  });

  test.each([
    ["release-20260705", "release-20260705.1", -1],
    ["20260712-2537", "20260712-999", 1],
    ["3.23.10", "3.23.9", 1],
    ["10.2-20260526.0", "10.10-20260101.0", -1],
    ["a1", "b1", 0],
  ])("%s against %s", (a, b, order) => {
    expect(Math.sign(compareBuilds(a, b))).toBe(order);
  });

  test.each([
    ["coreutils", `${sha256("a")}  x.img`, `sha256:${sha256("a")}`],
    ["coreutils, binary, with a path", `${sha256("A")} *./dir/x.img`, `sha256:${sha256("a")}`],
    ["BSD", `SHA512 (x.img) = ${sha512("b")}`, `sha512:${sha512("b")}`],
    ["nothing but the digest", `${sha512("c")}\n`, `sha512:${sha512("c")}`],
    ["another file", `${sha256("a")}  y.img`, undefined],
    ["another length", `${"a".repeat(96)}  x.img`, undefined],
    ["Windows lines", `${sha256("d")}  y.img\r\n${sha256("e")}  x.img\r\n`, `sha256:${sha256("e")}`],
    ["a page about nothing", "<html>404</html>", undefined],
  ])("a checksum list: %s", (_, text, digest) => {
    expect(digestIn(text, "x.img")).toBe(digest as string);
  });
});

describe("the program", () => {
  let root = "";
  let server: ReturnType<typeof Bun.serve>;
  const [ubuntu] = cases;
  const pages: Record<string, string> = { ...ubuntu?.pages };

  beforeAll(() => {
    server = Bun.serve({
      port: 0,
      fetch: ({ url }) => {
        const page = pages[`https:/${new URL(url).pathname}`];
        return page === undefined ? new Response("not here", { status: 404 }) : new Response(page);
      },
    });
    root = mkdtempSync(join(tmpdir(), "limabun-update-"));
    mkdirSync(join(root, "templates/_images"), { recursive: true });
    mkdirSync(join(root, "test/templates"), { recursive: true });
    cpSync(join(repository, "templates/_images/alpine-3.23.yaml"), join(root, "templates/_images/alpine-3.23.yaml"));
    writeFileSync(template(), original);
    writeFileSync(join(root, "test/templates/images.tsv"), `x\t${ubuntu?.location}\tsha256:${sha256("9")}\n`);
  });
  afterAll(() => {
    server.stop(true);
    rmSync(root, { recursive: true, force: true });
  });

  const template = (): string => join(root, "templates/_images/ubuntu-24.04.yaml");
  const original = `# A comment stays.
images:
- location: ${ubuntu?.location} # so does this one
  arch: x86_64
  digest: sha256:${sha256("9")}

- location: https://cloud-images.ubuntu.com/releases/noble/release/ubuntu-24.04-server-cloudimg-amd64.img
  arch: x86_64
`;

  async function run(...args: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    const script = join(repository, "scripts/update-templates.ts");
    const child = Bun.spawn([process.execPath, script, "--root", root, "--via", server.url.href, ...args], {
      stdout: "pipe",
      stderr: "pipe",
    });
    const [stdout, stderr, code] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
      child.exited,
    ]);
    return { code, stdout, stderr };
  }

  test("only says what is out of date with --check", async () => {
    const { code, stdout } = await run("--check", "ubuntu");
    expect(stdout).toContain("1 images are out of date");
    expect(code).toBe(1);
    expect(readFileSync(template(), "utf8")).toBe(original);
  });

  test("replaces address and digest, and nothing else; then all is well", async () => {
    expect(await run("ubuntu")).toMatchObject({ code: 0, stderr: "" });
    const expected = original.replace(ubuntu?.location ?? "", ubuntu?.newest ?? "").replace(sha256("9"), sha256("a"));
    expect(readFileSync(template(), "utf8")).toBe(expected);
    expect(readFileSync(join(root, "test/templates/images.tsv"), "utf8")).toBe(
      `x\t${ubuntu?.newest}\tsha256:${sha256("a")}\n`,
    );
    expect(await run("--check", "ubuntu")).toMatchObject({ code: 0 });
  });

  test("leaves a template alone whose index page is missing, and fails", async () => {
    const before = readFileSync(join(root, "templates/_images/alpine-3.23.yaml"), "utf8");
    const { code, stderr } = await run("alpine");
    expect(code).toBe(1);
    expect(stderr).toContain("alpine-3.23: there is no page https://dl-cdn.alpinelinux.org/");
    expect(readFileSync(join(root, "templates/_images/alpine-3.23.yaml"), "utf8")).toBe(before);
  });

  test("knows its distributions", async () => {
    const { code, stderr } = await run("slackware");
    expect(code).toBe(2);
    expect(stderr).toContain("distributions: all almalinux");
  });
});
