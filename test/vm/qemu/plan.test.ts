import { describe, expect, test } from "bun:test";
import type { Config } from "../../../src/config/types.ts";
import type { Arch, HostOs } from "../../../src/lib/host.ts";
import type { QemuFacts } from "../../../src/vm/qemu/facts.ts";
import { planQemu } from "../../../src/vm/qemu/plan.ts";
import { virtiofsdImplementation } from "../../../src/vm/qemu/virtiofsd-plan.ts";
import { sampleMount } from "../../support/sample-config.ts";
import { config } from "../support/config.ts";

type Change = Omit<Partial<QemuFacts>, "config" | "host" | "features" | "acceleration"> & {
  readonly host?: Partial<QemuFacts["host"]>;
  readonly config?: Partial<Config>;
  readonly features?: Partial<QemuFacts["features"]>;
  readonly acceleration?: Partial<QemuFacts["acceleration"]>;
};

/** A Linux host with KVM and QEMU 8.2.2, and an x86_64 guest, unless changed. */
function facts(change: Change = {}): QemuFacts {
  return {
    instance: { name: "foo", directory: "/lima/foo" },
    binary: { path: "/usr/bin/qemu-system-x86_64", extraArgs: [] },
    firmware: "/fw/code.fd",
    disks: { disk: "/lima/foo/diffdisk", iso: undefined },
    boot: {},
    windowsInstalled: false,
    virtioWin: false,
    additionalDisks: [],
    sshAddress: "127.0.0.1",
    sshLocalPort: 60022,
    macAddress: "52:55:55:01:02:03",
    networks: [],
    helpers: { virtiofsd: undefined, swtpm: undefined },
    ...change,
    host: { os: "linux", arch: "x86_64", osVersion: "", ...change.host },
    config: config(change.config),
    features: {
      version: "8.2.2",
      accelHelp: "Accelerators supported in QEMU binary:\ntcg\nkvm\nhvf\nwhpx\nnvmm\n",
      netdevHelp: "socket\nstream\nuser\n",
      machineHelp: "",
      cpuHelp: "x86 host\nx86 max\nx86 qemu64\nx86 Haswell\n",
      warnings: [],
      ...change.features,
    },
    acceleration: {
      override: undefined,
      kvm: { kind: "open" },
      cpuVirtualization: true,
      hypervisorFramework: true,
      armSme: false,
      ...change.acceleration,
    },
  };
}

/** Values of an option, in order. */
function valuesOf(argv: readonly string[], option: string): string[] {
  return argv.flatMap((word, index) => (word === option ? [argv[index + 1] ?? ""] : []));
}

const plan = (change: Change = {}) => planQemu(facts(change));
const values = (option: string, change: Change = {}): string[] => valuesOf(plan(change).argv, option);

