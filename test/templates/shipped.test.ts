import { describe, expect, test } from "bun:test";
import { realpathSync } from "node:fs";
import { relative } from "node:path";
import { parseDocument } from "yaml";
import { parseTemplate } from "../../src/lib/gotemplate/parse.ts";
import { renderTemplate } from "../../src/lib/gotemplate/render.ts";
import { aliases, basesOf, folder, names, pathOf, type ShippedTemplate, templateOf, textOf } from "./shipped.ts";

const expectedNames = `
  default almalinux almalinux-8 almalinux-9 almalinux-10 alpine alpine-3.21 alpine-3.22 alpine-3.23 alpine-iso apptainer
  apptainer-rootful archlinux buildkit centos-stream centos-stream-9 centos-stream-10 debian debian-11 debian-12 debian-13
  docker docker-rootful faasd fedora fedora-41 fedora-42 fedora-43 fedora-44 freebsd freebsd-15 homebrew-linux
  homebrew-macos k0s k3s k8s linuxbrew macos macos-15 macos-26 opensuse opensuse-leap opensuse-leap-15 opensuse-leap-16
  oraclelinux oraclelinux-8 oraclelinux-9 oraclelinux-10 podman podman-rootful rocky rocky-8 rocky-9 rocky-10 ubuntu
  ubuntu-lts ubuntu-20.04 ubuntu-22.04 ubuntu-24.04 ubuntu-24.10 ubuntu-25.04 ubuntu-25.10 ubuntu-26.04 windows windows-11
  windows-2025 _default/mounts _images/almalinux-8 _images/almalinux-9 _images/almalinux-10 _images/almalinux-kitten-10
  _images/alpine-3.21 _images/alpine-3.22 _images/alpine-3.23 _images/alpine-iso _images/archlinux
  _images/centos-stream-9 _images/centos-stream-10 _images/debian-11 _images/debian-12 _images/debian-13 _images/fedora
  _images/fedora-41 _images/fedora-42 _images/fedora-43 _images/fedora-44 _images/freebsd _images/freebsd-15 _images/macos
  _images/macos-15 _images/macos-26 _images/opensuse-leap _images/opensuse-leap-15 _images/opensuse-leap-16
  _images/oraclelinux-8 _images/oraclelinux-9 _images/oraclelinux-10 _images/rocky-8 _images/rocky-9 _images/rocky-10
  _images/ubuntu _images/ubuntu-lts _images/ubuntu-20.04 _images/ubuntu-22.04 _images/ubuntu-24.04 _images/ubuntu-24.10
  _images/ubuntu-25.04 _images/ubuntu-25.10 _images/ubuntu-26.04 experimental/almalinux-kitten
  experimental/almalinux-kitten-10 experimental/alsa experimental/debian-sid experimental/fedora-rawhide
  experimental/freebsd-16 experimental/freebsd-current experimental/gentoo experimental/opensuse-tumbleweed
  experimental/rke2 experimental/u7s experimental/ubuntu-26.10 experimental/ubuntu-next experimental/vnc experimental/wsl2
`
  .trim()
  .split(/\s+/);

test("every template that Lima has is there, and no other", () => {
  expect([...names].sort()).toEqual(expectedNames.sort());
});

describe("other names", () => {
  test.each([
    ["ubuntu", "ubuntu-26.04"],
    ["ubuntu-lts", "ubuntu-26.04"],
    ["debian", "debian-13"],
    ["fedora", "fedora-44"],
    ["almalinux", "almalinux-10"],
    ["rocky", "rocky-10"],
    ["oraclelinux", "oraclelinux-10"],
    ["centos-stream", "centos-stream-9"],
    ["opensuse", "opensuse-leap-16"],
    ["opensuse-leap", "opensuse-leap-16"],
    ["alpine", "alpine-3.23"],
    ["freebsd", "freebsd-15"],
    ["macos", "macos-26"],
    ["windows", "windows-11"],
    ["homebrew-linux", "linuxbrew"],
    ["experimental/almalinux-kitten", "experimental/almalinux-kitten-10"],
    ["experimental/ubuntu-next", "experimental/ubuntu-26.10"],
    ["experimental/freebsd-current", "experimental/freebsd-16"],
    ["_images/fedora", "_images/fedora-44"],
    ["_images/freebsd", "_images/freebsd-15"],
    ["_images/macos", "_images/macos-26"],
    ["_images/opensuse-leap", "_images/opensuse-leap-16"],
    ["_images/ubuntu", "_images/ubuntu-26.04"],
    ["_images/ubuntu-lts", "_images/ubuntu-26.04"],
  ])("%s is %s", (alias, name) => {
    expect(aliases).toContain(alias);
    expect(relative(realpathSync(folder), realpathSync(pathOf(alias)))).toBe(`${name}.yaml`);
  });

  test("there are no more", () => {
    expect(aliases.length).toBe(24);
  });
});

