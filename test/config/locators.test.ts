import { describe, expect, test } from "bun:test";
import { embedTemplate } from "../../src/config/templates/embed.ts";
import { imageName, imageTemplate } from "../../src/config/templates/image-locator.ts";
import { inferName } from "../../src/config/templates/name.ts";
import { readTemplate } from "../../src/config/templates/read.ts";
import { absoluteLocator, baseDirectoryOf } from "../../src/config/templates/relative.ts";
import { removedTemplateHint } from "../../src/config/templates/removed.ts";
import { rewriteLocator } from "../../src/config/templates/rewrite.ts";
import { isHiddenTemplate, listTemplates } from "../../src/config/templates/store.ts";
import type { ConfigWarning } from "../../src/config/warning.ts";
import { makeHost, windowsHost } from "./fixtures.ts";
import { failureOf, makeContext, makeSource } from "./template-fixtures.ts";

describe("a template is read from", () => {
  const contents = {
    files: {
      "/here/a.yaml": "path",
      "/home/jane/h.yaml": "home",
      "/mine/docker.yaml": "mine",
      "/mine/x.yml": "with its own ending",
    },
    web: { "https://h/x.yaml": "web", "http://h/y": "plain web" },
    stdin: "stdin",
    directories: ["/none", "/mine"],
    shipped: { "docker.yaml": "shipped docker", "ubuntu-24.04.yaml": "ubuntu" },
    plugins: { "lab:web": "https://h/x.yaml\n" },
  };
  test.each([
    ["a.yaml", "path"],
    ["./a.yaml", "path"],
    ["/here/a.yaml", "path"],
    ["file:///here/a.yaml", "path"],
    ["~/h.yaml", "home"],
    ["https://h/x.yaml", "web"],
    ["http://h/y", "plain web"],
    ["-", "stdin"],
    ["template:docker", "mine"],
    ["template:x.yml", "with its own ending"],
    ["template:ubuntu-24.04", "ubuntu"],
    ["template://ubuntu-24.04", "ubuntu"],
    ["lab:web", "web"],
  ])("%s", async (locator, text) => {
    expect((await readTemplate(locator, makeContext(contents))).text).toBe(text);
  });

  test.each([
    ["nope.yaml", "open /here/nope.yaml: no such file or directory"],
    ["file://rel.yaml", "file URL `file://rel.yaml` is not an absolute path"],
    ["https://h/gone.yaml", "failed to read template `https://h/gone.yaml`: the server answered with status 404"],
    ["template:dokcer", "template `dokcer.yaml` not found (Hint: did you mean `docker`?)"],
    ["template:qqqq", "template `qqqq.yaml` not found (Hint: `limactl create --list-templates` lists all)"],
    ["template:../x", "template name `../x` must not contain `..`"],
    ["~joe/x", "unexpandable path `~joe/x`"],
  ])("%s fails", async (locator, message) => {
    expect(await failureOf(readTemplate(locator, makeContext(contents)))).toBe(message);
  });

  test("the old form of a template's locator is warned about", async () => {
    const context = makeContext(contents);
    await readTemplate("template://docker", context);
    expect(context.warnings as ConfigWarning[]).toEqual([
      { message: "Template locator `template://docker` should be written `template:docker` since Lima v2.0" },
    ]);
  });

  test("bytes that are no UTF-8 are named", async () => {
    const context = makeContext({ files: { "/x.yaml": new Uint8Array([97, 98, 0xff, 99]) } });
    expect(await failureOf(readTemplate("/x.yaml", context))).toBe(
      "template `/x.yaml` is not UTF-8 text (byte 2 is 0xff)",
    );
  });

  test("more than 4 MiB are refused, not cut", async () => {
    const context = makeContext({ files: { "/x.yaml": "#".repeat(4 * 1024 * 1024 + 1) } });
    expect(await failureOf(readTemplate("/x.yaml", context))).toBe(
      "template `/x.yaml` exceeds the size limit (4194304 bytes)",
    );
  });
});

test("templates are listed once, sorted, without hidden files", async () => {
  const source = makeSource({
    files: { "/t/b.yaml": "", "/t/a/c.yaml": "", "/t/.x.yaml": "", "/t/s.sh": "" },
    directories: ["/t"],
    shipped: { "b.yaml": "", "_images/z.yaml": "", "A.yaml": "" },
  });
  expect(await listTemplates(source)).toEqual([
    { name: "A", location: "template:A" },
    { name: "_images/z", location: "template:_images/z" },
    { name: "a/c", location: "/t/a/c.yaml" },
    { name: "b", location: "/t/b.yaml" },
  ]);
  expect(isHiddenTemplate("_images/z")).toBe(true);
});

test("names that Lima 1.0 removed get a hint", () => {
  expect(removedTemplateHint("template:vmnet")).toBe(
    "template:vmnet was removed in Lima v1.0. Use `limactl create --network=lima:shared template:default` instead.",
  );
  expect(removedTemplateHint("template:docker")).toBeUndefined();
});

