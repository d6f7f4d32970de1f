import { describe, expect, test } from "bun:test";
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { macAddressOf } from "../../../src/config/mac-address.ts";
import { missingQemuImgMessage, missingQemuMessage } from "../../../src/lib/qemu-packages.ts";
import { processIdentity } from "../../../src/store/process.ts";
import { platformUuid } from "../../../src/vm/machine-id.ts";
import { hasVirtualization } from "../../../src/vm/qemu/acceleration.ts";
import { findQemu } from "../../../src/vm/qemu/binary.ts";
import { qemuDriver } from "../../../src/vm/qemu/driver.ts";
import { parseQemuVersion, qemuFeatures } from "../../../src/vm/qemu/features.ts";
import { firmwareCandidates, firmwareOfDescriptor } from "../../../src/vm/qemu/firmware-plan.ts";
import { findDisks, gatherQemu } from "../../../src/vm/qemu/gather.ts";
import { findVirtiofsd } from "../../../src/vm/qemu/helpers.ts";
import { planQemu } from "../../../src/vm/qemu/plan.ts";
import { recordingLogger, scratch } from "../../image/support/server.ts";
import { config } from "../support/config.ts";
import { host } from "../support/host.ts";

describe("the QEMU binary", () => {
  function program(directory: string, name: string): string {
    const path = join(directory, name);
    writeFileSync(path, "#!/bin/sh\n");
    chmodSync(path, 0o755);
    return path;
  }

  test("is found in PATH under its own name of the architecture", async () => {
    using directory = scratch();
    const found = host({ env: { PATH: directory.path } });
    const paths = ["arm", "ppc64", "aarch64"].map((name) => program(directory.path, `qemu-system-${name}`));
    const archs = ["armv7l", "ppc64le", "aarch64"] as const;
    expect(await Promise.all(archs.map((arch) => findQemu(arch, found)))).toEqual(
      paths.map((path) => ({ path, extraArgs: [] })),
    );
  });

  test("is what QEMU_SYSTEM_X86_64 says, split like a shell does", async () => {
    using directory = scratch();
    const path = program(directory.path, "my qemu");
    const env = { PATH: "", QEMU_SYSTEM_X86_64: `'${path}' -cpu "Has well"` };
    expect(await findQemu("x86_64", host({ env }))).toEqual({ path, extraArgs: ["-cpu", "Has well"] });
  });

  test("that cannot be split is an error that names the variable", async () => {
    const env = { PATH: "", QEMU_SYSTEM_ARM: "'x" };
    await expect(findQemu("armv7l", host({ env }))).rejects.toThrow(
      "failed to split environment variable `QEMU_SYSTEM_ARM`",
    );
  });

  test("that is absent is an error that names the package", async () => {
    await expect(findQemu("x86_64", host({ env: { PATH: "" } }))).rejects.toThrow(
      "QEMU is not installed: failed to find `qemu-system-x86_64` in $PATH (hint: ",
    );
    const context = {
      host: host({ env: { PATH: "" } }),
      instance: { name: "a", directory: "/a" },
      config: config(),
      log: recordingLogger(),
    };
    await expect(qemuDriver.check(context)).rejects.toThrow("QEMU is not installed");
  });

  const systems = [
    ["linux", "ID=debian\n", "apt-get install qemu-system-x86 qemu-utils ovmf", "apt-get install qemu-utils"],
    ["linux", 'ID=ubuntu\nID_LIKE="debian"\n', "apt-get install qemu-system-x86", "apt-get install qemu-utils"],
    ["linux", "ID=fedora\n", "dnf install qemu-system-x86 qemu-img", "dnf install qemu-img"],
    ["linux", 'ID="rocky"\nID_LIKE="rhel centos fedora"\n', "dnf install qemu-kvm", "dnf install qemu-img"],
    ["linux", "ID=arch\n", "pacman -S qemu-system-x86 ", "pacman -S qemu-img"],
    ["linux", 'ID="opensuse-leap"\nID_LIKE="suse opensuse"\n', "zypper install qemu-x86 ", "zypper install qemu-tools"],
    ["linux", "ID=alpine\n", "apk add qemu-system-x86_64 ", "apk add qemu-img"],
    ["linux", "", "install the QEMU package of your system", "install the package of QEMU's disk tools"],
    ["darwin", "", "brew install qemu", "brew install qemu"],
    ["windows", "", "winget install", "winget install"],
    ["freebsd", "", "pkg install qemu", "pkg install qemu"],
    ["netbsd", "", "pkgin install qemu", "pkgin install qemu"],
  ] as const;
  for (const [os, release, system, image] of systems) {
    test(`${os} ${release.split("\n")[0]}: ${system}`, () => {
      expect(missingQemuMessage("qemu-system-x86_64", "x86_64", os, release)).toContain(system);
      expect(missingQemuImgMessage(os, release)).toContain(image);
    });
  }
});