test("the whole command line of a Linux guest under KVM, in Lima's order", () => {
  const { argv, warnings, stale, serialLogs } = plan({
    config: { mounts: [sampleMount("/home/u")] },
    boot: { kernel: "/lima/foo/kernel", cmdline: "console=ttyS0 root=/dev/vda", initrd: "/lima/foo/initrd" },
    additionalDisks: ["/lima/_disks/d/datadisk"],
  });
  expect(argv.join("\n").replaceAll(/\n(?!-)/g, " ")).toBe(`/usr/bin/qemu-system-x86_64
-m 1024
-cpu host
-machine q35,accel=kvm
-smp 2,sockets=1,cores=2,threads=1
-drive if=pflash,format=raw,readonly=on,file=/fw/code.fd
-device qemu-xhci,id=usb-bus
-drive file=/lima/foo/diffdisk,if=none,discard=on,id=boot-disk
-device virtio-blk-pci,drive=boot-disk,bootindex=1
-boot order=c,splash-time=0,menu=on
-drive file=/lima/_disks/d/datadisk,if=virtio,discard=on
-drive id=cdrom0,if=none,format=raw,readonly=on,file=/lima/foo/cidata.iso
-device virtio-scsi,id=scsi0
-device scsi-cd,bus=scsi0.0,drive=cdrom0
-kernel /lima/foo/kernel
-append console=ttyS0 root=/dev/vda
-initrd /lima/foo/initrd
-netdev user,id=net0,net=192.168.5.0/24,dhcpstart=192.168.5.15,hostfwd=tcp:127.0.0.1:60022-:22
-device virtio-net-pci,netdev=net0,mac=52:55:55:01:02:03
-device virtio-rng-pci
-audiodev none,id=snd0
-display none
-vga none
-parallel none
-chardev socket,id=char-serial,path=/lima/foo/serial.sock,server=on,wait=off,logfile=/lima/foo/serial.log
-serial chardev:char-serial
-chardev socket,id=char-serial-virtio,path=/lima/foo/serialv.sock,server=on,wait=off,logfile=/lima/foo/serialv.log
-device virtio-serial-pci,id=virtio-serial0,max_ports=1
-device virtconsole,chardev=char-serial-virtio,id=console0
-virtfs local,mount_tag=lima-f872001c91a4f2cf,path=/home/u,security_model=none,readonly=on
-chardev socket,id=char-qmp,path=/lima/foo/qmp.sock,server=on,wait=off
-qmp chardev:char-qmp
-chardev socket,path=/lima/foo/ga-virtio.sock,server=on,wait=off,id=qga0
-device virtio-serial
-device virtserialport,chardev=qga0,name=io.lima-vm.guest_agent.0
-name lima-foo
-pidfile /lima/foo/qemu.pid`);
  expect(warnings).toEqual([]);
  expect(serialLogs).toEqual(["/lima/foo/serial.log", "/lima/foo/serialv.log"]);
  expect(stale).toEqual([
    "/lima/foo/serial.sock",
    "/lima/foo/serialv.sock",
    "/lima/foo/serial.log",
    "/lima/foo/serialv.log",
    "/lima/foo/qmp.sock",
    "/lima/foo/ga-virtio.sock",
  ]);
});

describe("the accelerator", () => {
  const guest = (arch: Arch): Change => ({ config: { arch } });
  const host = (os: HostOs, arch: Arch = "x86_64"): Change => ({ host: { os, arch }, config: { arch } });
  const rows: readonly (readonly [string, Change, string, RegExp | undefined])[] = [
    ["Linux with KVM", {}, "kvm", undefined],
    [
      "a /dev/kvm on a CPU without vmx or svm",
      { acceleration: { cpuVirtualization: false } },
      "tcg",
      /neither vmx nor svm/,
    ],
    ["no /dev/kvm", { acceleration: { kvm: { kind: "absent" } } }, "tcg", /\/dev\/kvm does not exist/],
    [
      "a /dev/kvm that does not open",
      { acceleration: { kvm: { kind: "denied", why: "EACCES: permission denied" } } },
      "tcg",
      /cannot be opened: EACCES/,
    ],
    [
      "aarch64 needs no CPU flags",
      { ...host("linux", "aarch64"), acceleration: { cpuVirtualization: false } },
      "kvm",
      undefined,
    ],
    ["another architecture", guest("aarch64"), "tcg", undefined],
    ["macOS", host("darwin", "aarch64"), "hvf", undefined],
    [
      "macOS without Hypervisor framework",
      { ...host("darwin"), acceleration: { hypervisorFramework: false } },
      "tcg",
      /Hypervisor/,
    ],
    ["Windows", { ...host("windows"), features: { version: "11.0.0" } }, "whpx", undefined],
    ["NetBSD", host("netbsd"), "nvmm", undefined],
    ["DragonFly", host("dragonfly"), "nvmm", undefined],
    ["FreeBSD", host("freebsd"), "tcg", undefined],
    ["LIMA_QEMU_ACCEL=tcg", { acceleration: { override: "tcg" } }, "tcg", undefined],
    [
      "LIMA_QEMU_ACCEL=kvm against all signs",
      { acceleration: { override: "kvm", cpuVirtualization: false, kvm: { kind: "absent" } } },
      "kvm",
      undefined,
    ],
  ];
  for (const [name, change, accelerator, warning] of rows) {
    test(`${name}: ${accelerator}`, () => {
      const made = plan(change);
      expect(made.accelerator).toBe(accelerator);
      if (warning === undefined) expect(made.warnings).toEqual([]);
      else expect(made.warnings).toEqual([expect.stringMatching(warning)]);
    });
  }

  test("that QEMU was built without is an error", () => {
    expect(() => plan({ features: { accelHelp: "tcg\n" } })).toThrow(
      "accelerator `kvm` is not supported by `/usr/bin/qemu-system-x86_64`",
    );
  });

  test("that does not exist is an error", () => {
    expect(() => plan({ acceleration: { override: "warp" } })).toThrow("LIMA_QEMU_ACCEL must be one of kvm, tcg,");
  });
});

