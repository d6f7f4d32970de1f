import { describe, expect, test } from "bun:test";
import { jsonSchema } from "../../src/config/json-schema.ts";
import { definitionOf, fieldPaths } from "../../src/config/schema.ts";
import { effects } from "./effects.ts";
import { failure, image, load, makeHost } from "./fixtures.ts";

type Schema = { readonly [key: string]: unknown; readonly $defs: Record<string, Definition> };
type Definition = { readonly properties?: Record<string, Record<string, unknown>>; readonly required?: string[] };
const schema = jsonSchema() as unknown as Schema;
const properties = (name: string): Record<string, Record<string, unknown>> => schema.$defs[name]?.properties ?? {};
const nullableOf = (name: string): string[] =>
  Object.entries(properties(name))
    .filter(([, each]) => JSON.stringify(each.oneOf ?? []).includes('"null"'))
    .map(([key]) => key);

describe("the JSON schema", () => {
  test("has Lima's root and definitions", () => {
    expect(schema.$schema).toBe("https://json-schema.org/draft/2020-12/schema");
    expect(schema.$id).toBe("https://github.com/lima-vm/lima/v2/pkg/limatype/lima-yaml");
    expect(schema.$ref).toBe("#/$defs/LimaYAML");
    expect(Object.keys(schema.$defs).join(" ")).toBe(
      "Audio BaseTemplates CACertificates Containerd CopyToHost Disk File FileWithVMType Firmware HostResolver Image Kernel LimaYAML LocatorWithDigest Mount Network NineP OsOpts PortForward Probe Provision Rosetta SSH SSHFS User VMOpts VNCOptions Video Virtiofs",
    );
  });

  test("lists the fields in declaration order", () => {
    expect(Object.keys(properties("LimaYAML")).join(" ")).toBe(
      "base minimumLimaVersion vmType vmOpts os arch images cpuType cpus memory disk additionalDisks mounts mountTypesUnsupported mountType mountInotify ssh firmware audio video provision upgradePackages containerd guestInstallPrefix probes portForwards copyToHost message networks env param dns hostResolver propagateProxyEnv caCerts rosetta plain timezone nestedVirtualization user tpm osOpts",
    );
    expect(Object.keys(properties("Provision")).join(" ")).toBe(
      "mode skipDefaultDependencyResolution script file playbook content overwrite owner path permissions expression format",
    );
    expect(Object.keys(properties("PortForward")).join(" ")).toBe(
      "guestIPMustBeZero guestIP guestPort guestPortRange guestSocket hostIP hostPort hostPortRange hostSocket proto reverse ignore static",
    );
    expect(Object.keys(properties("Image")).join(" ")).toBe("location arch digest kernel initrd variant archVariant");
    expect(Object.keys(properties("Network")).join(" ")).toBe("lima socket vzNAT macAddress interface metric");
  });

  test.each([
    [
      "LimaYAML",
      "minimumLimaVersion vmType os arch images cpuType cpus memory disk additionalDisks mountTypesUnsupported mountType mountInotify upgradePackages guestInstallPrefix networks propagateProxyEnv plain timezone nestedVirtualization tpm",
    ],
    ["User", "name comment home shell uid passwordlessSudo"],
    ["Image", ""],
    ["File", ""],
    ["Mount", "mountPoint writable"],
    ["SSHFS", "cache followSymlinks sftpDriver"],
    ["NineP", "securityModel protocolVersion msize cache"],
    ["Virtiofs", ""],
    ["SSH", "localPort loadDotSSHPubKeys forwardAgent forwardX11 forwardX11Trusted overVsock"],
    ["Firmware", "legacyBIOS"],
    ["Audio", "device interface"],
    ["Video", "display"],
    ["Provision", "file content overwrite expression format"],
    ["Containerd", "system user"],
    ["Probe", "file"],
    ["PortForward", ""],
    ["HostResolver", "enabled ipv6 hosts"],
    ["CACertificates", "removeDefaults files certs"],
    ["Rosetta", "enabled binfmt"],
  ])("%s: what may be null", (name, fields) => {
    expect(nullableOf(name).sort()).toEqual(fields.split(" ").filter(Boolean).sort());
  });

  test.each([
    ["Image", ["location"]],
    ["Kernel", ["location"]],
    ["Disk", ["name"]],
    ["Mount", ["location"]],
    ["LocatorWithDigest", ["url"]],
    ["User", undefined],
  ])("%s: what is required", (name, required) => {
    expect(schema.$defs[name]?.required).toEqual(required as string[]);
  });

  test("enums, defaults and special types are Lima's", () => {
    const root = properties("LimaYAML");
    expect(root.os).toEqual({
      oneOf: [{ type: "string" }, { type: "null" }],
      enum: [null, "Linux", "Darwin", "FreeBSD", "Windows"],
    });
    expect(root.vmType?.enum).toEqual([null, "qemu", "vz", "wsl2"]);
    expect(root.mountType?.enum).toEqual([null, "reverse-sshfs", "9p", "virtiofs", "wsl2"]);
    expect(root.base).toEqual({ $ref: "#/$defs/BaseTemplates" });
    expect(root.dns).toEqual({ items: { type: "string", format: "ipv4" }, type: "array" });
    expect(root.env).toEqual({ additionalProperties: { type: "string" }, type: "object" });
    expect(properties("Provision").mode).toEqual({ type: "string", default: "system" });
    expect(properties("PortForward").guestPortRange).toEqual({
      items: { type: "integer" },
      type: "array",
      maxItems: 2,
      minItems: 2,
    });
    expect(schema.$defs.VMOpts as unknown).toEqual({ type: "object" });
    expect(schema.$defs.BaseTemplates as unknown).toEqual({
      oneOf: [{ type: "string" }, { type: "array" }],
      items: { $ref: "#/$defs/LocatorWithDigest" },
    });
    expect(schema.$defs.Disk as unknown).toMatchObject({ oneOf: [{ type: "string" }, { type: "object" }] });
    expect(schema.$defs.Disk as unknown).not.toHaveProperty("type");
  });
});

