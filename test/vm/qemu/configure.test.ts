import { describe, expect, test } from "bun:test";
import type { Config } from "../../../src/config/types.ts";
import type { Host, HostOs } from "../../../src/lib/host.ts";
import { configureQemu } from "../../../src/vm/qemu/configure-plan.ts";
import { sampleMount } from "../../support/sample-config.ts";
import { config } from "../support/config.ts";
import { host } from "../support/host.ts";

const on = (os: HostOs): Host => ({ ...host(), os });

function unset(more: Partial<Config> = {}): Config {
  const { mountType: _unset, ...rest } = config(more);
  return { ...rest, ...more };
}

describe("mountType", () => {
  const rows: readonly (readonly [string, HostOs, Partial<Config>, string | undefined, string])[] = [
    ["a new instance", "linux", {}, undefined, "9p"],
    ["an instance of Lima 1.0", "linux", {}, "1.0.0", "9p"],
    ["an instance of limabun", "linux", {}, "2.2.0+limabun.0.1.0", "9p"],
    ["an instance of Lima 0.23", "linux", {}, "0.23.2", "reverse-sshfs"],
    ["an instance of unknown version", "linux", {}, "", "reverse-sshfs"],
    ["a guest without 9p", "linux", { mountTypesUnsupported: ["9p"] }, undefined, "reverse-sshfs"],
    ["Windows", "windows", {}, undefined, "reverse-sshfs"],
    ["macOS", "darwin", {}, undefined, "9p"],
    ["configured", "linux", { mountType: "virtiofs" }, undefined, "virtiofs"],
  ];
  for (const [name, os, more, createdBy, expected] of rows) {
    test(`${name}: ${expected}`, () => {
      const facts = { host: on(os), ...(createdBy === undefined ? {} : { createdBy }) };
      expect(configureQemu(unset(more), facts).config.mountType).toBe(expected as never);
    });
  }

  test("that the template rules out is an error", () => {
    const wrong = unset({ mountType: "9p", mountTypesUnsupported: ["9p"] });
    expect(() => configureQemu(wrong, { host: on("linux") })).toThrow("mount type `9p` is explicitly unsupported");
  });

  for (const os of ["darwin", "windows"] as const) {
    test(`virtiofs is an error on ${os}`, () => {
      expect(() => configureQemu(unset({ mountType: "virtiofs" }), { host: on(os) })).toThrow(
        "field `mountType` must be",
      );
    });
  }
});

test("the VNC display and the queue size of virtiofs are filled", () => {
  const { config: filled } = configureQemu(unset({ mountType: "virtiofs", mounts: [sampleMount("/a")] }), {
    host: on("linux"),
  });
  expect(filled.video.vnc.display).toBe("127.0.0.1:0,to=9");
  expect(filled.mounts[0]?.virtiofs.queueSize).toBe(1024);
});

test("NAT of Apple's framework is told as ignored", () => {
  const network = { lima: "", socket: "/s", vzNAT: false, macAddress: "", interface: "lima0", metric: 100 };
  const networks = [network, { ...network, socket: "", vzNAT: true }];
  const { warnings } = configureQemu(unset({ networks }), { host: on("linux") });
  expect(warnings).toEqual(["vmType qemu: ignoring networks[1]: [VZNAT]"]);
});

describe("the old cpuType", () => {
  test("moves to vmOpts, with a warning", () => {
    const made = configureQemu(unset({ cpuType: { x86_64: "Haswell", aarch64: "" } }), { host: on("linux") });
    expect(made.config.vmOpts).toEqual({ qemu: { cpuType: { x86_64: "Haswell" } } });
    expect(made.warnings).toEqual([expect.stringContaining("deprecated")]);
  });

  test("loses against what is there already, which is told, and other options stay", () => {
    const vmOpts = { qemu: { minimumVersion: "8.2.1", cpuType: { x86_64: "max" } }, vz: {} };
    const made = configureQemu(unset({ cpuType: { x86_64: "Haswell" }, vmOpts }), { host: on("linux") });
    expect(made.config.vmOpts).toEqual(vmOpts);
    expect(made.warnings).toHaveLength(2);
  });
});

describe("options of the wrong kind are errors that name the field", () => {
  const rows = [
    [{ qemu: "x" }, "field `vmOpts.qemu` must be a mapping"],
    [{ qemu: { cpuType: ["x"] } }, "field `vmOpts.qemu.cpuType` must be a mapping"],
    [{ qemu: { cpuType: { x86_64: 1 } } }, "field `vmOpts.qemu.cpuType.x86_64` must be a string"],
    [{ qemu: { minimumVersion: "new" } }, "field `vmOpts.qemu.minimumVersion` must be a semvar value, got `new`"],
  ] as const;
  for (const [vmOpts, message] of rows) {
    test(JSON.stringify(vmOpts), () => {
      expect(() => configureQemu(unset({ vmOpts }), { host: on("linux") })).toThrow(message);
    });
  }
});
