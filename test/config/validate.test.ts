import { describe, expect, test } from "bun:test";
import { programVersion } from "../../src/lib/version.ts";
import { failure, image, load, macHost, makeFacts, makeHost, windowsHost } from "./fixtures.ts";

const file = "/home/jane/.lima/foo/lima.yaml";

/** Tables of: a lima.yaml (an image stands on its first line), the place of the error, the error. */
type Rows = readonly (readonly [text: string, place: string, message: string])[];

function refuses(rows: Rows): void {
  test.each(rows as unknown as [string, string, string][])("%s", (text, place, message) => {
    expect(failure(image + text)).toBe(place === "" ? message : `${file}:${place}: ${message}`);
  });
}

describe("the document", () => {
  refuses([
    [
      "minimumLimaVersion: two",
      "2:1",
      "field `minimumLimaVersion` must be a semvar value, got `two`: two is not in dotted-tri format",
    ],
    [
      "minimumLimaVersion: 99.0.0",
      "2:1",
      `template requires Lima version \`99.0.0\`; this is only \`${programVersion}\``,
    ],
    ["base: template:x", "2:1", "field `base` must be empty for YAML validation"],
  ]);

  test("a base that is left is told before a version that is too new", () => {
    expect(failure(`${image}minimumLimaVersion: 99.0.0\nbase: template:x`).split("\n")).toEqual([
      expect.stringContaining("field `base` must be empty"),
      expect.stringContaining("template requires Lima version"),
    ]);
  });

  test("a version of this program or an older one is fine", () => {
    for (const version of ["2.2.0", "v2.0.0", "0.8.3", "2.0.0-beta.1", ""])
      load(`${image}minimumLimaVersion: '${version}'`);
  });
});

describe("the machine", () => {
  refuses([
    ["vmType: xen", "", `failed to resolve vm for ${file}\nvmType \`xen\` is not a registered driver`],
    ["os: linux", "2:1", "field `os` must be one of [`Linux` `Darwin` `FreeBSD` `Windows`]; got `linux`"],
    ["os: valueOf", "2:1", "field `os` must be one of [`Linux` `Darwin` `FreeBSD` `Windows`]; got `valueOf`"],
    ["guestInstallPrefix: opt", "2:1", "field `guestInstallPrefix` must be an absolute path, got `opt`"],
    ["cpus: -1", "2:1", "field `cpus` must be set"],
    ["memory: 4QiB", "2:1", "field `memory` has an invalid value: invalid suffix: 'qib'"],
    ["disk: a lot", "2:1", "field `disk` has an invalid value: invalid size: 'a lot'"],
    ["disk: -1GiB", "2:1", "field `disk` has an invalid value: invalid size: '-1GiB'"],
    ["audio: {interface: ac97}", "2:9", 'invalid audio.interface "ac97", must be "hda" or "virtio"'],
    ["ssh: {localPort: 22}", "2:7", "field `ssh.localPort` must not be 22"],
    ["ssh: {localPort: -1}", "2:7", "field `ssh.localPort` must be > 0"],
    ["ssh: {localPort: 65536}", "2:7", "field `ssh.localPort` must be < 65536"],
    ["dns: [1.1.1.1]", "2:1", "field `dns` must be empty when field `HostResolver.Enabled` is true"],
    [
      "vmOpts: {qemu: {minimumVersion: new}}",
      "2:17",
      "field `vmOpts.qemu.minimumVersion` must be a semvar value, got `new`: new is not in dotted-tri format",
    ],
    [
      "vmOpts: {vz: {diskImageFormat: qcow2}}",
      "2:15",
      "field `vmOpts.vz.diskImageFormat` must be `raw` or `asif`, got `qcow2`",
    ],
  ]);

  test("an architecture that does not exist is named by its field and by the image that has it", () => {
    expect(failure(`${image}arch: amd64`)).toBe(
      [
        `${file}:2:1: field \`arch\` must be one of [x86_64 aarch64 armv7l ppc64le riscv64 s390x]; got \`amd64\``,
        `${file}:1:10: field \`arch\` must be one of [x86_64 aarch64 armv7l ppc64le riscv64 s390x]; got \`amd64\``,
      ].join("\n"),
    );
  });

  test.each(["ppc64le", "s390x"])("a TPM on %s", (arch) => {
    expect(failure(`${image}arch: ${arch}\ntpm: true`)).toBe(
      `${file}:3:1: field \`tpm\` is not supported on architecture \`${arch}\``,
    );
  });

  test("Windows guests need qemu and one of two architectures", () => {
    expect(failure(`${image}os: Windows\nvmType: vz\narch: riscv64\n`)).toBe(
      [
        `${file}:3:1: currently Windows guest is only supported on \`qemu\`; got \`vz\``,
        `${file}:4:1: currently Windows guest is only supported on [\`x86_64\`, \`aarch64\`]; got \`riscv64\``,
      ].join("\n"),
    );
  });

  test("an external driver is fine, and `default` is the host's", () => {
    expect(load(`${image}vmType: krunkit`, { facts: makeFacts({ externalDrivers: ["krunkit"] }) }).config.vmType).toBe(
      "krunkit",
    );
    expect(load(`${image}vmType: default\nmountType: default`).config).toMatchObject({ vmType: "qemu" });
  });
});