describe("the CPU", () => {
  const tcg = { override: "tcg" } as const;
  const configured = { vmOpts: { qemu: { cpuType: { x86_64: "Haswell,+avx" } } } };
  const rows: readonly (readonly [string, Change, string])[] = [
    ["native under KVM", {}, "host"],
    ["emulated", { acceleration: tcg }, "max"],
    ["macOS with HVF", { host: { os: "darwin" } }, "host,-avx512vl,-pdpe1gb"],
    ["x86_64 on Apple silicon", { host: { os: "darwin", arch: "aarch64" } }, "max,-avx512vl,-pdpe1gb"],
    ["aarch64 on Apple silicon", { host: { os: "darwin", arch: "aarch64" }, config: { arch: "aarch64" } }, "host"],
    [
      "Apple silicon with SME",
      { host: { os: "darwin", arch: "aarch64" }, config: { arch: "aarch64" }, acceleration: { armSme: true } },
      "max",
    ],
    ["Windows", { host: { os: "windows" }, features: { version: "11.0.0" } }, "qemu64"],
    ["NetBSD", { host: { os: "netbsd" } }, "max"],
    ["configured", { config: configured }, "Haswell,+avx"],
    ["configured for another architecture", { config: { vmOpts: { qemu: { cpuType: { aarch64: "x" } } } } }, "host"],
    [
      "s390x, whose models could not be asked for",
      { host: { arch: "s390x" }, config: { arch: "s390x" }, features: { cpuHelp: "" } },
      "host",
    ],
  ];
  for (const [name, change, cpu] of rows) {
    test(`${name}: ${cpu}`, () => expect(values("-cpu", change)).toEqual([cpu]));
  }

  test("that QEMU does not know is an error", () => {
    const unknown = { vmOpts: { qemu: { cpuType: { x86_64: "Pentium9" } } } };
    expect(() => plan({ config: unknown })).toThrow("cpu `Pentium9` is not supported by");
  });
});

describe("the machine", () => {
  const rows: readonly (readonly [Arch, Change, readonly string[]])[] = [
    ["x86_64", {}, ["q35,accel=kvm"]],
    ["x86_64", { acceleration: { override: "tcg" } }, ["q35,vmport=off"]],
    ["aarch64", {}, ["virt,accel=tcg"]],
    ["armv7l", {}, ["virt,accel=tcg"]],
    ["riscv64", {}, ["virt,acpi=off,accel=tcg"]],
    ["ppc64le", {}, ["pseries,accel=tcg"]],
    ["s390x", {}, ["s390-ccw-virtio,accel=tcg"]],
  ];
  for (const [arch, change, machine] of rows) {
    test(`${arch}: ${machine}`, () =>
      expect(values("-machine", { ...change, config: { arch } })).toEqual([...machine]));
  }

  test("emulated x86_64 takes several threads and neither S3 nor S4", () => {
    const change = { acceleration: { override: "tcg" } };
    expect(values("-accel", change)).toEqual(["tcg,thread=multi,tb-size=512"]);
    expect(values("-global", change)).toEqual(["ICH9-LPC.disable_s3=1", "ICH9-LPC.disable_s4=1"]);
  });

  test("s390x has its own devices and a second virtio console port", () => {
    const devices = values("-device", { config: { arch: "s390x" } });
    expect(devices).toContain("virtio-blk-ccw,drive=boot-disk,bootindex=1");
    expect(devices).toContain("virtio-net-ccw,netdev=net0,mac=52:55:55:01:02:03");
    expect(devices).toContain("virtio-serial-pci,id=virtio-serial0,max_ports=2");
  });

  test("ARM guests have a PCI serial console besides", () => {
    const made = plan({ config: { arch: "aarch64" } });
    expect(made.serialLogs).toEqual(["/lima/foo/serial.log", "/lima/foo/serialp.log", "/lima/foo/serialv.log"]);
    expect(valuesOf(made.argv, "-device")).toContain("pci-serial,chardev=char-serial-pci");
  });

  test("before macOS 12.4 Apple silicon is limited to 3 GiB", () => {
    const old = { host: { os: "darwin", arch: "aarch64", osVersion: "12.3" } } as const;
    const made = plan({ ...old, config: { arch: "aarch64", memory: "4GiB" } });
    expect(valuesOf(made.argv, "-m")).toEqual(["3072"]);
    expect(made.warnings).toEqual([expect.stringContaining("limited to 3GiB")]);
    const newer = { host: { ...old.host, osVersion: "14.5" }, config: { arch: "aarch64", memory: "4GiB" } } as const;
    expect(values("-m", newer)).toEqual(["4096"]);
  });
});

