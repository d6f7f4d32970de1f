import { expect, test } from "bun:test";
import type { Config, Image } from "../../../src/config/types.ts";
import type { GuestMediaFacts } from "../../../src/guest/cidata/facts.ts";
import { guestHostname, instanceIdAt, planGuestMedia } from "../../../src/guest/cidata/plan.ts";
import { textOfBytes } from "../../../src/lib/byte-text.ts";
import { sampleConfig, sampleMount } from "../../support/sample-config.ts";
import { sampleFacts, sampleScript } from "../sample-facts.ts";

function paths(facts: GuestMediaFacts): readonly string[] {
  return planGuestMedia(facts).files.map((file) => file.path);
}

function text(facts: GuestMediaFacts, path: string): string {
  const content = planGuestMedia(facts).files.find((file) => file.path === path)?.content;
  if (typeof content !== "string") throw new Error(`${path} is not a text of the media`);
  return content;
}

test("the media hold the files of a Linux guest", () => {
  const found = paths(sampleFacts());
  const expected = ["meta-data", "network-config", "user-data", "lima.env", "param.env", "etc_environment", "boot.sh"];
  expect(found).toEqual(expect.arrayContaining(expected));
  expect(found).toContain("boot/essential.Linux/10-alpine-prep.sh");
  expect(found).toContain("boot/Linux/07-etc-environment.sh");
  expect(found).toContain("util/compare_version.sh");
  expect(found).not.toContain("ssh_authorized_keys");
  expect(found.filter((path) => path.startsWith("cloud-init/") || path.startsWith("drivers/"))).toEqual([]);
});

test("no name is longer than 30 characters", () => {
  for (const path of paths(sampleFacts()))
    for (const part of path.split("/")) expect(part.length).toBeLessThanOrEqual(30);
});

test("the same facts give the same files", () => {
  expect(planGuestMedia(sampleFacts())).toEqual(planGuestMedia(sampleFacts()));
});

test("meta-data name the instance and its host", () => {
  expect(text(sampleFacts(), "meta-data")).toBe("instance-id: iid-1767225600\nlocal-hostname: lima-test-vm-1\n");
});

test("an instance id is the second of the start", () => {
  expect(instanceIdAt(new Date("2026-01-01T00:00:00.999Z"))).toBe("iid-1767225600");
  expect(guestHostname("a.b_c-d")).toBe("lima-a-b-c-d");
});

test("provisioning files are numbered by their place among all entries", () => {
  const file = { script: "", playbook: "" };
  const provision = [
    sampleScript("system", "#!/bin/sh\n"),
    sampleScript("boot", "true"),
    { ...file, mode: "data" as const, content: "hello", path: "/etc/x" },
    { ...file, mode: "ansible" as const, playbook: "p.yaml" },
    sampleScript("user", "user"),
    { ...file, mode: "yq" as const, expression: ".a = 1", path: "/etc/y.json" },
    sampleScript("dependency", "dep"),
  ];
  const facts = sampleFacts({ provision });
  expect(paths(facts).filter((path) => path.startsWith("provision."))).toEqual([
    "provision.system/00000000",
    "provision.data/00000002",
    "provision.user/00000004",
    "provision.yq/00000005",
    "provision.dependency/00000006",
  ]);
  expect(text(facts, "provision.data/00000002")).toBe("hello");
  expect(text(facts, "provision.yq/00000005")).toBe(".a = 1");
  expect(text(facts, "lima.env")).toContain("LIMA_CIDATA_DATAFILE_00000002_PATH=/etc/x\n");
  expect(text(facts, "lima.env")).toContain("LIMA_CIDATA_YQ_PROVISION_00000005_FORMAT=auto\n");
});

test("a data file that is none of text goes to the media as its bytes", () => {
  const content = textOfBytes(Uint8Array.of(0x61, 0xff, 0x00));
  const facts = sampleFacts({ provision: [{ ...sampleScript("data", ""), content, path: "/x" }] });
  const file = planGuestMedia(facts).files.find(({ path }) => path === "provision.data/00000000");
  expect(file?.content).toEqual(Buffer.of(0x61, 0xff, 0x00));
});

const agent = { guestAgentFile: "/host/lima-guestagent" };
const archive = { nerdctlArchive: "/host/nerdctl.tgz" };