describe("the user", () => {
  refuses([
    ["user: {shell: bash}", "2:8", "field `user.shell` must be an absolute path, got `bash`"],
    ["user: {uid: -1}", "2:8", "field `user.uid` must be between 0 and 4294967295, got `-1`"],
    ["user: {passwordlessSudo: false}", "2:8", "`user.passwordlessSudo: false` requires `plain: true`"],
    [
      "os: Windows\nuser: {shell: 'C:\\bash.exe'}",
      "3:8",
      "field `user.shell` must be one of [cmd.exe powershell.exe pwsh.exe] for Windows guest, got `C:\\bash.exe`",
    ],
    [
      "os: Darwin\nuser: {passwordlessSudo: true}",
      "3:8",
      "`user.passwordlessSudo: true` is not supported on macOS guests",
    ],
    [
      "vmType: wsl2\nplain: true\nuser: {passwordlessSudo: false}",
      "4:8",
      "`user.passwordlessSudo: false` is not supported on WSL2 guest",
    ],
  ]);

  test("a Windows shell is known by its base name in any case", () => {
    load(`${image}os: Windows\nuser: {shell: 'C:\\x\\PowerShell.EXE'}`);
  });
});

describe("images and archives", () => {
  test.each([
    ["", "field `images` must be set"],
    ["images: []", `${file}:1:1: field \`images\` must be set`],
    [
      "images:\n- arch: x86_64",
      `${file}:2:3: field \`images[0].location\` refers to an invalid local file path: \`\`: empty path`,
    ],
    [
      "images:\n- location: ~joe/x",
      `${file}:2:3: field \`images[0].location\` refers to an invalid local file path: \`~joe/x\`: unexpandable path \`~joe/x\``,
    ],
    [
      "images:\n- location: /x\n  arch: amd64",
      `${file}:3:3: field \`arch\` must be one of [x86_64 aarch64 armv7l ppc64le riscv64 s390x]; got \`amd64\``,
    ],
    [
      "images:\n- location: /x\n  digest: abc",
      `${file}:3:3: field \`images[0].digest\` is invalid: abc: invalid checksum digest format`,
    ],
    [
      "images:\n- location: /x\n  digest: md5:abc",
      `${file}:3:3: field \`images[0].digest\` is invalid: md5:abc: unsupported digest algorithm`,
    ],
    [
      "images:\n- location: /x\n  digest: sha256:abc",
      `${file}:3:3: field \`images[0].digest\` is invalid: sha256:abc: invalid checksum digest length`,
    ],
    [
      "images:\n- location: /x\n  kernel:\n    location: /k\n    arch: aarch64",
      `${file}:5:5: images[0].kernel has unexpected architecture \`aarch64\`, must be \`x86_64\``,
    ],
    [
      "images:\n- location: /x\n  initrd: {location: /k, arch: aarch64}",
      `${file}:3:26: images[0].initrd has unexpected architecture \`aarch64\`, must be \`x86_64\``,
    ],
    [
      `${image}containerd: {archives: [{location: /x, digest: y}]}`,
      `${file}:2:40: field \`containerd.archives[0].digest\` is invalid: y: invalid checksum digest format`,
    ],
  ])("%s", (text, message) => {
    expect(failure(text)).toBe(message);
  });

  test("archives are not looked at without containerd", () => {
    load(`${image}containerd: {user: false, archives: [{location: /x, digest: y}]}`);
  });
});