describe("firmware", () => {
  const legacy = { legacyBIOS: true, images: [] };
  const rows: readonly (readonly [string, Change, number])[] = [
    ["x86_64 has it", {}, 1],
    ["x86_64 with legacyBIOS has none", { config: { firmware: legacy } }, 0],
    ["armv7l with legacyBIOS has none", { config: { arch: "armv7l", firmware: legacy } }, 0],
    ["ppc64le has none", { config: { arch: "ppc64le" } }, 0],
    ["s390x has none", { config: { arch: "s390x" } }, 0],
  ];
  for (const [name, change, count] of rows) {
    test(name, () => expect(values("-drive", change).filter((drive) => drive.includes("pflash"))).toHaveLength(count));
  }

  test("legacyBIOS is ignored on aarch64, with a warning", () => {
    const made = plan({ config: { arch: "aarch64", firmware: legacy } });
    expect(made.warnings).toEqual([expect.stringContaining("firmware.legacyBIOS")]);
    expect(made.argv.join(" ")).toContain("pflash");
  });

  test("that is missing is an error with what to do", () => {
    expect(() => plan({ firmware: undefined })).toThrow(
      /^could not find firmware for .*`firmware.legacyBIOS` to `true`/,
    );
    expect(() => plan({ firmware: undefined, config: { arch: "aarch64" } })).toThrow(/\.local\/share\/qemu/);
  });
});

describe("disks", () => {
  test("with an installation medium the disk is second and the medium boots", () => {
    const change: Change = { disks: { disk: "/lima/foo/disk", iso: "/lima/foo/iso" } };
    expect(values("-drive", change).slice(1, 3)).toEqual([
      "file=/lima/foo/disk,if=virtio,discard=on",
      "file=/lima/foo/iso,format=raw,media=cdrom,readonly=on",
    ]);
    expect(values("-boot", change)).toEqual(["order=d,splash-time=0,menu=on"]);
  });

  test("commas in paths are doubled, which is how QEMU reads them", () => {
    const made = plan({
      instance: { name: "foo", directory: "/li,ma/foo" },
      disks: { disk: "/li,ma/foo/disk", iso: undefined },
      config: { mounts: [sampleMount("/a,b")] },
    });
    expect(valuesOf(made.argv, "-drive")).toContain("file=/li,,ma/foo/disk,if=none,discard=on,id=boot-disk");
    expect(valuesOf(made.argv, "-virtfs")[0]).toContain("path=/a,,b,");
    expect(made.qmpSocket).toBe("/li,ma/foo/qmp.sock");
    expect(valuesOf(made.argv, "-pidfile")).toEqual(["/li,ma/foo/qemu.pid"]);
  });

  test("a Windows guest on aarch64 is installed from USB", () => {
    const change: Change = {
      config: { os: "Windows", arch: "aarch64" },
      disks: { disk: "/lima/foo/disk", iso: "/lima/foo/iso" },
      virtioWin: true,
    };
    expect(values("-device", change).filter((device) => device.startsWith("usb"))).toEqual([
      "usb-kbd",
      "usb-storage,drive=cd0",
      "usb-storage,drive=cd1",
      "usb-storage,drive=cd2",
    ]);
  });

  test("an installed Windows guest has no media, and no virtio console", () => {
    const made = plan({
      config: { os: "Windows" },
      disks: { disk: "/lima/foo/disk", iso: "/lima/foo/iso" },
      virtioWin: true,
      windowsInstalled: true,
    });
    expect(made.argv.join(" ")).not.toContain("cdrom");
    expect(made.argv.join(" ")).not.toContain("virtconsole");
  });

  test("a Windows host has its own separators", () => {
    const made = plan({
      host: { os: "windows" },
      features: { version: "11.0.0" },
      instance: { name: "foo", directory: "C:\\lima\\foo" },
    });
    expect(made.qmpSocket).toBe("C:\\lima\\foo\\qmp.sock");
  });
});