describe("the instance name of a locator", () => {
  test.each([
    ["template:docker", "docker"],
    ["template:experimental/Foo", "foo"],
    ["/a/b/Foo.YAML", "foo"],
    ["x.yml", "x"],
    ["https://h/p/x.yaml?raw=1", "x"],
    ["deprecated/centos-7", "centos-7"],
    ["-", ""],
  ])("%s", (locator, name) => {
    expect(inferName(locator, "aarch64")).toBe(name);
  });

  test("a file name that is no identifier is refused", () => {
    expect(() => inferName("https://h/.lima.yaml", "x86_64")).toThrow(
      "filename `.lima.yaml` is invalid: identifier `.lima` must match",
    );
  });
});

describe("disk images", () => {
  test.each([
    ["FreeBSD-15.0-RELEASE-amd64-BASIC-CLOUDINIT-zfs.raw.xz", "freebsd-15.0-amd64-zfs"],
    ["FreeBSD-16.0-CURRENT-arm64-aarch64-BASIC-CLOUDINIT-ufs.qcow2.xz", "freebsd-16.0-arm64-ufs"],
    ["UniversalMac_15.6.1_24G90_Restore.ipsw", "macos-15.6.1"],
    ["ubuntu-24.04-server-cloudimg-arm64.img", "ubuntu-24.04-arm64"],
    ["linux-linux_cloudimg.base-x86_64.raw", "linux-x86_64"],
    ["rocky-8-8.10.raw", "rocky-8.10"],
    ["rocky-8-9.10.raw", "rocky-8-9.10"],
    ["https://h/nocloud_alpine-3.23-20250101-riscv64.qcow2", "alpine-3.23"],
    ["Arch-Linux-x86_64-cloudimg.qcow2", "archlinux-x86_64"],
  ])("the name of %s", (locator, name) => {
    expect(imageName(locator, "riscv64")).toBe(name);
  });

  test.each([
    ["/x/ubuntu-arm64.img", "os: Linux\narch: aarch64\n", 0],
    ["/x/UniversalMac_15.ipsw", "os: Darwin\narch: aarch64\n", 0],
    ["/FreeBSD/disk-amd64.qcow2.xz", "os: FreeBSD\narch: x86_64\n", 0],
    ["/x/disk.raw", "os: Linux\narch: s390x\n", 1],
  ])("the template of %s", (locator, start, count) => {
    const warnings: ConfigWarning[] = [];
    const text = imageTemplate(locator, "s390x", warnings);
    expect(text).toStartWith(start);
    expect(text).toContain(`- location: "${locator}"`);
    expect(warnings).toHaveLength(count);
  });

  test("nothing is fetched", async () => {
    const context = makeContext({});
    const template = await readTemplate("https://h/x.qcow2", context);
    expect(await embedTemplate(template, context)).toContain("https://h/x.qcow2");
    expect(context.source.requests).toEqual([]);
  });
});

describe("relative locators", () => {
  const host = makeHost();
  test.each([
    ["template:experimental/foo", "bar.yaml", "template:experimental/bar.yaml"],
    ["template:foo", "bar.yaml", "template:bar.yaml"],
    ["template://foo", "bar.yaml", "template:bar.yaml"],
    ["https://h/a/x.yaml", "bar.yaml", "https://h/a/bar.yaml"],
    ["https://h/x.yaml", "bar.yaml", "https://h/bar.yaml"],
    ["/a/x.yaml", "sub/bar.yaml", "/a/sub/bar.yaml"],
    ["a/x.yaml", "./bar.yaml", "/here/a/bar.yaml"],
    ["file:///a/x.yaml", "bar.yaml", "/a/bar.yaml"],
    ["-", "bar.yaml", "/here/bar.yaml"],
    ["/a/x.yaml", "~/bar.yaml", "/home/jane/bar.yaml"],
    ["/a/x.yaml", "/b/../bar.yaml", "/bar.yaml"],
    ["/a/x.yaml", "template:bar", "template:bar"],
  ])("in %s: %s", (template, locator, absolute) => {
    expect(absoluteLocator(locator, baseDirectoryOf(template, host), host)).toBe(absolute);
  });

  test.each([
    ["", "locator is empty"],
    ["../x.yaml", "relative locator path `../x.yaml` must not contain '..' path segments"],
    ["a/../../x", "relative locator path `a/../../x` must not contain '..' path segments"],
  ])("%j fails", (locator, message) => {
    expect(() => absoluteLocator(locator, "/a", host)).toThrow(message);
  });

  test("a drive without its root fails on Windows", () => {
    expect(() => absoluteLocator("C:x.yaml", "C:\\a", windowsHost)).toThrow("must not include a volume name");
  });
});