describe("additional disks", () => {
  refuses([
    [
      "additionalDisks:\n- a b",
      "3:3",
      "field `additionalDisks[0].name is invalid`: identifier `a b` must match ^[A-Za-z0-9]+(?:[._-](?:[A-Za-z0-9]+))*$",
    ],
    [
      "additionalDisks:\n- format: true",
      "3:3",
      "field `additionalDisks[0].name is invalid`: identifier must not be empty",
    ],
    [
      "additionalDisks:\n- a\n- name: a",
      "4:3",
      "field `additionalDisks[1].name` value `a` has already been used by field `additionalDisks[0].name`",
    ],
  ]);
});

describe("mounts", () => {
  refuses([
    ["mounts:\n- location: rel", "3:3", "field `mounts[0].location` must be an absolute path, got `rel`"],
    [
      "mounts:\n- location: ~joe",
      "3:3",
      "field `mounts[0].location` refers to an unexpandable path: `~joe`: unexpandable path `~joe`",
    ],
    ["mounts:\n- location: /", "3:3", "field `mounts[0].mountPoint` must not be a system path such as /etc or /usr"],
    [
      "mounts:\n- location: /x\n  mountPoint: /usr/",
      "4:3",
      "field `mounts[0].mountPoint` must not be a system path such as /etc or /usr",
    ],
    [
      "mounts:\n- location: /x\n  mountPoint: //mnt/../etc/.",
      "4:3",
      "field `mounts[0].mountPoint` must not be a system path such as /etc or /usr",
    ],
    [
      "mounts:\n- location: /x\n  mountPoint: '{{.Home}}/'",
      "4:3",
      "field `mounts[0].mountPoint` is the reserved internal home directory `/home/jane.guest/`",
    ],
    [
      "mounts:\n- location: /x\n  mountPoint: '{{.Home}}'",
      "4:3",
      "field `mounts[0].mountPoint` is the reserved internal home directory `/home/jane.guest`",
    ],
    ["mounts:\n- location: /x\n  mountPoint: ~/x", "4:3", "field `mounts[0].mountPoint` must not start with `~`"],
    [
      "mounts:\n- location: /x\n  9p:\n    msize: big",
      "5:5",
      "field `msize` has an invalid value: invalid size: 'big'",
    ],
    ["mountType: nfs", "2:1", "field `mountType` must be `reverse-sshfs` or `9p` or `virtiofs`, or `wsl2`, got `nfs`"],
    [
      "mountType: 9p\nmountTypesUnsupported: [9p, virtiofs]",
      "2:1",
      "field `mountType` must not be one of [`9p` `virtiofs`] (`mountTypesUnsupported`), got `9p`",
    ],
  ]);

  test("what stands at the location matters", () => {
    const at = (path: "file" | "missing" | { error: string }) => ({ facts: makeFacts({ paths: { "/x": path } }) });
    const text = `${image}mounts: [{location: /x}]`;
    expect(failure(text, at("file"))).toContain(
      "field `mounts[0].location` refers to a non-directory path: `/x`: not a directory",
    );
    expect(failure(text, at({ error: "EACCES" }))).toContain(
      "field `mounts[0].location` refers to an inaccessible path: `/x`: EACCES",
    );
    expect(load(text, at("missing")).warnings[0]?.message).toStartWith(
      "field `mounts[0].location` refers to a non-existent directory: `/x`:",
    );
  });
});