describe("networks", () => {
  const mac = "52:55:55:aa:bb:cc";
  const userV2 = { kind: "user-v2", socket: "/n/a.sock", macAddress: mac } as const;
  const other = { kind: "user-v2", socket: "/n/b.sock", macAddress: mac } as const;
  const plainSocket = { kind: "socket", socket: "/n/c.sock", macAddress: mac } as const;
  const vmnet = { kind: "vmnet", socket: "/n/d.sock", macAddress: mac } as const;

  test("the first user-v2 network takes the place of the built-in one", () => {
    const made = plan({ networks: [plainSocket, userV2, other] });
    expect(valuesOf(made.argv, "-netdev")).toEqual([
      "socket,id=net0,fd=3",
      "socket,id=net1,fd=4",
      "socket,id=net3,fd=5",
    ]);
    expect(made.descriptors).toEqual([
      { fd: 3, socket: "/n/a.sock" },
      { fd: 4, socket: "/n/c.sock" },
      { fd: 5, socket: "/n/b.sock" },
    ]);
  });

  const versions = [
    ["7.2.0", "stream,id=net1,server=off,addr.type=unix,addr.path=/n/d.sock"],
    ["8.2.2", "stream,id=net1,server=off,addr.type=unix,addr.path=/n/d.sock,reconnect=1"],
    ["9.2.0", "stream,id=net1,server=off,addr.type=unix,addr.path=/n/d.sock,reconnect-ms=500"],
  ] as const;
  for (const [version, expected] of versions) {
    test(`socket_vmnet with QEMU ${version}`, () => {
      const change: Change = { host: { os: "darwin" }, networks: [vmnet], features: { version } };
      expect(values("-netdev", change)[1]).toBe(expected);
    });
  }

  test("socket_vmnet with a QEMU that has no streams takes a descriptor", () => {
    const made = plan({ host: { os: "darwin" }, networks: [vmnet], features: { netdevHelp: "socket\n" } });
    expect(made.descriptors).toEqual([{ fd: 3, socket: "/n/d.sock" }]);
  });

  test("socket_vmnet is an error elsewhere", () => {
    expect(() => plan({ networks: [vmnet] })).toThrow("which only macOS has");
  });
});

describe("display and sound", () => {
  const video = (display: string, more: Partial<Config> = {}): Change => ({
    config: { video: { display, vnc: { display: "127.0.0.1:0,to=9" } }, ...more },
  });
  const rows: readonly (readonly [string, Change, string, readonly string[]])[] = [
    ["default", video("default"), "default", ["virtio-vga", "virtio-keyboard-pci", "virtio-mouse-pci"]],
    [
      "vnc",
      video("vnc"),
      "vnc=127.0.0.1:0,to=9,password=on",
      ["virtio-vga", "virtio-keyboard-pci", "virtio-tablet-pci"],
    ],
    ["aarch64", video("gtk", { arch: "aarch64" }), "gtk", ["virtio-gpu", "virtio-keyboard-pci", "virtio-mouse-pci"]],
    [
      "Windows on aarch64",
      video("gtk", { arch: "aarch64", os: "Windows" }),
      "gtk",
      ["ramfb", "virtio-keyboard-pci", "virtio-mouse-pci"],
    ],
  ];
  for (const [name, change, display, devices] of rows) {
    test(`display: ${name}`, () => {
      const { argv } = plan(change);
      expect(valuesOf(argv, "-display")).toEqual([display]);
      expect(valuesOf(argv, "-vga")).toEqual([]);
      expect(valuesOf(argv, "-device")).toEqual(expect.arrayContaining([...devices]));
    });
  }

  const sound = (device: string, wanted: string): Change => ({ config: { audio: { device, interface: wanted } } });
  test("default sound is what the host has", () => {
    const on = (os: HostOs) =>
      values("-audiodev", { ...sound("default", ""), host: { os }, features: { version: "11.0.0" } });
    expect((["linux", "darwin", "windows", "netbsd"] as const).flatMap(on)).toEqual([
      "pa,id=snd0",
      "coreaudio,id=snd0",
      "dsound,id=snd0",
      "oss,id=snd0",
    ]);
  });

  test("virtio sound needs QEMU 8.2, before it is hda with a warning", () => {
    expect(values("-device", sound("alsa", "virtio"))).toContain("virtio-sound-pci,audiodev=snd0");
    const old = plan({ ...sound("alsa", "virtio"), features: { version: "7.2.0" } });
    expect(valuesOf(old.argv, "-device")).toContain("hda-output,audiodev=snd0");
    expect(old.warnings).toEqual([expect.stringContaining("8.2.0")]);
    expect(() => plan(sound("alsa", "beep"))).toThrow('invalid audio.interface "beep", must be "hda" or "virtio"');
  });
});

