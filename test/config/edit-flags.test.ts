import { describe, expect, test } from "bun:test";
import { type EditFlags, planEdits } from "../../src/config/edit-flags.ts";
import { makeHost } from "./fixtures.ts";

const target = { host: makeHost(), params: new Set(["K"]), exists: false };
const plan = (flags: EditFlags) => planEdits(flags, target).expressions;

describe("each flag makes its expressions", () => {
  test.each([
    [{ cpus: 2 }, [".cpus = 2"]],
    [{ dns: ["1.1.1.1", "::1"] }, ['.dns += ["1.1.1.1","::1"]', ".dns |= unique", ".hostResolver.enabled=false"]],
    [{ memory: 4 }, ['.memory = "4GiB"']],
    [{ memory: Math.fround(0.1) }, ['.memory = "0.1GiB"']],
    [{ memory: 1e6 }, ['.memory = "1000000GiB"']],
    [
      { mount: ["/a", "~/b:w"] },
      [
        '.mounts = [{"location": "/home/jane/b", "mountPoint": "/home/jane/b", "writable": true},{"location": "/a", "mountPoint": "/a", "writable": false}] + .mounts',
      ],
    ],
    [
      { "mount-only": ["/a", "b"] },
      [
        '.mounts = [{"location": "/a", "mountPoint": "/a", "writable": false},{"location": "/here/b", "mountPoint": "/here/b", "writable": false}]',
      ],
    ],
    [{ "mount-none": false }, [".mounts = null"]],
    [{ "mount-type": "9p" }, ['.mountType = "9p"']],
    [{ "vm-type": "vz" }, ['.vmType = "vz"']],
    [{ "mount-inotify": true }, [".mountInotify = true"]],
    [{ "mount-writable": false }, [".mounts[].writable = false"]],
    [
      { network: ["vzNAT", "lima:shared"] },
      ['.networks += [{"vzNAT": true},{"lima": "shared"}]', ".networks |= unique_by(.lima)"],
    ],
    [{ "nested-virt": true }, [".nestedVirtualization = true"]],
    [{ rosetta: true }, [".vmOpts.vz.rosetta.enabled = true", ".vmOpts.vz.rosetta.binfmt = true"]],
    [{ set: [".a = 1", "del(.b)"] }, [".a = 1", "del(.b)"]],
    [{ param: ['K=a="b"'] }, ['.param["K"] = "a=\\"b\\""']],
    [{ video: true }, ['.video.display = "default"']],
    [{ video: false }, ['.video.display = "none"']],
    [{ "ssh-port": 0 }, [".ssh.localPort = 0"]],
    [{ "image-variant": "minimal" }, ['.images = [.images[] | select(.variant == "minimal")]']],
    [{ "arch-variant": "v3" }, ['.images = [.images[] | select(.archVariant == "v3")]']],
    [{ arch: "aarch64" }, ['.arch = "aarch64"']],
    [{ containerd: "system+user" }, [".containerd.user = true", ".containerd.system = true"]],
    [{ containerd: "none" }, [".containerd.user = false", ".containerd.system = false"]],
    [{ disk: 20 }, ['.disk= "20GiB"']],
    [{ plain: true }, [".plain = true"]],
    [
      { "port-forward": ["8080:80", " 1 : 2 , static=true"] },
      [
        '.portForwards += [{"guestPort": "80", "hostPort": "8080", "static": false},{"guestPort": "2", "hostPort": "1", "static": true}]',
      ],
    ],
    [{ shell: "/bin/z$sh" }, ['.user.shell = "/bin/z$sh"']],
    [{ "audio-device": "pa", "audio-interface": "hda" }, ['.audio.device = "pa"', '.audio.interface = "hda"']],
  ] as [EditFlags, string[]][])("%j", (flags, expressions) => {
    expect(plan(flags)).toEqual(expressions);
  });
});

test("expressions come in Lima's order, whatever the order of the flags", () => {
  const flags: EditFlags = { shell: "/bin/sh", plain: true, disk: 1, set: [".x = 1"], arch: "x86_64", cpus: 1 };
  expect(plan(flags)).toEqual([
    ".cpus = 1",
    ".x = 1",
    '.arch = "x86_64"',
    '.disk= "1GiB"',
    ".plain = true",
    '.user.shell = "/bin/sh"',
  ]);
});

test.each([
  [{ cpus: -1 }, "error while processing flag `cpus`: invalid value for number of cpus, must be >= 0"],
  [
    { mount: ["/a"], "mount-only": ["/b"] },
    "error while processing flag `mount`: flag `--mount` conflicts with `--mount-only`",
  ],
  [
    { "mount-none": true, "mount-only": ["/b"] },
    "error while processing flag `mount-none`: flag `--mount-none` conflicts with `mount-only`",
  ],
  [{ mount: ["~joe"] }, "error while processing flag `mount`: unexpandable path `~joe`"],
  [
    { network: ["shared"] },
    "error while processing flag `network`: network name must be `vzNAT` or `lima:*`, got `shared`",
  ],
  [{ param: ["K"] }, "error while processing flag `param`: invalid parameter `K`, expected NAME=VALUE"],
  [{ param: ["missing=1"] }, "error while processing flag `param`: template does not define param `missing`"],
  [{ "image-variant": "" }, "error while processing flag `image-variant`: `--image-variant` must not be empty"],
  [
    { containerd: "all" },
    "error while processing flag `containerd`: expected one of [`user`, `system`, `user+system`, `none`], got `all`",
  ],
  [
    { "port-forward": ["80"] },
    "error while processing flag `port-forward`: invalid port forward format `80`, expected HOST:GUEST",
  ],
  [
    { "port-forward": ["1:2,a,b"] },
    "error while processing flag `port-forward`: invalid port forward format `1:2,a,b`, expected HOST:GUEST or HOST:GUEST,static=true",
  ],
  [
    { "port-forward": ["1:2,static=yes"] },
    "error while processing flag `port-forward`: invalid value for static parameter: `yes`",
  ],
  [
    { "port-forward": ["1:2,x=1"] },
    "error while processing flag `port-forward`: invalid parameter `x=1`, expected `static=` followed by a boolean value",
  ],
] as [EditFlags, string][])("%j fails", (flags, message) => {
  expect(() => plan(flags)).toThrow(message);
});

test.each([
  [{ "port-forward": ["1:2"] }, '.portForwards += [{"guestPort": "2", "hostPort": "1", "static": false}]'],
  [{ "audio-device": "x" }, '.audio.device = "x"'],
  [{ "audio-interface": "hda" }, '.audio.interface = "hda"'],
  [{ disk: 5 }, '.disk= "5GiB"'],
])("%j is for an existing instance, too", (flags, expression) => {
  expect(planEdits(flags as never, { ...target, exists: true }).expressions).toEqual([expression]);
});

test("flags for new instances are ignored for an existing one, with a warning", () => {
  expect(planEdits({ arch: "x86_64", cpus: 1 }, { ...target, exists: true })).toEqual({
    expressions: [".cpus = 1"],
    warnings: [
      {
        message:
          "`--arch` is not applicable to an existing instance (Hint: create a new instance with `limactl create --arch=x86_64 --name=NAME`)",
      },
    ],
  });
});

test("experimental flags and --dns warn", () => {
  expect(planEdits({ "mount-inotify": true, dns: ["1.1.1.1", "2.2.2.2"] }, target).warnings).toEqual([
    { message: "Disabling HostResolver, as custom DNS addresses ([1.1.1.1 2.2.2.2]) are specified" },
    { message: "`--mount-inotify` is experimental" },
  ]);
});