const own = names.filter((name) => !aliases.includes(name));

describe("each template", () => {
  test.each(own)("%s is YAML in the house style", (name) => {
    const text = textOf(name);
    const document = parseDocument(text, { uniqueKeys: true });
    expect([...document.errors, ...document.warnings]).toEqual([]);
    expect(text).toEndWith("\n");
    expect(text).not.toMatch(/\t|\r|[ ]\n|\n\n\n|\n\n$/);
  });

  test.each(own)("%s builds on templates that exist", (name) => {
    const bases = basesOf(templateOf(name)).filter((base) => base.startsWith("template:"));
    expect(bases.filter((base) => !names.includes(base.slice("template:".length)))).toEqual([]);
  });

  test.each(own)("%s says which version of Lima it needs", (name) => {
    const expected =
      /^(_images|_default)\//.test(name) || /^windows-|^experimental\/wsl2$/.test(name)
        ? undefined
        : name === "experimental/ubuntu-26.10"
          ? "2.2.0"
          : /^(macos-|freebsd-|homebrew-macos|experimental\/freebsd-)/.test(name)
            ? "2.1.0"
            : "2.0.0";
    expect(templateOf(name).minimumLimaVersion).toBe(expected as string);
  });

  test.each(own)("%s uses every one of its parameters", (name) => {
    const text = textOf(name);
    const keys = Object.keys(templateOf(name).param ?? {}).filter((key) => key !== "internal_netplanOptional");
    const unused = keys.filter((key) => !new RegExp(`\\{\\{[^}]*\\.Param\\.${key}\\b|\\bPARAM_${key}\\b`).test(text));
    expect(unused).toEqual([]);
  });

  test.each(own)("%s has a message, if any, that can be shown", (name) => {
    const { message } = templateOf(name);
    if (message !== undefined) expect(() => parseTemplate(message, "message")).not.toThrow();
  });
});

function mountsHome(name: string): boolean {
  return basesOf(templateOf(name)).includes("template:_default/mounts");
}

describe("the home directory", () => {
  const without = [
    "buildkit",
    "experimental/rke2",
    "experimental/u7s",
    "experimental/wsl2",
    "faasd",
    "k0s",
    "k3s",
    "k8s",
  ];
  test("is mounted by all but a few", () => {
    const shown = own.filter((name) => !/^(_images|_default)\/|^windows-/.test(name));
    expect(shown.filter((name) => !mountsHome(name)).sort()).toEqual(without.sort());
  });

  test("is mounted read-only", () => {
    expect(templateOf("_default/mounts")).toEqual({ mounts: [{ location: "~" }] });
  });
});

function select(template: ShippedTemplate, keys: readonly string[]): object {
  return Object.fromEntries(keys.filter((key) => key in template).map((key) => [key, template[key]]));
}

describe("what an image template sets beside its images", () => {
  const no9p = { mountTypesUnsupported: ["9p"] };
  const oldCpu = { vmOpts: { qemu: { cpuType: { x86_64: "Haswell-v4" } } } };
  const bios = { firmware: { legacyBIOS: true } };
  const netplan = { param: { internal_netplanOptional: "true" } };
  const macos = { os: "Darwin", arch: "aarch64", vmType: "vz" };
  const extras: Readonly<Record<string, object>> = {
    "_images/almalinux-8": { ...no9p, ...oldCpu },
    "_images/almalinux-9": no9p,
    "_images/almalinux-10": no9p,
    "_images/almalinux-kitten-10": no9p,
    "_images/rocky-8": { ...no9p, ...oldCpu },
    "_images/rocky-9": no9p,
    "_images/rocky-10": no9p,
    "_images/oraclelinux-8": { ...no9p, ...oldCpu, ...bios },
    "_images/oraclelinux-9": no9p,
    "_images/oraclelinux-10": no9p,
    "_images/centos-stream-9": { ...no9p, ...bios },
    "_images/centos-stream-10": { ...no9p, ...bios },
    "_images/debian-11": { ...no9p, vmType: "qemu" },
    "_images/debian-12": no9p,
    "_images/debian-13": no9p,
    "_images/fedora-41": no9p,
    "_images/fedora-43": { ssh: { overVsock: false } },
    "_images/ubuntu-24.10": no9p,
    "_images/ubuntu-26.04": netplan,
    "_images/opensuse-leap-15": { mountType: "reverse-sshfs", mountTypesUnsupported: ["9p", "virtiofs"] },
    "_images/freebsd-15": { os: "FreeBSD", vmType: "qemu" },
    "_images/macos-15": macos,
    "_images/macos-26": macos,
    "experimental/debian-sid": no9p,
    "experimental/ubuntu-26.10": netplan,
    "experimental/freebsd-16": { os: "FreeBSD", vmType: "qemu", mountType: "9p" },
    "experimental/gentoo": { vmType: "qemu", mountType: "9p", containerd: { system: false, user: false } },
    "experimental/opensuse-tumbleweed": {},
    "experimental/wsl2": { vmType: "wsl2", mountType: "wsl2", containerd: { system: true, user: false } },
  };
  const imageTemplates = own.filter((name) => name.startsWith("_images/") || name in extras);
  test.each(imageTemplates)("%s", (name) => {
    const template = templateOf(name);
    const keys = Object.keys(template).filter((key) => !["images", "base", "minimumLimaVersion"].includes(key));
    expect(select(template, keys)).toEqual(extras[name] ?? {});
  });
});

