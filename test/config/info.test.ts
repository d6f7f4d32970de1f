import { expect, test } from "bun:test";
import { templates } from "../../src/assets/templates.ts";
import { type InfoFacts, infoOf } from "../../src/config/info.ts";
import { load } from "./fixtures.ts";

const facts: InfoFacts = {
  version: "2.2.0",
  templates: [{ name: "docker", location: "/t/docker.yaml" }],
  defaultTemplate: load(templates["default.yaml"] ?? "", { validate: false }).config,
  limaHome: "/home/jane/.lima",
  drivers: { qemu: { location: "internal" } },
  guestAgents: { x86_64: { location: "/usr/local/share/lima/lima-guestagent.Linux-x86_64" } },
  shellEnvBlock: ["BASH*"],
  hostOS: "linux",
  hostArch: "x86_64",
  identityFile: "/home/jane/.lima/_config/user",
  plugins: [],
  libexecPaths: [],
  sharePaths: ["/usr/local/share/lima"],
};

test("info has Lima's keys in their order, and null for lists without anything", () => {
  const info = infoOf(facts);
  expect(Object.keys(info).join(" ")).toBe(
    "version templates defaultTemplate limaHome vmTypes vmTypesEx guestAgents shellEnvBlock hostOS hostArch identityFile plugins libexecPaths sharePaths",
  );
  expect(info.plugins).toBeNull();
  expect(info.libexecPaths).toBeNull();
  expect(info.vmTypes).toEqual(["qemu"]);
});

test("a plugin without a description has none", () => {
  const plugins = [
    { name: "a", path: "/bin/limactl-a", description: "" },
    { name: "b", path: "/bin/limactl-b", description: "What b does" },
  ];
  expect(infoOf({ ...facts, plugins }).plugins).toEqual([{ name: "a", path: "/bin/limactl-a" }, plugins[1]] as never);
});

test("the default template still names its bases and has neither images nor vmType", () => {
  const { defaultTemplate } = infoOf(facts) as { readonly defaultTemplate: Readonly<Record<string, unknown>> };
  expect(defaultTemplate.base).toEqual([{ url: "template:_images/ubuntu" }, { url: "template:_default/mounts" }]);
  expect(defaultTemplate).not.toHaveProperty("images");
  expect(defaultTemplate).not.toHaveProperty("vmType");
});