describe("port forwards", () => {
  const rule = (body: string) => `portForwards:\n- {${body}}`;
  refuses([
    [
      rule("guestIPMustBeZero: true, guestIP: 127.0.0.1, guestPort: 1"),
      "3:4",
      "field `portForwards[0].guestIPMustBeZero` can only be true when field `portForwards[0].guestIP` is 0.0.0.0",
    ],
    [rule("guestPort: -1, hostPort: 1"), "3:4", "field `portForwards[0].guestPort` must be > 0"],
    [rule("guestPort: 22, hostPort: 1"), "3:4", "field `portForwards[0].guestPort` must not be 22"],
    [rule("guestPort: 65536, hostPort: 1"), "3:4", "field `portForwards[0].guestPort` must be < 65536"],
    [rule("guestPort: 80, hostPort: 22"), "3:19", "field `portForwards[0].hostPort` must not be 22"],
    [
      rule("guestPortRange: [0, 9], hostPortRange: [1, 10]"),
      "3:21",
      "field `portForwards[0].guestPortRange[0]` must be set",
    ],
    [
      rule("guestPortRange: [1, 70000], hostSocket: /x, guestSocket: /y"),
      "3:24",
      "field `portForwards[0].guestPortRange[1]` must be < 65536",
    ],
    [
      rule("guestPort: 80, guestSocket: /x, hostPort: 81"),
      "3:4",
      "field `portForwards[0].guestPort` must be 0 when field `portForwards[0].guestSocket` is set",
    ],
    [
      rule("guestPort: 80, guestPortRange: [81, 81], hostPort: 1"),
      "3:4",
      "field `portForwards[0].guestPort` must match field `portForwards[0].guestPortRange[0]`",
    ],
    [
      rule("guestPort: 80, hostPort: 80, hostSocket: /x"),
      "3:19",
      "field `portForwards[0].hostPort` must be 0 when field `portForwards[0].hostSocket` is set",
    ],
    [
      rule("guestPort: 80, hostPort: 80, hostPortRange: [81, 81]"),
      "3:19",
      "field `portForwards[0].hostPort` must match field `portForwards[0].hostPortRange[0]`",
    ],
    [
      rule("guestPortRange: [9, 1], hostPortRange: [1, 1], guestSocket: /x"),
      "3:4",
      "field `portForwards[0].guestPortRange[1]` must be greater than or equal to field `portForwards[0].guestPortRange[0]`",
    ],
    [
      rule("guestSocket: x, hostSocket: /y"),
      "3:4",
      "field `portForwards[0].guestSocket` must be an absolute path, but is `x`",
    ],
    [
      rule("guestSocket: /x, hostPortRange: [1, 2]"),
      "3:4",
      "field `portForwards[0].guestSocket` can only be mapped to a single port or socket. not a range",
    ],
    [
      rule("guestPortRange: [1, 2], hostSocket: /x"),
      "3:28",
      "field `portForwards[0].hostSocket` can only be mapped from a single port or socket. not a range",
    ],
    [
      rule("guestPortRange: [1, 3], hostPortRange: [1, 2]"),
      "3:28",
      "field `portForwards[0].hostPortRange` must specify the same number of ports as field `portForwards[0].guestPortRange`",
    ],
    [
      rule(`guestSocket: /x, hostSocket: /${"a".repeat(107)}`),
      "3:21",
      "field `portForwards[0].hostSocket` must be less than UNIX_PATH_MAX=108 characters, but is 108",
    ],
    [rule("guestPort: 80, proto: sctp"), "3:19", "field `portForwards[0].proto` must be `tcp`, `udp`, or `any`"],
    [rule("guestSocket: /x, hostPort: 80, reverse: true"), "3:35", "field `portForwards[0].reverse` must be false"],
  ]);

  test("a guest socket may go to a host port", () => {
    load(`${image}portForwards: [{guestSocket: /x, hostPort: 80}]`);
  });

  test("macOS sockets are shorter", () => {
    const text = `${image}portForwards: [{guestSocket: /x, hostSocket: /${"a".repeat(103)}}]`;
    load(text);
    expect(failure(text, { host: macHost })).toContain("must be less than UNIX_PATH_MAX=104 characters, but is 104");
  });
});

