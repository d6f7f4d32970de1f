import { describe, expect, test } from "bun:test";
import { failure, image, load, makeFacts } from "./fixtures.ts";

/** What default.yaml, lima.yaml (with an image) and override.yaml make together. */
const three = (d: string, y: string, o: string) =>
  load(image + y, { defaultText: d, overrideText: o, facts: makeFacts({ paths: { "/s": "socket" } }) }).config;

describe("of single values the highest file wins", () => {
  test.each([
    ["override over all", "cpus: 1", "cpus: 2", "cpus: 3", 3],
    ["lima.yaml over default", "cpus: 1", "cpus: 2", "", 2],
    ["default over builtin", "cpus: 1", "", "", 1],
    ["null does not count", "cpus: 1", "cpus: null", "cpus: ~", 1],
    ["zero means the builtin", "cpus: 1", "cpus: 2", "cpus: 0", 4],
  ])("%s", (_name, d, y, o, cpus) => {
    expect(three(d, y, o).cpus).toBe(cpus);
  });

  test("inside mappings too", () => {
    expect(
      three("ssh: {forwardAgent: true, localPort: 1000}", "ssh: {localPort: 2000}", "ssh: {forwardX11: true}").ssh,
    ).toEqual({
      localPort: 2000,
      loadDotSSHPubKeys: true,
      forwardAgent: true,
      forwardX11: true,
      forwardX11Trusted: false,
    });
  });
});

test("message, minimumLimaVersion, cpuType and rosetta come from lima.yaml alone", () => {
  const other = "message: x\nminimumLimaVersion: 1.0.0\ncpuType: {x86_64: y}\nrosetta: {enabled: true}\nbase: b\n";
  const config = three(other, "", other);
  expect(config.message).toBe("");
  expect(config.minimumLimaVersion).toBeUndefined();
  expect(config.cpuType).toEqual({});
  expect(config.rosetta).toEqual({});
  expect(config.base).toEqual([]);
});

describe("lists are joined: override, lima.yaml, default", () => {
  test("provision", () => {
    const entry = (script: string) => `provision: [{script: ${script}}]`;
    expect(three(entry("d"), entry("y"), entry("o")).provision.map((each) => each.script)).toEqual(["o", "y", "d"]);
  });

  test("mountTypesUnsupported and additionalDisks", () => {
    const config = three(
      "additionalDisks: [d]",
      "additionalDisks: [y]\nmountTypesUnsupported: [9p]",
      "additionalDisks: [o]",
    );
    expect(config.additionalDisks.map((each) => each.name)).toEqual(["o", "y", "d"]);
    expect(config.mountTypesUnsupported).toEqual(["9p"]);
  });

  test("probes count over all files", () => {
    const probe = "probes: [{script: '#!'}]";
    expect(three(probe, probe, "").probes.map((each) => each.description)).toEqual([
      "user probe 1/2",
      "user probe 2/2",
    ]);
  });

  test("builtin containerd archives stand only when no file has any", () => {
    expect(three("", "", "").containerd.archives.map((each) => each.arch)).toEqual(["x86_64", "aarch64"]);
    expect(three("containerd: {archives: [{location: /n.tgz}]}", "", "").containerd.archives).toEqual([
      { location: "/n.tgz", arch: "x86_64", digest: "" },
    ]);
  });
});

test("dns is the whole list of the highest file that has one", () => {
  const off = "hostResolver: {enabled: false}\n";
  expect(three("dns: [1.1.1.1]", `${off}dns: [2.2.2.2]`, "dns: []").dns).toEqual(["2.2.2.2"]);
});

test("env, param and hosts are merged by key", () => {
  const config = three("env: {A: d, B: d}", "env: {B: y, C: y}", "env: {C: o}\nhostResolver: {hosts: {h: 1.2.3.4}}");
  expect(config.env).toEqual({ A: "d", B: "y", C: "o" });
  expect(config.hostResolver.hosts).toEqual({ h: "1.2.3.4" });
});

test("vmOpts is merged by driver, not deeper", () => {
  expect(three("vmOpts: {qemu: {a: 1, b: 1}, vz: {c: 1}}", "vmOpts: {qemu: {b: 2}}", "").vmOpts).toEqual({
    qemu: { b: 2 },
    vz: { c: 1 },
  });
});

test("caCerts lists go from default to override without repetitions", () => {
  expect(
    three("caCerts: {files: [/d, /x]}", "caCerts: {files: [/x, /y]}", "caCerts: {files: [/o, /d]}").caCerts.files,
  ).toEqual(["/d", "/x", "/y", "/o"]);
});

describe("mounts are one per mount point", () => {
  test("default first; later files set options, the first location stays", () => {
    const { mounts } = three(
      "mounts: [{location: /d, mountPoint: /m}]",
      "mounts: [{location: /y}, {location: /other, mountPoint: /m, writable: true, sshfs: {cache: false}}]",
      "mounts: [{location: /y, 9p: {msize: 64KiB}}]",
    );
    expect(mounts.map(({ location, mountPoint, writable }) => [location, mountPoint, writable])).toEqual([
      ["/d", "/m", true],
      ["/y", "/y", false],
    ]);
    expect(mounts[0]?.sshfs.cache).toBe(false);
    expect(mounts[0]?.["9p"].cache).toBe("mmap");
    expect(mounts[1]?.["9p"].msize).toBe("64KiB");
  });

  test("within one file as well", () => {
    expect(three("", "mounts: [{location: '~'}, {location: /home/jane, writable: true}]", "").mounts).toMatchObject([
      { location: "/home/jane", writable: true },
    ]);
  });
});

describe("networks are one per interface", () => {
  test("a later socket replaces a network, an address its like", () => {
    const { networks } = three(
      "networks: [{lima: shared, interface: a}]",
      "networks: [{socket: /s, interface: a, metric: 7}]",
      "networks: [{lima: host}]",
    );
    expect(networks.map(({ lima, socket, metric }) => ({ lima, socket, metric }))).toEqual([
      { lima: "", socket: "/s", metric: 7 },
      { lima: "host", socket: "", metric: 100 },
    ]);
    expect(networks[1]?.interface).toBe("lima1");
  });
});

test("errors name the file that a joined element came from", () => {
  expect(
    failure(`${image}provision:\n- script: y\n`, {
      overrideText: "provision:\n- script: ''\n",
      defaultText: "cpus: 1",
    }),
  ).toBe("/home/jane/.lima/_config/override.yaml:2:3: field `provision[0].script` must not be empty");
});

test("template values come from the merged parameters", () => {
  const text = `${image}param: {K: y}\nprovision: [{script: "echo {{.Param.K}}"}]`;
  expect(load(text, { overrideText: "param: {K: o}" }).config.provision[0]?.script).toBe("echo o");
});