describe("shared directories", () => {
  test("reverse-sshfs needs nothing of QEMU", () => {
    const made = plan({ config: { mountType: "reverse-sshfs", mounts: [sampleMount("/a")] } });
    expect(made.argv).not.toContain("-virtfs");
    expect(made.sharedDirectories).toEqual([]);
  });

  test("virtiofs mounts become devices and virtiofsd processes, which share the guest's memory", () => {
    const made = plan({
      config: {
        mountType: "virtiofs",
        mounts: [sampleMount("/a", "/a", { virtiofs: { queueSize: 512 } }), sampleMount("/b")],
      },
      helpers: {
        virtiofsd: { path: "/usr/libexec/virtiofsd", implementation: "rust", usable: true },
        swtpm: undefined,
      },
    });
    expect(valuesOf(made.argv, "-object")).toEqual([
      "memory-backend-file,id=virtiofs-shm,size=1073741824,mem-path=/dev/shm,share=on",
    ]);
    expect(valuesOf(made.argv, "-numa")).toEqual(["node,memdev=virtiofs-shm"]);
    expect(valuesOf(made.argv, "-device").filter((device) => device.startsWith("vhost"))).toEqual([
      expect.stringMatching(/^vhost-user-fs-pci,queue-size=512,chardev=char-virtiofs-0,tag=lima-[0-9a-f]{16}$/),
      expect.stringMatching(/^vhost-user-fs-pci,queue-size=1024,chardev=char-virtiofs-1,tag=lima-[0-9a-f]{16}$/),
    ]);
    expect(made.helpers.map(({ name, argv }) => [name, argv.join(" ")])).toEqual([
      ["virtiofsd-0", "/usr/libexec/virtiofsd --socket-path /lima/foo/virtiofsd-0.sock --shared-dir /a"],
      ["virtiofsd-1", "/usr/libexec/virtiofsd --socket-path /lima/foo/virtiofsd-1.sock --shared-dir /b"],
    ]);
    expect(made.sharedDirectories).toEqual(["/a", "/b"]);
  });

  const virtiofsdOf = (helper: QemuFacts["helpers"]["virtiofsd"], location: string) =>
    plan({
      config: { mountType: "virtiofs", mounts: [sampleMount(location)] },
      helpers: { virtiofsd: helper, swtpm: undefined },
    }).helpers[0]?.argv.join(" ");

  test("QEMU's own virtiofsd in C has other options", () => {
    const helper = { path: "/usr/lib/qemu/virtiofsd", implementation: "c", usable: true } as const;
    const start = "/usr/lib/qemu/virtiofsd --socket-path=/lima/foo/virtiofsd-0.sock -o";
    expect(virtiofsdOf(helper, "/a")).toBe(`${start} source=/a -f`);
    expect(virtiofsdOf(helper, "/a,b\\c d")).toBe(`${start} source=/a\\,b\\\\c d -f`);
    expect(() => virtiofsdOf({ ...helper, usable: false }, "/a")).toThrow(
      "failed to locate virtiofsd: /usr/lib/qemu/virtiofsd is the one that came with QEMU up to 7.2 and runs for root only",
    );
  });

  test.each([
    ["virtiofsd 1.10.1\n", "rust"],
    [
      "virtiofsd version 7.2.22 (Debian)\nCopyright (c) 2003-2022 Fabrice Bellard and the QEMU Project developers\n",
      "c",
    ],
  ] as const)("its version tells which one a virtiofsd is: %j", (version, implementation) => {
    expect(virtiofsdImplementation(version)).toBe(implementation);
  });

  test("9p mounts become -virtfs and fstab options", () => {
    const made = plan({
      config: {
        mountType: "9p",
        mounts: [
          sampleMount("/a", "/a", {
            writable: true,
            "9p": { ...sampleMount("/a")["9p"], securityModel: "mapped-xattr" },
          }),
          sampleMount("/b c,d"),
        ],
      },
    });
    expect(valuesOf(made.argv, "-virtfs")).toEqual([
      expect.stringMatching(/^local,mount_tag=lima-[0-9a-f]{16},path=\/a,security_model=mapped-xattr$/),
      expect.stringMatching(/^local,mount_tag=lima-[0-9a-f]{16},path=\/b c,,d,security_model=none,readonly=on$/),
    ]);
    expect(made.sharedDirectories).toEqual(["/a", "/b c,d"]);
  });

  test("virtiofs without its daemon is an error", () => {
    expect(() => plan({ config: { mountType: "virtiofs", mounts: [sampleMount("/a")] } })).toThrow(
      "failed to locate virtiofsd",
    );
  });
});