describe("provision", () => {
  const entry = (body: string) => `provision:\n- {${body}}`;
  const scriptModes = ["content", "overwrite", "owner", "path", "permissions", "format"] as const;
  const named = { content: "`data`", overwrite: "`data`", owner: "`data`" } as Readonly<Record<string, string>>;
  refuses([
    [
      entry("mode: boots, script: x"),
      "3:4",
      "field `provision[0].mode` must one of `system`, `user`, `boot`, `data`, `dependency`, `ansible`, or `yq`",
    ],
    [
      entry("script: x, skipDefaultDependencyResolution: true"),
      "3:15",
      "field `provision[0].mode` cannot set skipDefaultDependencyResolution, only valid on scripts of type `dependency`",
    ],
    [entry("mode: user"), "3:3", "field `provision[0].script` must not be empty"],
    [
      entry("script: x, file: y.sh"),
      "3:15",
      "field `provision[0].file.url` must be empty during validation (script should already be embedded)",
    ],
    [entry("script: x, file: {digest: y}"), "3:15", "field `provision[0].file.digest` support is not yet implemented"],
    [entry("mode: ansible"), "3:3", "field `provision[0].playbook` must not be empty when mode is `ansible`"],
    [entry("script: x, path: ''"), "3:15", "field `provision[0].path` can only be set when mode is `data`, or `yq`"],
    [
      entry("mode: ansible, playbook: y, script: x"),
      "3:19",
      "field `provision[0].script must be empty if playbook is set",
    ],
    [entry("mode: data, content: x"), "3:3", "field `provision[0].path` must not be empty when mode is `data`"],
    [entry("mode: yq, expression: x"), "3:3", "field `provision[0].path` must not be empty when mode is `yq`"],
    [entry("mode: yq, path: /x"), "3:3", "field `provision[0].expression` must not be empty when mode is `yq`"],
    [entry("mode: data, path: x"), "3:16", "field `provision[0].path` must be an absolute path"],
    [
      entry("mode: data, path: /x, permissions: rwx"),
      "3:26",
      'field `provision[0].permissions` must be an octal number: strconv.ParseInt: parsing "rwx": invalid syntax',
    ],
    [
      entry("mode: data, path: /x, permissions: '800'"),
      "3:26",
      'field `provision[0].permissions` must be an octal number: strconv.ParseInt: parsing "800": invalid syntax',
    ],
    ...scriptModes.map(
      (name) =>
        [
          entry(`script: x, ${name}: true`),
          "3:15",
          `field \`provision[0].${name}\` can only be set when mode is ${
            named[name] ?? (name === "format" ? "`yq`" : "`data`, or `yq`")
          }`,
        ] as const,
    ),
  ]);

  test.each(["ansible", "boot", "yq"])("mode %s on Windows", (mode) => {
    expect(failure(`${image}os: Windows\nprovision: [{mode: ${mode}, script: x, path: /x, expression: y}]`)).toContain(
      `provision mode \`${mode}\` is not supported on Windows VM`,
    );
  });

  test("an entry without the path that its mode needs ends validation", () => {
    const text = `${image}provision: [{mode: boots, script: x}, {mode: data}, {mode: boots, script: x}]\nprobes: [{}]\n`;
    expect(failure(text).split("\n")).toEqual([
      expect.stringContaining("field `provision[0].mode` must one of"),
      expect.stringContaining("field `provision[1].path` must not be empty when mode is `data`"),
    ]);
  });

  test("a mode that is none still needs a script", () => {
    expect(failure(`${image}provision: [{mode: boots}]`)).toContain("field `provision[0].script` must not be empty");
  });

  test("everything that is wrong with an entry is told, in the order of the checks", () => {
    const facts = makeFacts({ paths: { "/here/p.yaml": "missing" } });
    const messages = (body: string) =>
      failure(image + entry(body), { facts })
        .split("\n")
        .map((line) => line.replace(/^.*?: /, ""));
    expect(messages("mode: yq, path: x, permissions: '9', skipDefaultDependencyResolution: false")).toEqual([
      "field `provision[0].mode` cannot set skipDefaultDependencyResolution, only valid on scripts of type `dependency`",
      "field `provision[0].path` must be an absolute path",
      "field `provision[0].expression` must not be empty when mode is `yq`",
      'field `provision[0].permissions` must be an octal number: strconv.ParseInt: parsing "9": invalid syntax',
    ]);
    expect(messages("script: x, playbook: p.yaml, owner: y")).toEqual([
      "field `provision[0].owner` can only be set when mode is `data`",
      "field `provision[0].playbook can only be set when mode is `ansible`",
      "field `provision[0].script must be empty if playbook is set",
      "field `provision[0].playbook` refers to an inaccessible path: `p.yaml`: no such file or directory",
    ]);
  });

  test("what a yq edit does not use is no error", () => {
    const text = "provision: [{mode: yq, path: /x, expression: y, content: z, overwrite: true}]";
    expect(load(image + text).config.provision[0]?.content).toBe("z");
  });

  test("a playbook that is not there", () => {
    const facts = makeFacts({ paths: { "/here/p.yaml": "missing" } });
    expect(failure(`${image}provision: [{mode: ansible, playbook: p.yaml}]`, { facts })).toContain(
      "field `provision[0].playbook` refers to an inaccessible path: `p.yaml`: no such file or directory",
    );
  });

  test("a script that reads the medium's variables is warned about", () => {
    expect(load(`${image}provision: [{script: echo $LIMA_CIDATA_USER}]`).warnings).toEqual([
      { message: "provisioning scripts should not reference the LIMA_CIDATA variables" },
    ]);
  });
});