describe("the default template", () => {
  test("sets nothing itself, and keeps its options from being set by bases", () => {
    const set: string[] = [];
    const walk = (value: unknown, path: string): void => {
      if (typeof value === "object" && value !== null && !Array.isArray(value)) {
        for (const [key, below] of Object.entries(value)) walk(below, path === "" ? key : `${path}.${key}`);
      } else if (value !== null) set.push(path);
    };
    walk(templateOf("default"), "");
    expect(set.sort()).toEqual(["base", "images", "minimumLimaVersion", "mounts"]);
    expect(templateOf("default")).toMatchObject({ images: [], mounts: [] });
    expect(basesOf(templateOf("default"))).toEqual(["template:_images/ubuntu", "template:_default/mounts"]);
  });

  test("has an explicit null for every other documented option", () => {
    const nulls =
      `vmType arch cpus memory disk mountTypesUnsupported mountType mountInotify additionalDisks ssh.localPort
      ssh.loadDotSSHPubKeys ssh.forwardAgent ssh.forwardX11 ssh.forwardX11Trusted ssh.overVsock caCerts.removeDefaults
      caCerts.files caCerts.certs upgradePackages containerd.system containerd.user user.name user.comment user.home
      user.shell user.uid user.passwordlessSudo vmOpts.qemu.minimumVersion vmOpts.qemu.cpuType vmOpts.vz.diskImageFormat
      vmOpts.vz.rosetta.enabled vmOpts.vz.rosetta.binfmt os cpuType rosetta.enabled rosetta.binfmt timezone
      firmware.legacyBIOS audio.device audio.interface video.display video.vnc.display networks propagateProxyEnv
      hostResolver.enabled hostResolver.ipv6 hostResolver.hosts guestInstallPrefix plain nestedVirtualization tpm`.split(
        /\s+/,
      );
    const document = parseDocument(textOf("default"));
    const found: string[] = [];
    const walk = (value: unknown, path: string): void => {
      if (value === null) found.push(path);
      else if (typeof value === "object" && !Array.isArray(value)) {
        for (const [key, below] of Object.entries(value as object)) walk(below, path === "" ? key : `${path}.${key}`);
      }
    };
    walk(document.toJS(), "");
    expect(found.sort()).toEqual(nulls.sort());
  });
});

describe("messages", () => {
  const record = (param: object, config: object = {}) => ({
    Name: "n",
    Dir: "/l/n",
    HostOS: "linux",
    Param: param,
    Instance: { Config: config },
  });

  test.each([
    ["docker", 'docker context create lima-n --docker "host=unix:///l/n/sock/docker.sock"'],
    ["docker-rootful", "docker context use lima-n"],
    ["podman", "podman --remote run quay.io/podman/hello"],
    ["podman-rootful", 'podman system connection add lima-n "unix:///l/n/sock/podman.sock"'],
    ["buildkit", 'export BUILDKIT_HOST="unix:///l/n/sock/buildkitd.sock"'],
    ["k0s", 'export KUBECONFIG="/l/n/copied-from-guest/kubeconfig.yaml"'],
    ["k3s", 'export KUBECONFIG="/l/n/copied-from-guest/kubeconfig.yaml"'],
    ["k8s", 'export KUBECONFIG="/l/n/copied-from-guest/kubeconfig.yaml"'],
    ["experimental/vnc", "/l/n/vncpassword"],
  ])("%s tells the command", (name, line) => {
    expect(renderTemplate(templateOf(name).message ?? "", record({ url: "", token: "" }))).toContain(`${line}\n`);
  });

  test.each(["k3s", "k8s"])("a worker of %s has none", (name) => {
    const text = renderTemplate(templateOf(name).message ?? "", record({ url: "https://h:6443", token: "t" }));
    expect(text.trim()).toBe("");
  });

  test("docker speaks of Rosetta only where it is on", () => {
    const message = templateOf("docker").message ?? "";
    expect(renderTemplate(message, record({}))).not.toContain("Rosetta");
    const config = { VMOpts: { vz: { rosetta: { enabled: true } } } };
    expect(renderTemplate(message, record({}, config))).toContain("--device=lima-vm.io/rosetta=cached");
  });
});
