import { describe, expect, test } from "bun:test";
import { printConfig } from "../../src/config/print.ts";
import { brokenInstance } from "../../src/instance/inspect.ts";
import { tableRows } from "../../src/instance/list-plan.ts";
import { type Instance, instanceJson, withoutEmptyObjects } from "../../src/instance/record.ts";
import { judgeStatus } from "../../src/instance/status-plan.ts";
import { load } from "../config/fixtures.ts";

const instance = (name: string, more: Partial<Instance> = {}): Instance => ({
  ...brokenInstance(name, `/home/u/.lima/${name}`, ""),
  status: "Stopped",
  vmType: "qemu",
  arch: "x86_64",
  cpus: 4,
  memoryBytes: 4 * 1024 ** 3,
  diskBytes: 1024 ** 2,
  sshAddress: "127.0.0.1",
  errors: [],
  ...more,
});

describe("the table of instances", () => {
  const header = (instances: readonly Instance[], columns: number | undefined) =>
    tableRows({ instances, hostArch: "x86_64", home: "/home/u", columns })[0]?.join(" ");

  test("shows one row an instance, with the home directory shortened", () => {
    expect(
      tableRows({ instances: [instance("foo")], hostArch: "x86_64", home: "/home/u", columns: undefined }),
    ).toEqual([
      ["NAME", "STATUS", "SSH", "VMTYPE", "ARCH", "CPUS", "MEMORY", "DISK", "DIR"],
      ["foo", "Stopped", "127.0.0.1:0", "qemu", "x86_64", "4", "4GiB", "1MiB", "~/.lima/foo"],
    ]);
  });

  test.each([
    [undefined, "NAME STATUS SSH VMTYPE ARCH CPUS MEMORY DISK DIR"],
    [120, "NAME STATUS SSH VMTYPE ARCH CPUS MEMORY DISK DIR"],
    [95, "NAME STATUS SSH ARCH CPUS MEMORY DISK DIR"],
    [80, "NAME STATUS SSH CPUS MEMORY DISK DIR"],
    [79, "NAME STATUS SSH CPUS MEMORY DISK"],
  ] as const)("on a terminal of %p characters has the columns %s", (columns, names) => {
    expect(header([instance("a"), instance("b")], columns)).toBe(names);
  });

  test("keeps a column whose values differ, however narrow the terminal", () => {
    expect(header([instance("a"), instance("b", { vmType: "vz" })], 40)).toContain("VMTYPE");
    expect(header([instance("a"), instance("b", { arch: "aarch64" })], 40)).toContain("ARCH");
    expect(header([instance("b", { arch: "aarch64" })], 40)).toContain("ARCH");
  });
});

describe("the status of an instance", () => {
  const facts = { vmType: "qemu", hostAgentAlive: false, driverAlive: false, problems: [] };
  test.each([
    ["nothing runs", facts, "Stopped", []],
    ["both run", { ...facts, hostAgentAlive: true, driverAlive: true }, "Running", []],
    ["only the agent runs", { ...facts, hostAgentAlive: true }, "Broken", ["host agent is running but driver is not"]],
    ["only QEMU runs", { ...facts, driverAlive: true }, "Broken", ["qemu driver is running but host agent is not"]],
    ["a problem was met", { ...facts, problems: ["x"] }, "Broken", ["x"]],
  ] as const)("when %s", (_, input, status, errors) => {
    expect(judgeStatus(input)).toEqual({ status, errors: [...errors] });
  });
});

describe("the JSON of an instance", () => {
  test("begins with its name, and leaves out what is empty", () => {
    expect(JSON.stringify(instanceJson(instance("foo"), undefined))).toBe(
      '{"name":"foo","hostname":"","status":"Stopped","dir":"/home/u/.lima/foo","vmType":"qemu","arch":"x86_64","cpus":4,"memory":4294967296,"disk":1048576,"sshAddress":"127.0.0.1","protected":false,"limaVersion":""}',
    );
  });
  test("has disks and networks as its configuration prints them, the latter by the singular key", () => {
    const { config } = load(
      "images: [{location: /x}]\nadditionalDisks: [a, {name: b, fsType: xfs, fsArgs: [-i]}]\nnetworks: [{lima: user-v2, macAddress: '52:55:55:00:00:01'}]",
    );
    const { additionalDisks, networks } = config;
    const json = instanceJson(instance("foo", { config, additionalDisks, networks }), printConfig(config));
    expect(json.additionalDisks).toEqual([{ name: "a" }, { name: "b", fsType: "xfs", fsArgs: ["-i"] }]);
    expect(json.network).toEqual([
      { lima: "user-v2", macAddress: "52:55:55:00:00:01", interface: "lima0", metric: 100 },
    ]);
  });
  test("without empty objects keeps empty lists, zeros and empty texts", () => {
    expect(withoutEmptyObjects({ a: {}, b: { c: {} }, d: [], e: [{}, 1], f: 0, g: "", h: null })).toEqual({
      d: [],
      e: [1],
      f: 0,
      g: "",
      h: null,
    });
  });
});