test.each([
  ["the agent is there", sampleFacts({}, agent), "lima-guestagent", true],
  [
    "the agent for musl beside it",
    sampleFacts({}, { ...agent, guestAgentMuslFile: "/host/musl" }),
    "lima-guestagent.musl",
    true,
  ],
  ["no agent without one", sampleFacts(), "lima-guestagent", false],
  ["no agent in plain mode", sampleFacts({ plain: true }, agent), "lima-guestagent", false],
  ["no agent for FreeBSD", sampleFacts({ os: "FreeBSD" }, agent), "lima-guestagent", false],
  ["no archive when containerd is off", sampleFacts({}, archive), "nerdctl-full.tgz", false],
  [
    "the archive when containerd is on",
    sampleFacts({ containerd: { system: true, user: false, archives: [] } }, archive),
    "nerdctl-full.tgz",
    true,
  ],
  ["keys for guests without cloud-init", sampleFacts({}, { noCloudInit: true }), "ssh_authorized_keys", true],
  ["the driver's own scripts", sampleFacts({ vmType: "vz" }), "boot/Linux/05-rosetta-volume.sh", true],
  ["no other driver's scripts", sampleFacts(), "boot/Linux/05-rosetta-volume.sh", false],
])("%s", (_, facts, path, there) => {
  expect(paths(facts).includes(path)).toBe(there);
});

test("krunkit opens the GPU to all, but in Fedora, which is not restarted for its packages either", () => {
  const added = (config: Partial<Config>) => {
    const others = new Set(paths(sampleFacts({ vmType: "qemu" })));
    return paths(sampleFacts({ vmType: "krunkit", ...config })).filter((path) => !others.has(path));
  };
  const gpu = ["boot/Linux/00-video-render-group.sh", "boot/Linux/01-gpu-device-perms.sh"];
  expect(added({})).toEqual(gpu);
  const image = {
    ...sampleConfig.images[0],
    arch: "aarch64",
    location: "https://example.com/fedora-43.qcow2",
  } as Image;
  const base = [{ url: "template:_images/fedora", digest: "" }];
  for (const config of [{ images: [image] }, { base }]) {
    expect(added(config)).toEqual([]);
    const facts = sampleFacts({ vmType: "krunkit", ...config });
    expect(text(facts, "boot/Linux/00-reboot-if-required.sh")).toBe("#!/bin/sh\n");
  }
});

test("a driver's script replaces one of the same name", () => {
  const facts = sampleFacts({}, { driverScripts: { "boot.Linux/00-reboot-if-required.sh": "#!/bin/sh\n" } });
  expect(text(facts, "boot/Linux/00-reboot-if-required.sh")).toBe("#!/bin/sh\n");
});

test.each(["a/b/c", "boot/x.sh", "boot.Linux/a/b"])("a driver's script may not be named %s", (name) => {
  expect(() => paths(sampleFacts({}, { driverScripts: { [name]: "" } }))).toThrow(
    "must be in format 'boot.<OS>/<SCRIPT>'",
  );
});

const { user } = sampleConfig;

test.each([
  ["no SSH key was found, run `ssh-keygen`", sampleFacts({}, { sshPublicKeys: [] })],
  ["field User must not be `root`", sampleFacts({ user: { ...user, name: "root" } })],
  ["field UID must not be 0", sampleFacts({ user: { ...user, uid: 0 } })],
  ["field Home must be set", sampleFacts({ user: { ...user, home: "" } })],
  ["field Shell must be set", sampleFacts({ user: { ...user, shell: "" } })],
  ["field mounts[0] must be absolute, got `a`", sampleFacts({ mounts: [sampleMount("/a", "a")] })],
  ["identifier", sampleFacts({}, { instanceName: "a..b" })],
  ["must be one line", sampleFacts({ mounts: [sampleMount("/a", "/a\nLIMA_CIDATA_USER=x")] })],
  ["must be one line", sampleFacts({}, { environment: { A: "1\nB=2" } })],
  ["cannot be used in the guest", sampleFacts({}, { environment: { "A=B": "1" } })],
])("%s", (message, facts) => {
  expect(() => planGuestMedia(facts)).toThrow(message);
});