test("every field has an effect or a warning, and nothing else is in the table", () => {
  expect(Object.keys(effects).sort()).toEqual([...fieldPaths()].sort());
});

test("a filled configuration has the fields of the schema and no other", () => {
  const { config } = load(`${image}minimumLimaVersion: 2.0.0\nmountType: 9p`);
  const names = definitionOf("LimaYAML").fields.map((field) => field.name);
  expect(Object.keys(config).sort()).toEqual(names.sort());
});

describe("advice on", () => {
  const advice = (text: string, host = makeHost()) =>
    load(image + text, { advise: true, host }).warnings.map((warning) => warning.message);

  test("nothing: a plain configuration", () => {
    expect(advice("cpus: 2\nenv: {A: b}\nprovision: [{script: x}]\nmountTypesUnsupported: [9p]")).toEqual([]);
  });

  test("nothing: values that are the defaults", () => {
    expect(
      advice("video: {display: none}\naudio: {device: ''}\nmounts: []\nhostResolver: {hosts: {}}\ntpm: false"),
    ).toEqual([]);
  });

  test("nothing of it when not asked", () => {
    expect(load(`${image}tpm: true`).warnings).toEqual([]);
  });

  test("each field without effect, once", () => {
    const fields = Object.entries(effects).filter(([, effect]) => "later" in effect);
    const set: Readonly<Record<string, string>> = {
      mountInotify: "mountInotify: true",
      tpm: "tpm: true",
      "ssh.overVsock": "ssh: {overVsock: true}",
      portForwards: "portForwards: [{guestPort: 1}]",
      copyToHost: "copyToHost: [{guest: /x, host: /y}]",
      "networks[].lima": "networks: [{lima: x}]",
      "networks[].vzNAT": "networks: [{vzNAT: true}]",
      nestedVirtualization: "nestedVirtualization: true",
    };
    for (const [path] of fields) {
      const text = set[path];
      if (text === undefined) continue;
      expect(advice(text).filter((message) => message.includes("has no effect yet"))).toEqual([
        expect.stringMatching(new RegExp(`^field \`${path.replaceAll(/[.[\]]/g, "\\$&")}\` has no effect yet: `)),
      ]);
    }
  });

  test.each([
    ["rosetta: {enabled: true}", "field `rosetta` is deprecated, use `vmOpts.vz.rosetta`"],
    ["cpuType: {x86_64: max}", "field `cpuType` is deprecated, use `vmOpts.qemu.cpuType`"],
    ["provision: [{mode: ansible, playbook: /p.yaml}]", "provision mode `ansible` is deprecated"],
  ])("deprecated: %s", (text, message) => {
    expect(advice(text).join("\n")).toContain(message);
  });

  test.each([
    ["arch: riscv64", "`arch: riscv64` is experimental"],
    ["mountType: virtiofs", "`mountType: virtiofs` on Linux is experimental"],
    ["video: {display: 'vnc=127.0.0.1:0'}", "`video.display: vnc=127.0.0.1:0` is experimental"],
    ["audio: {device: default, interface: hda}", "`audio.interface: hda` is experimental"],
    ["mountInotify: true", "`mountInotify` is experimental"],
    ["plain: true\nuser: {passwordlessSudo: false}", "`user.passwordlessSudo: false` is experimental"],
  ])("experimental: %s", (text, message) => {
    expect(advice(text)).toContain(message);
  });
});

test("what the schema's enums refuse, validation refuses too", () => {
  for (const [name, value] of [
    ["os", "BeOS"],
    ["arch", "sparc"],
    ["mountType", "nfs"],
    ["vmType", "xen"],
  ])
    expect(failure(`${image}${name}: ${value}`)).toContain(`${value}`);
});

test("every effect that is claimed has the test that is named", async () => {
  const root = new URL("../", import.meta.url).pathname;
  const files = [...new Bun.Glob("**/*.test.ts").scanSync(root)].filter((name) => name !== "config/schema.test.ts");
  const tests = (await Promise.all(files.map((name) => Bun.file(root + name).text()))).join("\n");
  const claimed = [...new Set(Object.values(effects).flatMap((effect) => ("test" in effect ? [effect.test] : [])))];
  expect(claimed.filter((name) => !tests.includes(name))).toEqual([]);
});
