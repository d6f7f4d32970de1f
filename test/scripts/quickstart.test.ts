import { describe, expect, test } from "bun:test";
import { parse } from "yaml";
import { firstImage, localGuestTemplate } from "../../scripts/quickstart/image.ts";

const templates = {
  "default.yaml": "base:\n- template:_images/linux\n- template:_default/mounts\n",
  "plain.yaml": "base: template://_images/linux\n",
  "_images/linux.yaml":
    "images:\n- {location: https://images.example/a.img, arch: x86_64}\n- {location: https://images.example/b.img, arch: aarch64}\n",
  "_default/mounts.yaml": "mounts: []\n",
};

describe("the image that the quickstart asks for", () => {
  test.each([
    ["default.yaml", "x86_64", "https://images.example/a.img"],
    ["default.yaml", "aarch64", "https://images.example/b.img"],
    ["plain.yaml", "x86_64", "https://images.example/a.img"],
    ["default.yaml", "riscv64", undefined],
    ["absent.yaml", "x86_64", undefined],
  ] as const)("%s on %s is %p", (path, arch, url) => {
    expect(firstImage(templates, path, arch)).toBe(url as string);
  });
});

test("the template of a local guest has its disk, no mounts and no containerd", () => {
  const disk = '/a "b"/disk: x.qcow2';
  expect(parse(localGuestTemplate(disk, "x86_64"))).toMatchObject({
    images: [{ location: disk, arch: "x86_64" }],
    mounts: [],
    containerd: { system: false, user: false },
  });
});
