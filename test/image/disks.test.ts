import { describe, expect, test } from "bun:test";
import {
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { writeAll } from "../../src/image/copy.ts";
import { decompress } from "../../src/image/decompress.ts";
import { type PrepareDisksOptions, prepareDisks } from "../../src/image/disks.ts";
import { tellFullDisk } from "../../src/image/full-disk.ts";
import { recordingLogger, scratch, serveFiles, sha256 } from "./support/server.ts";

const MiB = 1024 ** 2;

type Options = PrepareDisksOptions & { readonly log: ReturnType<typeof recordingLogger> };

function image(location: string, more: Readonly<Record<string, unknown>> = {}) {
  return { location, arch: "x86_64", digest: "", variant: "", archVariant: "", ...more } as const;
}

function setup(directory: string, locations: readonly (string | ReturnType<typeof image>)[]): Options {
  const instance = join(directory, "inst");
  if (!existsSync(instance)) Bun.spawnSync(["mkdir", instance]);
  return {
    directory: instance,
    instanceName: "foo",
    images: locations.map((entry) => (typeof entry === "string" ? image(entry) : entry)),
    arch: "x86_64",
    diskBytes: 64 * MiB,
    cacheDirectory: join(directory, "cache"),
    imageFormats: ["qcow2", "raw", "vmdk", "vhdx"],
    home: directory,
    env: process.env,
    log: recordingLogger(),
  };
}

function run(...command: readonly string[]): string {
  const result = Bun.spawnSync([...command]);
  if (result.exitCode !== 0) throw new Error(`${command.join(" ")}: ${result.stderr}`);
  return result.stdout.toString();
}

function create(path: string, ...args: readonly string[]): string {
  run("qemu-img", "create", "-q", "-f", "qcow2", ...args, path, "8M");
  return path;
}

function info(path: string): Readonly<Record<string, unknown>> {
  return JSON.parse(run("qemu-img", "info", "--output=json", path));
}

const contents = (options: Options): string[] => readdirSync(options.directory).sort();

describe("a new instance", () => {
  test("gets the image as basedisk and a diffdisk of the configured size on top of it", async () => {
    using directory = scratch();
    const source = create(join(directory.path, "source.qcow2"));
    const options = setup(directory.path, [source]);
    await prepareDisks(options);
    expect(contents(options)).toEqual(["basedisk", "diffdisk"]);
    expect(readFileSync(join(options.directory, "basedisk")).equals(readFileSync(source))).toBeTrue();
    expect(info(join(options.directory, "diffdisk"))).toMatchObject({
      "virtual-size": 64 * MiB,
      format: "qcow2",
      "backing-filename": "basedisk",
      "backing-filename-format": "qcow2",
    });
    expect(options.log.lines).toEqual([
      "info: Attempting to download the image",
      `info: Downloaded the image from \`${source}\``,
    ]);
  });

  test("finds its basedisk after its directory was renamed", async () => {
    using directory = scratch();
    const options = setup(directory.path, [create(join(directory.path, "source.qcow2"))]);
    await prepareDisks(options);
    renameSync(options.directory, join(directory.path, "other"));
    expect(info(join(directory.path, "other/diffdisk"))["full-backing-filename"]).toContain("basedisk");
    run("qemu-img", "check", "-q", join(directory.path, "other/diffdisk"));
  });

  test("with a raw image says so in its diffdisk, whatever the guest writes into it", async () => {
    using directory = scratch();
    const source = join(directory.path, "source.img");
    writeFileSync(source, "raw");
    truncateSync(source, MiB);
    const options = setup(directory.path, [source]);
    await prepareDisks(options);
    expect(info(join(options.directory, "diffdisk"))["backing-filename-format"]).toBe("raw");
  });

  test("with an ISO image gets an empty diffdisk", async () => {
    using directory = scratch();
    writeFileSync(join(directory.path, "readme"), "x");
    const iso = join(directory.path, "boot.iso");
    run("genisoimage", "-quiet", "-o", iso, join(directory.path, "readme"));
    const options = setup(directory.path, [iso]);
    await prepareDisks(options);
    expect(info(join(options.directory, "diffdisk"))).not.toHaveProperty("backing-filename");
    expect(info(join(options.directory, "diffdisk"))["virtual-size"]).toBe(64 * MiB);
  });

  test("with a vmdk image boots from it, with a warning", async () => {
    using directory = scratch();
    const vmdk = join(directory.path, "a.vmdk");
    run("qemu-img", "create", "-q", "-f", "vmdk", vmdk, "8M");
    const options = setup(directory.path, [vmdk]);
    await prepareDisks(options);
    expect(info(join(options.directory, "diffdisk"))["backing-filename-format"]).toBe("vmdk");
    expect(options.log.lines.join("\n")).toContain("has the format `vmdk`");
  });

  test("whose image is neither gets it converted in the cache", async () => {
    using directory = scratch();
    const vdi = join(directory.path, "a.vdi");
    run("qemu-img", "create", "-q", "-f", "vdi", vdi, "8M");
    using server = serveFiles({ "/a.vdi": { body: readFileSync(vdi) } });
    const options = setup(directory.path, [`${server.url}/a.vdi`]);
    await prepareDisks(options);
    expect(info(join(options.directory, "diffdisk"))["backing-filename-format"]).toBe("raw");
    expect(statSync(join(options.directory, "basedisk")).size).toBe(8 * MiB);
  });

  test("gets kernel, its command line and initrd beside the disk", async () => {
    using directory = scratch();
    const source = create(join(directory.path, "source.qcow2"));
    const kernel = join(directory.path, "vmlinuz.gz");
    const initrd = join(directory.path, "initrd.gz");
    writeFileSync(kernel, Bun.gzipSync(Buffer.from("kernel")));
    writeFileSync(initrd, Bun.gzipSync(Buffer.from("initrd")));
    const options = setup(directory.path, [
      image(source, {
        kernel: { location: kernel, arch: "x86_64", digest: "", cmdline: "console=ttyS0" },
        initrd: { location: initrd, arch: "x86_64", digest: "" },
      }),
    ]);
    await prepareDisks(options);
    expect(contents(options)).toEqual(["basedisk", "diffdisk", "initrd", "kernel", "kernel.cmdline"]);
    expect(readFileSync(join(options.directory, "kernel"), "utf8")).toBe("kernel");
    expect(readFileSync(join(options.directory, "kernel.cmdline"), "utf8")).toBe("console=ttyS0");
    expect(readFileSync(join(options.directory, "initrd")).equals(readFileSync(initrd))).toBeTrue();
  });
});

describe("of several images", () => {
  test("the first that can be had completely is taken, and nothing of another stays", async () => {
    using directory = scratch();
    const source = create(join(directory.path, "source.qcow2"));
    const kernel = { location: source, arch: "x86_64", digest: sha256("wrong"), cmdline: "x" };
    const options = setup(directory.path, ["/nonexistent/a.img", image(source, { kernel }), source]);
    await prepareDisks(options);
    expect(contents(options)).toEqual(["basedisk", "diffdisk"]);
    expect(options.log.lines.filter((line) => line.startsWith("warning"))).toHaveLength(2);
  });

  test("when none can be had, every one is named", async () => {
    using directory = scratch();
    const options = setup(directory.path, ["/nonexistent/a.img", "/nonexistent/b.img"]);
    await expect(prepareDisks(options)).rejects.toThrow(
      /^failed to download `\/nonexistent\/a.img`: .*\nfailed to download `\/nonexistent\/b.img`: .*directory$/,
    );
    expect(contents(options)).toEqual([]);
  });
});

describe("an image that must not be used", () => {
  const rows: readonly (readonly [string, (directory: string) => string, RegExp])[] = [
    [
      "names a backing file",
      (directory) => create(join(directory, "a.qcow2"), "-F", "raw", "-b", "/etc/passwd"),
      /must not have a backing file, but names `\/etc\/passwd`/,
    ],
    [
      "names an external data file",
      (directory) => create(join(directory, "a.qcow2"), "-o", `data_file=${join(directory, "data.raw")}`),
      /must not have an external data file, but names `.*data.raw`/,
    ],
    [
      "is larger than the configured disk",
      (directory) => {
        run("qemu-img", "create", "-q", "-f", "qcow2", join(directory, "a.qcow2"), "1G");
        return join(directory, "a.qcow2");
      },
      /^disk shrinking is not supported: image `.*` has 1GiB, but `disk` is 64MiB$/,
    ],
    [
      "is cut off within its header",
      (directory) => {
        const path = create(join(directory, "a.qcow2"));
        truncateSync(path, 80);
        return path;
      },
      /^image `.*a.qcow2` cannot be read: the header is cut off$/,
    ],
    [
      "is cut off within its tables",
      (directory) => {
        const path = create(join(directory, "a.qcow2"));
        truncateSync(path, 600);
        return path;
      },
      /^image `.*a.qcow2` cannot be read: it is cut off/,
    ],
    [
      "is empty",
      (directory) => {
        writeFileSync(join(directory, "a.img"), "");
        return join(directory, "a.img");
      },
      /^image `.*a.img` is empty$/,
    ],
    [
      "is a vmdk whose data is in another file",
      (directory) => {
        run(
          "qemu-img",
          "create",
          "-q",
          "-f",
          "vmdk",
          "-o",
          "subformat=monolithicFlat",
          join(directory, "a.vmdk"),
          "8M",
        );
        return join(directory, "a.vmdk");
      },
      /^image `.*a.vmdk` cannot be read: .*(a-flat.vmdk|No such file)/,
    ],
  ];
  for (const [name, make, message] of rows) {
    test(`because it ${name}, leaves nothing behind`, async () => {
      using directory = scratch();
      const options = setup(directory.path, [make(directory.path)]);
      await expect(prepareDisks(options)).rejects.toThrow(message);
      expect(contents(options)).toEqual([]);
    });
  }
});

describe("an instance with a disk", () => {
  test("keeps it when the size is as configured", async () => {
    using directory = scratch();
    const options = setup(directory.path, [create(join(directory.path, "source.qcow2"))]);
    await prepareDisks(options);
    options.log.lines.length = 0;
    await prepareDisks({ ...options, images: [] });
    expect(options.log.lines).toEqual([]);
  });

  for (const layout of ["diffdisk", "disk", "disk as a link to diffdisk", "raw disk"]) {
    test(`gets it grown to what is configured: ${layout}`, async () => {
      using directory = scratch();
      const options = setup(directory.path, []);
      const name = layout === "diffdisk" || layout.includes("link") ? "diffdisk" : "disk";
      const path = join(options.directory, name);
      if (layout === "raw disk") {
        writeFileSync(path, "");
        truncateSync(path, 8 * MiB);
      } else create(path);
      if (layout.includes("link")) symlinkSync("diffdisk", join(options.directory, "disk"));
      await prepareDisks(options);
      expect(options.log.lines).toEqual(["info: Resize instance foo's disk from 8MiB to 64MiB"]);
      expect(info(path)["virtual-size"]).toBe(64 * MiB);
    });
  }

  test("that is larger than configured is not shrunk", async () => {
    using directory = scratch();
    const options = { ...setup(directory.path, []), diskBytes: MiB };
    create(join(options.directory, "diffdisk"));
    await expect(prepareDisks(options)).rejects.toThrow("disk shrinking is not supported");
    expect(info(join(options.directory, "diffdisk"))["virtual-size"]).toBe(8 * MiB);
  });
});

describe("a preparation that was interrupted", () => {
  for (const name of ["basedisk", "image"]) {
    test(`after \`${name}\` was there goes on without downloading`, async () => {
      using directory = scratch();
      const options = setup(directory.path, []);
      create(join(options.directory, name));
      writeFileSync(join(options.directory, "diffdisk.tmp"), "half");
      await prepareDisks(options);
      expect(contents(options)).toEqual(["basedisk", "diffdisk"]);
    });
  }
});

test("without qemu-img the package that has it is named, and nothing is half-written", async () => {
  using directory = scratch();
  const options = { ...setup(directory.path, [create(join(directory.path, "source.qcow2"))]), env: { PATH: "" } };
  await expect(prepareDisks(options)).rejects.toThrow("failed to find `qemu-img` in $PATH (hint: ");
  expect(contents(options)).toEqual([]);
});

describe("a full disk is told in one message", () => {
  const message = /^no space left on device: cannot write `x` \(.* free; hint: make room/;

  test("when this program writes", async () => {
    const file = await open("/dev/full", "w");
    await expect(tellFullDisk("x", "/tmp", () => writeAll(file, Buffer.from("bytes")))).rejects.toThrow(message);
    await file.close();
  });

  test("when another program writes for it", async () => {
    using directory = scratch();
    const source = join(directory.path, "a.xz");
    writeFileSync(source, Bun.spawnSync(["xz", "-c"], { stdin: Buffer.alloc(MiB, "x") }).stdout);
    const xz = { extension: ".xz", magic: [], program: "xz" };
    const options = { env: process.env, log: recordingLogger() };
    await expect(tellFullDisk("x", "/tmp", () => decompress(xz, source, "/dev/full", options))).rejects.toThrow(
      message,
    );
  });
});
