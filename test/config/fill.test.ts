import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import type { Host } from "../../src/lib/host.ts";
import { image, load, macHost, makeFacts, makeHost, newInstance, windowsHost } from "./fixtures.ts";

const gib = 1024 ** 3;
const config = (text: string, host: Host = makeHost()) => load(image + text, { host, validate: false }).config;

describe("what the host decides", () => {
  test.each([
    ["8 CPUs", makeHost({ cpus: 8 }), 4],
    ["2 CPUs", makeHost({ cpus: 2 }), 2],
  ])("cpus on a host of %s", (_name, host, cpus) => {
    expect(config("", host).cpus).toBe(cpus);
  });

  test.each([
    ["16 GiB", 16 * gib, "4GiB"],
    ["4 GiB", 4 * gib, "2GiB"],
    ["7.65 GiB", 7.65 * gib, "3.825GiB"],
    ["1 GiB", gib, "512MiB"],
  ])("memory on a host of %s", (_name, memoryBytes, memory) => {
    expect(config("", makeHost({ memoryBytes })).memory).toBe(memory);
  });

  test.each([
    ["vz on macOS", macHost, "", "vz"],
    ["qemu on macOS for another architecture", macHost, "arch: x86_64", "qemu"],
    ["qemu on Linux", makeHost(), "", "qemu"],
    ["qemu on Windows", windowsHost, "", "qemu"],
  ])("%s", (_name, host, text, vmType) => {
    const loaded = load(image + text, { host });
    expect(loaded.config.vmType).toBe(vmType);
    expect(loaded.vmTypeGiven).toBe(false);
  });

  test("the architecture is the host's, and images without one are for it", () => {
    expect(config("", macHost)).toMatchObject({ arch: "aarch64", images: [{ arch: "aarch64" }] });
    expect(config("arch: riscv64").images[0]?.arch).toBe("riscv64");
  });

  test("the time zone, unless it is set; empty leaves the guest alone", () => {
    expect(config("").timezone).toBe("Europe/Rome");
    expect(config("timezone: Asia/Tokyo").timezone).toBe("Asia/Tokyo");
    expect(config("timezone: ''").timezone).toBe("");
    const unknown = { facts: makeFacts({ timezone: "" }) };
    const message = "unable to determine host timezone, falling back to default value";
    expect(load(image, unknown).warnings).toEqual([{ message }]);
    expect(load(`${image}timezone: ''`, unknown).warnings).toEqual([]);
    expect(load(image, { ...unknown, host: windowsHost }).warnings.map((each) => each.message)).not.toContain(message);
  });
});

describe("the user", () => {
  test("is the host's", () => {
    expect(config("").user).toEqual({
      name: "jane",
      comment: "Jane Doe",
      home: "/home/jane.guest",
      shell: "/bin/bash",
      uid: 1001,
      passwordlessSudo: true,
    });
  });

  test.each([
    ["Darwin", { home: "/Users/jane.guest", shell: "/bin/zsh", passwordlessSudo: false }],
    ["FreeBSD", { home: "/home/jane.guest", shell: "/bin/sh", passwordlessSudo: true }],
    ["Windows", { home: "/home/jane.guest", shell: "cmd.exe", passwordlessSudo: true }],
  ])("of %s guests", (os, user) => {
    expect(config(`os: ${os}`).user).toMatchObject(user);
  });

  test.each([
    ["root", 0, "lima", 1000],
    ["Jane", 501, "lima", 501],
    ["jane.doe", 501, "lima", 501],
    ["admin", 501, "lima", 501],
    ["_x-1", 501, "_x-1", 501],
    ["jane", -1, "jane", 1000],
  ])("%s (%d) of the host", (name, uid, guestName, guestUid) => {
    const host = makeHost({ user: { name, uid, gid: 1, comment: "" } });
    expect(config("", host).user).toMatchObject({ name: guestName, uid: guestUid });
  });

  test("a name that cannot be the guest's is warned about", () => {
    const host = makeHost({ user: { name: "Jane", uid: 1, gid: 1, comment: "" } });
    expect(load(image, { host }).warnings[0]?.message).toContain("local user `Jane` is not a valid Linux username");
    expect(load(`${image}user: {name: jane}`, { host }).warnings).toEqual([]);
  });

  test.each([
    ["", "/home/jane.linux"],
    ["2.0.3", "/home/jane.linux"],
    ["2.1.0", "/home/jane.guest"],
    ["2.0.3-12-gabcdef", "/home/jane.linux"],
    ["<unknown>", "/home/jane.guest"],
  ])("home of an instance made by Lima %p", (version, home) => {
    const instance = { ...newInstance, exists: true, version };
    expect(load(image, { instance }).config.user.home).toBe(home);
  });

  test("home is a template", () => {
    expect(config("user: {name: joe, home: '/h/{{.User}}-{{.Name}}-{{.Hostname}}-{{.UID}}'}").user.home).toBe(
      "/h/joe-foo-lima-foo-1001",
    );
  });
});