test("many static ports in plain mode are warned about, a static socket is not", () => {
  const rules = "plain: true\nportForwards: [{guestSocket: /run/a, hostSocket: a, static: true}";
  expect(load(`${image}${rules}]`).warnings).toEqual([]);
  expect(load(`${image}${rules}, {guestPortRange: [1, 20], static: true}]`).warnings).toEqual([
    expect.objectContaining({ message: expect.stringContaining("[portForwards[1]] forwards a wide range of ports") }),
  ]);
});

describe("probes", () => {
  refuses([
    ["probes:\n- mode: liveness\n  script: '#!'", "3:3", "field `probe[0].mode` can only be `readiness`"],
    ["probes:\n- script: true", "3:3", "field `probe[0].script` must start with a '#!' line"],
    ["probes:\n- hint: x", "3:3", "field `probe[0].script` must start with a '#!' line"],
    [
      "probes:\n- script: '#!'\n  file: x",
      "4:3",
      "field `probe[0].file.url` must be empty during validation (script should already be embedded)",
    ],
    [
      "probes:\n- script: '#!'\n  file: {digest: x}",
      "4:3",
      "field `probe[0].file.digest` support is not yet implemented",
    ],
  ]);
});

describe("copyToHost", () => {
  refuses([
    ["copyToHost:\n- {guest: x, host: /y}", "3:4", "field `CopyToHost[0].guest` must be an absolute path, but is `x`"],
    ["copyToHost:\n- {guest: /x, host: y}", "3:15", "field `CopyToHost[0].host` must be an absolute path, but is `y`"],
  ]);
});

describe("networks", () => {
  const entry = (body: string) => `networks:\n- {${body}}`;
  refuses([
    [entry("metric: 1"), "3:3", "field `networks[0].lima` or  field `networks[0].socket must be set"],
    [
      entry("lima: a, vzNAT: true"),
      "3:3",
      "field `networks[0].lima` and field `networks[0].vzNAT` are mutually exclusive",
    ],
    [entry("socket: /x"), "3:4", "field `networks[0].socket` `/x` points to a non-socket file"],
    [entry("lima: a, macAddress: xx"), "3:13", "field `vmnet.mac` invalid: address xx: invalid MAC address"],
    [
      entry("lima: a, macAddress: '01:02:03:04:05:06:07:08'"),
      "3:13",
      "field `networks[0].macAddress` must be a 48 bit (6 bytes) MAC address; actual length of `01:02:03:04:05:06:07:08` is 8 bytes",
    ],
    [
      entry("lima: a, interface: abcdefghijklmnop"),
      "3:13",
      "field `networks[0].interface` must be less than 16 bytes, but is 16 bytes: `abcdefghijklmnop`",
    ],
    [entry("lima: a, interface: a/b"), "3:13", "field `networks[0].interface` must not contain whitespace or slashes"],
    [
      entry("lima: a, interface: eth0"),
      "3:13",
      "field `networks[0].interface` must not be set to `eth0` because it is reserved for slirp",
    ],
    [
      "networks:\n- {lima: a, interface: x}\n- {lima: b, interface: x}",
      "4:13",
      "field `networks[1].interface` value `x` has already been used by field `networks[0].interface`",
    ],
    [entry("lima: a, metric: -1"), "3:13", "field `networks[0].metric` must be between 0 and 4294967295, got -1"],
  ]);

  test("names are looked up where networks.yaml is known", () => {
    const facts = makeFacts({ networkModes: { shared: "shared", "user-v2": "user-v2" } });
    const text = (name: string) => `${image}networks: [{lima: ${name}}]`;
    load(text("user-v2"), { facts });
    load(text("shared"), { facts, host: macHost });
    expect(failure(text("shared"), { facts })).toContain(
      "field `networks[0].lima` is only supported on macOS right now",
    );
    expect(failure(text("x"), { facts })).toContain("network `x` is not defined");
  });
});