describe("github:", () => {
  const raw = (path: string) => `https://raw.githubusercontent.com/${path}`;
  const web = {
    "https://api.github.com/repos/org/repo": '{"default_branch": "main"}',
    "https://api.github.com/repos/org/org": '{"default_branch": "trunk"}',
    "https://api.github.com/repos/org/bare": "{}",
    [raw("org/repo/main/.lima.yaml")]: "images: []\n",
    [raw("org/repo/main/dir/.lima.yaml")]: "images: []\n",
    [raw("org/repo/main/a/x.yaml")]: "b/y.yaml",
    [raw("org/repo/main/out.yaml")]: "../../etc.yaml",
    [raw("org/repo/v1/x.yaml")]: "images: []\n",
    [raw("org/org/trunk/.lima.yaml")]: "github:org/repo\n",
    [raw("org/org/trunk/evil.yaml")]: "github:other/repo\n",
    [raw("org/org/trunk/tag.yaml")]: "github:org/repo@v9\n",
  };
  test.each([
    ["github:org/repo", raw("org/repo/main/.lima.yaml")],
    ["github:org/repo/dir/", raw("org/repo/main/dir/.lima.yaml")],
    ["github:org/repo/x@v1", raw("org/repo/v1/x.yaml")],
    ["github:org/repo/run.sh", raw("org/repo/main/run.sh")],
    ["github:org/repo/a/x", raw("org/repo/main/a/b/y.yaml")],
    ["github:org", raw("org/repo/main/.lima.yaml")],
    ["github:org//.lima.yaml", raw("org/repo/main/.lima.yaml")],
    ["github:org@v1", raw("org/repo/v1/.lima.yaml")],
  ])("%s", async (locator, url) => {
    const context = makeContext({ web: { ...web, [raw("org/repo/v1/.lima.yaml")]: "a: b\n" } });
    expect(await rewriteLocator(locator, context)).toBe(url);
    expect(context.warnings as ConfigWarning[]).toEqual([{ message: "The github: scheme is still EXPERIMENTAL" }]);
  });

  test.each([
    ["github:", "github: URL must contain at least an ORG, got ``"],
    ["github:/x", "github: URL must contain at least an ORG, got ``"],
    ["github:org/../x", "repo `..` in github: URL `github:org/../x` escapes the org"],
    [
      "github:org/repo/../../x.yaml",
      "path `../../x.yaml` in github: URL `github:org/repo/../../x.yaml` escapes the repository",
    ],
    ["github:org/repo/x@../y", "branch `../y` in github: URL `github:org/repo/x@../y` escapes the repository"],
    ["github:org/gone", "failed to get default branch for org/gone: GitHub API returned status 404: Not Found"],
    ["github:org/bare", "repository org/bare has no default branch"],
    ["github:org/repo/no.yaml", `file \`${raw("org/repo/main/no.yaml")}\` not found or inaccessible: status 404`],
    ["github:org/repo/out.yaml", "symlink target `../../etc.yaml` in `out.yaml` escapes the repository"],
    [
      "github:org//evil",
      `redirect \`github:other/repo\` is not a \`github:org\` URL (from \`${raw("org/org/trunk/evil.yaml")}\`)`,
    ],
    [
      "github:org//tag",
      `redirect \`github:org/repo@v9\` must not include a branch/tag/sha (from \`${raw("org/org/trunk/tag.yaml")}\`)`,
    ],
  ])("%s fails", async (locator, message) => {
    expect(await failureOf(rewriteLocator(locator, makeContext({ web })))).toBe(message);
  });

  test("the token of the environment is sent to the API alone", async () => {
    const context = makeContext({ web }, { GITHUB_TOKEN: "secret" });
    await rewriteLocator("github:org/repo", context);
    expect(context.source.requests).toEqual([
      "https://api.github.com/repos/org/repo token secret",
      raw("org/repo/main/.lima.yaml"),
    ]);
  });
});

describe("URL plugins", () => {
  test("are asked again until the locator stays", async () => {
    const context = makeContext({ plugins: { "ab:1": "cd:2", "cd:2": "/x.yaml" } });
    expect(await rewriteLocator("ab:1", context)).toBe("/x.yaml");
  });

  test("that lead back are refused", async () => {
    const context = makeContext({ plugins: { "ab:1": "cd:2", "cd:2": "ab:1" } });
    expect(await failureOf(rewriteLocator("ab:1", context))).toBe("custom locator `ab:1` has a redirect loop");
  });

  test("that never come to an end are refused", async () => {
    const context = makeContext({});
    let asked = 0;
    const runPlugin = async () => {
      asked += 1;
      return { output: `ab:${asked}` };
    };
    const source = { ...context.source, runPlugin };
    expect(await failureOf(rewriteLocator("ab:x", { ...context, source }))).toBe(
      "custom locator `ab:x` has a redirect loop",
    );
    expect(asked).toBe(100);
  });

  test("that fail are named", async () => {
    const context = makeContext({ plugins: { "ab:1": "!no such thing" } });
    expect(await failureOf(rewriteLocator("ab:1", context))).toBe("command `limactl-url-ab` failed: no such thing");
  });
});