describe("ssh", () => {
  test("instances named default made before 2.0 keep port 60022", () => {
    const instance = { name: "default", dir: "/home/jane/.lima/default", exists: true, version: "1.2.0" };
    expect(load(image, { instance }).config.ssh.localPort).toBe(60022);
    expect(load(image, { instance: { ...instance, version: "2.0.0" } }).config.ssh.localPort).toBe(0);
    expect(load(image, { instance: { ...instance, name: "foo" } }).config.ssh.localPort).toBe(0);
  });

  test.each([
    ["1", true],
    ["False", false],
    ["maybe", undefined],
    ["", undefined],
  ])("LIMA_SSH_OVER_VSOCK=%s", (LIMA_SSH_OVER_VSOCK, overVsock) => {
    const loaded = load(image, { host: makeHost({ env: { LIMA_SSH_OVER_VSOCK } }) });
    expect(loaded.config.ssh.overVsock).toBe(overVsock as boolean);
    expect(loaded.warnings).toHaveLength(LIMA_SSH_OVER_VSOCK === "" ? 0 : 1);
  });

  test("public keys of the host's user are authorised unless that is switched off", () => {
    expect(config("").ssh.loadDotSSHPubKeys).toBe(true);
    expect(config("ssh: {loadDotSSHPubKeys: false}").ssh.loadDotSSHPubKeys).toBe(false);
  });
});

describe("containerd is rootless on by default where it runs", () => {
  test.each([
    ["", true],
    ["arch: aarch64", true],
    ["arch: riscv64", false],
    ["os: FreeBSD", false],
    ["containerd: {user: false}", false],
  ])("%p", (text, user) => {
    expect(config(text).containerd).toMatchObject({ user, system: false });
  });
});

describe("mounts", () => {
  test.each([
    ["location: '~'", "/home/jane", "/home/jane"],
    ["location: ~/a/../b/", "/home/jane/b", "/home/jane/b"],
    ["location: '{{.Home}}/x'", "/home/jane/x", "/home/jane/x"],
    ["location: '{{.Dir}}', mountPoint: '{{.Home}}/d'", "/home/jane/.lima/foo", "/home/jane.guest/d"],
    ["location: '{{.GlobalTempDir}}/{{.Name}}'", "/tmp/foo", "/tmp/foo"],
    ["location: '{{.LimaHome}}'", "/home/jane/.lima", "/home/jane/.lima"],
  ])("%s", (entry, location, mountPoint) => {
    expect(config(`mounts: [{${entry}}]`).mounts[0]).toMatchObject({ location, mountPoint });
  });

  test("9p's cache depends on writing", () => {
    const { mounts } = config("mounts: [{location: /a}, {location: /b, writable: true}]");
    expect(mounts.map((mount) => mount["9p"].cache)).toEqual(["fscache", "mmap"]);
  });

  test("a template that fails stays as it is, with a warning", () => {
    const { config: loaded, warnings } = load(`${image}mounts: [{location: '/x{{.Name'}]`);
    expect(loaded.mounts[0]?.location).toBe("/x{{.Name");
    expect(warnings[0]?.message).toBe("Couldn't process field `mounts[0].location` as a template, keeping its text");
  });

  test("a name that does not exist is shown as such", () => {
    expect(config("mounts: [{location: '/x/{{.Nope}}'}]").mounts[0]?.location).toBe("/x/<no value>");
  });
});

describe("port forwards", () => {
  const first = (entry: string, host?: Host) => config(`portForwards: [{${entry}}]`, host).portForwards[0];

  test.each([
    ["guestPort: 80", { guestPortRange: [80, 80], hostPortRange: [80, 80], guestIP: "127.0.0.1", hostIP: "127.0.0.1" }],
    ["guestPort: 80, hostPort: 8080", { guestPortRange: [80, 80], hostPortRange: [8080, 8080] }],
    ["ignore: true", { guestPortRange: [1, 65535], hostPortRange: [1, 65535], proto: "any", ignore: true }],
    ["guestPortRange: [1, 9]", { guestPortRange: [1, 9], hostPortRange: [1, 9] }],
    ["guestIPMustBeZero: true", { guestIP: "0.0.0.0", guestIPMustBeZero: true }],
    ["guestIP: 0.0.0.0", { guestIP: "0.0.0.0", guestIPMustBeZero: true }],
    ["guestIP: 0.0.0.0, guestIPMustBeZero: false", { guestIP: "0.0.0.0", guestIPMustBeZero: false }],
    [
      "guestSocket: '/run/{{.UID}}.sock', hostSocket: docker.sock",
      { guestSocket: "/run/1001.sock", hostSocket: "/home/jane/.lima/foo/sock/docker.sock", hostPortRange: [0, 0] },
    ],
    ["guestSocket: /x, hostSocket: '{{.Dir}}/y'", { hostSocket: "/home/jane/.lima/foo/y" }],
  ])("%s", (entry, expected) => {
    expect(first(entry)).toMatchObject(expected);
  });
});