describe("what QEMU can do", () => {
  /** A stand-in that counts how often it is run. */
  function counting(directory: string): string {
    const path = join(directory, "qemu");
    writeFileSync(path, `#!/bin/sh\necho x >> ${directory}/runs\necho "QEMU emulator version 9.1.2 (x)"\n`);
    chmodSync(path, 0o755);
    return path;
  }
  const runs = (directory: string): number => readFileSync(join(directory, "runs"), "utf8").length / 2;

  test("is asked of the real one", async () => {
    using directory = scratch();
    const { path } = await findQemu("x86_64", host());
    const features = await qemuFeatures(path, "q35", { cacheDirectory: directory.path, env: process.env });
    expect(features.version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(features.accelHelp).toContain("tcg");
    expect(features.netdevHelp).toContain("user");
    expect(features.machineHelp).toContain("q35");
    expect(features.cpuHelp).toContain("max");
    expect(features.warnings).toEqual([]);
    expect(await qemuFeatures(path, "q35", { cacheDirectory: directory.path, env: { PATH: "" } })).toEqual(features);
  });

  test("is asked once, and again when the file changed or the answers were lost", async () => {
    using directory = scratch();
    const path = counting(directory.path);
    const options = { cacheDirectory: join(directory.path, "cache"), env: process.env };
    const ask = () => qemuFeatures(path, "q35", options);
    expect((await ask()).version).toBe("9.1.2");
    await ask();
    expect(runs(directory.path)).toBe(5);
    utimesSync(path, 1, 1);
    await ask();
    expect(runs(directory.path)).toBe(10);
    for (const name of readdirSync(join(options.cacheDirectory, "qemu"))) {
      writeFileSync(join(options.cacheDirectory, "qemu", name), '{"version":');
    }
    await ask();
    expect(runs(directory.path)).toBe(15);
  });

  test("is asked every time where nothing can be kept", async () => {
    using directory = scratch();
    const options = { cacheDirectory: "/dev/null/cache", env: process.env };
    expect((await qemuFeatures(counting(directory.path), "q35", options)).version).toBe("9.1.2");
  });

  test("is not known of a program that fails", async () => {
    using directory = scratch();
    const path = join(directory.path, "qemu");
    writeFileSync(path, "#!/bin/sh\necho broken >&2\nexit 3\n");
    chmodSync(path, 0o755);
    const options = { cacheDirectory: join(directory.path, "cache"), env: process.env };
    await expect(qemuFeatures(path, "q35", options)).rejects.toThrow(/-accel help: exit status 3: broken$/);
  });

  const versions = [
    ["QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7+deb12u18)\nCopyright", "7.2.22"],
    ["QEMU emulator version 10.0.0-rc1", "10.0.0"],
    ["something else", undefined],
  ] as const;
  for (const [text, version] of versions) {
    test(`${text.split("\n")[0]} is ${version}`, () => expect(parseQemuVersion(text)).toBe(version));
  }
});

describe("firmware", () => {
  test("is looked for in Lima's order", () => {
    const paths = firmwareCandidates("x86_64", "/home/u", "/opt/qemu/bin").map((parts) => join(...parts));
    expect(paths.slice(0, 4)).toEqual([
      "/home/u/.local/share/qemu/edk2-x86_64-code.fd",
      "/opt/qemu/share/qemu/edk2-x86_64-code.fd",
      "/opt/qemu/bin/share/edk2-x86_64-code.fd",
      "/usr/share/edk2/x64/OVMF_CODE.4m.fd",
    ]);
    expect(firmwareCandidates("s390x", "/home/u", "/usr/bin")).toEqual([]);
  });

  const descriptor = (change: Readonly<Record<string, unknown>> = {}): string =>
    JSON.stringify({
      "interface-types": ["uefi"],
      mapping: { device: "flash", executable: { filename: "/fw/code.fd", format: "raw" } },
      targets: [{ architecture: "x86_64", machines: ["pc-q35-*"] }],
      features: ["acpi-s3"],
      ...change,
    });
  const rows = [
    ["an ordinary build", descriptor(), "/fw/code.fd"],
    ["secure boot", descriptor({ features: ["secure-boot"] }), undefined],
    ["enrolled keys", descriptor({ features: ["enrolled-keys"] }), undefined],
    ["SMM", descriptor({ features: ["requires-smm"] }), undefined],
    ["another architecture", descriptor({ targets: [{ architecture: "aarch64" }] }), undefined],
    ["a BIOS", descriptor({ "interface-types": ["bios"] }), undefined],
    ["one that is no flash", descriptor({ mapping: { device: "memory", filename: "/fw" } }), undefined],
    ["nonsense", "{", undefined],
    ["a list", "[]", undefined],
  ] as const;
  for (const [name, text, expected] of rows) {
    test(`a descriptor of ${name}: ${expected}`, () => expect(firmwareOfDescriptor(text, "x86_64")).toBe(expected));
  }
});

describe("the boot disk", () => {
  const iso = Buffer.alloc(17 * 2048);
  iso.write("\x01CD001", 16 * 2048, "latin1");
  const rows: readonly (readonly [string, (path: string) => void, { disk?: string; iso?: string }])[] = [
    [
      "diffdisk on an image",
      (path) => ["basedisk", "diffdisk"].map((name) => writeFileSync(join(path, name), "x")),
      { disk: "diffdisk" },
    ],
    [
      "diffdisk beside an installation medium",
      (path) => {
        writeFileSync(join(path, "basedisk"), iso);
        writeFileSync(join(path, "diffdisk"), "x");
      },
      { disk: "diffdisk", iso: "basedisk" },
    ],
    [
      "disk and iso, as Lima 2.1 makes them",
      (path) => ["disk", "iso"].map((name) => writeFileSync(join(path, name), "x")),
      { disk: "disk", iso: "iso" },
    ],
    [
      "disk as a link to diffdisk, as Lima 2.1 leaves older instances",
      (path) => {
        writeFileSync(join(path, "basedisk"), "x");
        writeFileSync(join(path, "diffdisk"), "x");
        symlinkSync("diffdisk", join(path, "disk"));
      },
      { disk: "disk" },
    ],
  ];
  for (const [name, make, expected] of rows) {
    test(`is ${name}`, () => {
      using directory = scratch();
      make(directory.path);
      const at = (file: string | undefined) => (file === undefined ? undefined : join(directory.path, file));
      expect(findDisks(directory.path)).toEqual({ disk: at(expected.disk), iso: at(expected.iso) });
    });
  }

  test("that does not exist is an error", () => {
    using directory = scratch();
    expect(() => findDisks(directory.path)).toThrow("has no boot disk");
  });
});

test("the plan from this machine's facts is one that its QEMU accepts", async () => {
  using directory = scratch();
  const instance = join(directory.path, "inst");
  mkdirSync(instance);
  Bun.spawnSync(["qemu-img", "create", "-q", "-f", "qcow2", join(instance, "diffdisk"), "1G"]);
  writeFileSync(join(instance, "cidata.iso"), Buffer.alloc(2048 * 20));
  const log = recordingLogger();
  const options = {
    host: host({ env: { ...process.env, XDG_CACHE_HOME: directory.path, LIMA_QEMU_ACCEL: "tcg" } }),
    instance: { name: "foo", directory: instance },
    config: config({ memory: "128MiB", firmware: { legacyBIOS: true, images: [] } }),
    log,
    sshLocalPort: freePort(),
    networks: [],
    additionalDisks: [],
  };
  const facts = await gatherQemu({ ...options, sshAddress: "127.0.0.1" });
  expect(facts.macAddress).toMatch(/^52:55:55(:[0-9a-f]{2}){3}$/);
  expect(planQemu(facts).argv).toContain(`file=${instance}/diffdisk,if=none,discard=on,id=boot-disk`);
  const machine = await qemuDriver.start(options);
  expect(statSync(join(instance, "ga-virtio.sock")).isSocket()).toBeTrue();
  expect(readdirSync(instance).sort()).toEqual([
    "cidata.iso",
    "diffdisk",
    "ga-virtio.sock",
    "qemu.log",
    "qemu.pid",
    "qmp.sock",
    "serial.log",
    "serial.sock",
    "serialv.log",
    "serialv.sock",
  ]);
  await machine.kill();
  expect(readdirSync(instance).sort()).toEqual(["cidata.iso", "diffdisk", "qemu.log", "serial.log", "serialv.log"]);
});

test("a machine with a TPM and a screen: its VNC server has a password, its picture can be taken, swtpm ends with it", async () => {
  using directory = scratch();
  const instance = join(directory.path, "inst");
  mkdirSync(instance);
  Bun.spawnSync(["qemu-img", "create", "-q", "-f", "qcow2", join(instance, "diffdisk"), "1G"]);
  writeFileSync(join(instance, "cidata.iso"), Buffer.alloc(2048 * 20));
  const machine = await qemuDriver.start({
    host: host({ env: { ...process.env, XDG_CACHE_HOME: directory.path, LIMA_QEMU_ACCEL: "tcg" } }),
    instance: { name: "foo", directory: instance },
    config: config({
      memory: "128MiB",
      firmware: { legacyBIOS: true, images: [] },
      tpm: true,
      video: { display: "vnc", vnc: { display: "127.0.0.1:100,to=599" } },
    }),
    log: recordingLogger(),
    sshLocalPort: freePort(),
    networks: [],
    additionalDisks: [],
  });
  const [swtpm = 0] = machine.helperPids;
  expect(processIdentity(swtpm)).toBeDefined();
  expect(statSync(join(instance, "swtpm")).mode & 0o777).toBe(0o700);
  await machine.setVncPassword("abcDEF12");
  const port = await machine.vncPort();
  expect(port).toBeWithin(6000, 6500);
  const png = Buffer.from(await machine.screenshot("png"));
  expect(png.toString("latin1", 1, 4)).toBe("PNG");
  expect(png.readUInt32BE(16)).toBeGreaterThan(100);
  expect(Buffer.from(await machine.screenshot("bmp")).toString("latin1", 0, 2)).toBe("BM");
  await machine.kill();
  expect(processIdentity(swtpm)).toBeUndefined();
});

test("a firmware image of lima.yaml takes the place of the driver's own", async () => {
  using directory = scratch();
  const instance = join(directory.path, "inst");
  mkdirSync(instance);
  Bun.spawnSync(["qemu-img", "create", "-q", "-f", "qcow2", join(instance, "diffdisk"), "1G"]);
  const image = join(directory.path, "code.fd");
  writeFileSync(image, "firmware of the template");
  const images = [{ location: image, arch: "x86_64" as const, digest: "", vmType: "qemu" }];
  const facts = await gatherQemu({
    host: host({ env: { ...process.env, XDG_CACHE_HOME: directory.path, LIMA_QEMU_ACCEL: "tcg" } }),
    instance: { name: "foo", directory: instance },
    config: config({ firmware: { legacyBIOS: false, images } }),
    log: recordingLogger(),
    sshLocalPort: 60022,
    networks: [],
    additionalDisks: [],
    sshAddress: "127.0.0.1",
  });
  expect(facts.firmware).toBe(join(instance, "qemu-efi-code.fd"));
  expect(await Bun.file(join(instance, "qemu-efi-code.fd")).text()).toBe("firmware of the template");
});

function freePort(): number {
  const server = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  server.stop(true);
  return server.port;
}

test("CPU flags are read as words", () => {
  expect(hasVirtualization("flags\t\t: fpu vmx sse\n")).toBeTrue();
  expect(hasVirtualization("flags\t\t: fpu svm\n")).toBeTrue();
  expect(hasVirtualization("flags\t\t: fpu svm_lock vmxx\nvmx flags\t: vnmi\n")).toBeFalse();
  expect(hasVirtualization("")).toBeFalse();
});

test("a MAC address is stable and of its own range", () => {
  expect(macAddressOf("machine", "/lima/foo")).toBe(macAddressOf("machine", "/lima/foo"));
  expect(macAddressOf("machine", "/lima/foo")).not.toBe(macAddressOf("machine", "/lima/bar"));
});

test("the machine id of a Mac is its platform UUID", () => {
  expect(platformUuid("<key>IOPlatformUUID</key>\n\t<string>ABC-1</string>")).toBe("ABC-1");
  expect(platformUuid("")).toBeUndefined();
});

describe("virtiofsd", () => {
  const says = (text: string, code = 0) => `#!/bin/sh\ncat <<'EOF'\n${text}\nEOF\nexit ${code}\n`;
  const inC = says("virtiofsd version 7.2.22\nusing FUSE kernel interface version 7.36");
  async function found(programs: Readonly<Record<string, string>>, uid: number) {
    using directory = scratch();
    const folder = join(directory.path, ".local/share/qemu/vhost-user");
    mkdirSync(folder, { recursive: true });
    for (const [name, script] of Object.entries(programs)) {
      const binary = join(directory.path, name);
      writeFileSync(binary, script, { mode: 0o755 });
      writeFileSync(join(folder, `${name}.json`), JSON.stringify({ type: "fs", binary }));
    }
    writeFileSync(join(folder, "gpu.json"), '{"type": "gpu", "binary": "/x"}');
    const user = { name: "u", comment: "", uid, gid: uid };
    const { path, ...rest } = (await findVirtiofsd(host({ home: directory.path, user }), "/usr/bin/qemu")) ?? {};
    return { name: path?.slice(directory.path.length + 1), ...rest };
  }

  test("the one in Rust goes before QEMU's own in C, which root alone can run", async () => {
    const rust = says("virtiofsd 1.10.1");
    expect(await found({ a: inC, b: says("", 1), c: rust }, 1000)).toEqual({
      name: "c",
      implementation: "rust",
      usable: true,
    });
    expect(await found({ a: inC }, 1000)).toEqual({ name: "a", implementation: "c", usable: false });
    expect(await found({ a: inC }, 0)).toEqual({ name: "a", implementation: "c", usable: true });
  });
});