describe("param", () => {
  const used = "provision: [{script: '$PARAM_A $PARAM_1 $PARAM_a_b'}]\n";
  refuses([
    [`${used}param: {1: x}`, "3:9", "param `1` name does not match regex `^[a-zA-Z][a-zA-Z0-9_]*$`"],
    [`${used}param: {A: "x\\u0007"}`, "3:9", "param `A` value contains unprintable character U+0007"],
    [`${used}param: {A: "x\\ny"}`, "3:9", "param `A` value contains unprintable character U+000A"],
    ["param: {K: x}", "2:9", "field `param` key `K` is not used in any provision, probe, copyToHost, or portForward"],
  ]);

  test.each([
    "provision: [{script: 'echo $PARAM_K'}]",
    "provision: [{script: '{{ if .Param.K }}x{{ end }}'}]",
    "provision: [{mode: data, path: '/{{.Param.K}}'}]",
    "provision: [{mode: yq, path: /x, expression: '{{.Param.K}}'}]",
    "probes: [{script: '#!/bin/sh\n echo $PARAM_K'}]",
    "copyToHost: [{guest: '/{{.Param.K}}'}]",
    "portForwards: [{guestSocket: '/{{.Param.K}}', hostSocket: /x}]",
    "mounts: [{location: '/{{.Param.K}}'}]",
  ])("used in %s", (text) => {
    load(`${image}param: {K: "a\tb"}\n${text}`);
  });

  test("the program's own parameter needs no use", () => {
    load(`${image}param: {internal_netplanOptional: "true"}`);
  });

  test("a playbook's text counts", () => {
    const facts = makeFacts({ readText: (path) => (path === "/p.yaml" ? "$PARAM_K" : undefined) });
    load(`${image}param: {K: x}\nprovision: [{mode: ansible, playbook: /p.yaml}]`, { facts });
  });
});

test.each([
  ["mounts: [{location: /x, 9p: {cache: fast}}]", "mounts[0].9p.cache", "fast"],
  ["mounts: [{location: /x, 9p: {securityModel: x}}]", "mounts[0].9p.securityModel", "x"],
  ["mounts: [{location: /x, 9p: {protocolVersion: x}}]", "mounts[0].9p.protocolVersion", "x"],
  ["mounts: [{location: /x, sshfs: {sftpDriver: x}}]", "mounts[0].sshfs.sftpDriver", "x"],
  ["provision: [{mode: yq, path: /x, expression: y, format: hcl}]", "provision[0].format", "hcl"],
])("a value that is not among the known ones is warned about: %s", (text, field, value) => {
  expect(load(image + text).warnings[0]?.message).toStartWith(`field \`${field}\` has the unknown value \`${value}\``);
});

test("every error is told, one a line", () => {
  expect(failure("cpus: -1\nmemory: x\n").split("\n")).toHaveLength(3);
});

test("Windows host paths are absolute in their own way", () => {
  const text = `${image}copyToHost: [{guest: /x, host: 'C:\\x'}]\nmounts: [{location: 'D:\\data'}]`;
  expect(load(text, { host: windowsHost }).config.mounts[0]?.mountPoint).toBe("/d/data");
  expect(failure(text, { host: makeHost() })).toContain("must be an absolute path");
});