describe("provision and probes", () => {
  const first = (entry: string) => config(`provision: [{${entry}}]`).provision[0];

  test("a script runs as the system by default", () => {
    expect(first("script: 'a {{.User}}'")).toEqual({ mode: "system", script: "a jane", playbook: "" });
  });

  test("data and yq have an owner, permissions and their own texts", () => {
    expect(first("mode: data, path: '/{{.Name}}', content: '{{.Home}}'")).toEqual({
      mode: "data",
      script: "",
      playbook: "",
      content: "/home/jane.guest",
      overwrite: true,
      owner: "root:root",
      path: "/foo",
      permissions: "644",
    });
    expect(first("mode: yq, path: /x, expression: '.a = \"{{.User}}\"', owner: '{{.User}}'")).toEqual({
      mode: "yq",
      script: "",
      playbook: "",
      owner: "jane",
      path: "/x",
      permissions: "644",
      expression: '.a = "jane"',
      format: "auto",
    });
  });

  test("files of FreeBSD and macOS guests belong to wheel", () => {
    expect(config("os: FreeBSD\nprovision: [{mode: data, path: /x}]").provision[0]?.owner).toBe("root:wheel");
  });

  test("dependency resolution is not skipped by default", () => {
    expect(first("mode: dependency, script: x")?.skipDefaultDependencyResolution).toBe(false);
  });

  test("probes are numbered", () => {
    expect(config("probes: [{script: '#!'}, {script: '#!{{.Name}}', description: x, hint: y}]").probes).toEqual([
      { mode: "readiness", description: "user probe 1/2", script: "#!", hint: "" },
      { mode: "readiness", description: "x", script: "#!foo", hint: "y" },
    ]);
  });
});

describe("networks", () => {
  test("addresses are stable for a machine, an instance and a position", () => {
    const digest = createHash("sha256").update("machine/home/jane/.lima/foo/lima.yaml#1").digest("hex");
    const expected = `52:55:55:${digest.slice(0, 2)}:${digest.slice(2, 4)}:${digest.slice(4, 6)}`;
    const { networks } = config("networks: [{lima: a, macAddress: '52:55:55:00:00:01', metric: 0}, {lima: b}]");
    expect(networks).toMatchObject([
      { macAddress: "52:55:55:00:00:01", interface: "lima0", metric: 0 },
      { macAddress: expected, interface: "lima1", metric: 100 },
    ]);
  });

  test("addresses of a template come from the file that it counts as", () => {
    const digest = createHash("sha256").update("machine/home/jane/.lima/tpl.yaml#0").digest("hex");
    const instance = { ...newInstance, dir: "/home/jane/.lima", file: "/home/jane/.lima/tpl.yaml" };
    const { networks } = load("networks: [{lima: a}]", { instance, validate: false }).config;
    expect(networks[0]?.macAddress.replaceAll(":", "")).toBe(`525555${digest.slice(0, 6)}`);
  });
});

test("plain mode drops mounts, forwards and containerd", () => {
  const plain = config(
    "plain: true\nmounts: [{location: /a}]\nportForwards: [{guestPort: 1}, {guestPort: 2, static: true}]\ncontainerd: {system: true}\n",
  );
  expect(plain.mounts).toEqual([]);
  expect(plain.portForwards.map((rule) => rule.guestPort)).toEqual([2]);
  expect(plain.containerd).toMatchObject({ system: false, user: false });
  expect(plain.timezone).toBe("");
});

test("an error in plain mode names the rule's own place", () => {
  const text = `${image}plain: true\nportForwards:\n- guestPort: 1\n- guestPort: 22\n  hostPort: 5\n  static: true\n`;
  expect(() => load(text)).toThrow("lima.yaml:5:3: field `portForwards[0].guestPort` must not be 22");
});

test("the same inputs make the same configuration", () => {
  const text = `${image}mounts: [{location: '~'}]\nnetworks: [{vzNAT: true}]`;
  expect(load(text, { facts: makeFacts() })).toEqual(load(text, { facts: makeFacts() }));
});