describe("a TPM", () => {
  const helpers = { virtiofsd: undefined, swtpm: "/usr/bin/swtpm" };
  test("is emulated by swtpm", () => {
    const made = plan({ config: { tpm: true }, helpers });
    expect(valuesOf(made.argv, "-device")).toContain("tpm-crb,tpmdev=tpm0");
    expect(made.helpers.map(({ argv }) => argv.join(" "))).toEqual([
      "/usr/bin/swtpm socket --tpmstate dir=/lima/foo/swtpm --ctrl type=unixio,path=/lima/foo/swtpm.sock --tpm2 --terminate --log level=1",
    ]);
    expect(values("-device", { config: { tpm: true, arch: "aarch64" }, helpers })).toContain(
      "tpm-tis-device,tpmdev=tpm0",
    );
  });

  test("is an error where it cannot be", () => {
    expect(() => plan({ config: { tpm: true, arch: "s390x" }, helpers })).toThrow(
      "TPM is not supported for architecture `s390x`",
    );
    expect(() => plan({ config: { tpm: true } })).toThrow("failed to find `swtpm`");
  });
});

describe("words of QEMU_SYSTEM_X86_64", () => {
  const own = (...extraArgs: readonly string[]): Change => ({ binary: { path: "/opt/qemu", extraArgs } });

  test("come first and win over what is set, with a warning", () => {
    const made = plan(own("-cpu", "Haswell", "-snapshot"));
    expect(made.argv.slice(0, 4)).toEqual(["/opt/qemu", "-cpu", "Haswell", "-snapshot"]);
    expect(valuesOf(made.argv, "-cpu")).toEqual(["Haswell"]);
    expect(made.warnings).toEqual([expect.stringContaining("`-cpu`")]);
  });

  test("that say the same are no conflict", () => expect(plan(own("-cpu", "host")).warnings).toEqual([]));
  test("without a value count as given", () => expect(values("-m", own("-m", "-snapshot"))).toEqual(["-snapshot"]));
  test("are added to what is not set but added", () => {
    expect(values("-device", own("-device", "edu"))[0]).toBe("edu");
    expect(plan(own("-device", "edu")).warnings).toEqual([]);
  });
});

describe("QEMU's version", () => {
  const rows: readonly (readonly [string, Change, RegExp])[] = [
    ["too old for Linux", { features: { version: "3.1.0" } }, /^QEMU 3.1.0 .* at least 4.0.0 is needed/],
    ["too old for Apple silicon", { host: { os: "darwin", arch: "aarch64" }, features: { version: "8.2.0" } }, /8.2.1/],
    ["too old for Windows", { host: { os: "windows" }, features: { version: "9.0.0" } }, /11.0.0/],
    [
      "too old for the template",
      { config: { vmOpts: { qemu: { minimumVersion: "9.0.0" } } } },
      /too old, the template needs at least 9.0.0/,
    ],
  ];
  for (const [name, change, message] of rows) {
    test(`${name} is an error`, () => expect(() => plan(change)).toThrow(message));
  }

  test("old or unknown is a warning", () => {
    expect(plan({ features: { version: "5.2.0" } }).warnings).toEqual([expect.stringContaining("6.2.0 or later")]);
    expect(plan({ features: { version: undefined } }).warnings).toEqual([
      expect.stringContaining("cannot tell the version"),
    ]);
  });
});
