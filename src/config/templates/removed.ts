const merged = (arch: string): string =>
  `was merged into the default template in Lima v1.0. Use \`limactl create --arch=${arch} template:default\` instead.`;
const removed = (flags: string): string =>
  `was removed in Lima v1.0. Use \`limactl create ${flags} template:default\` instead.`;

const hints: Readonly<Record<string, string>> = {
  "experimental/vz":
    "was merged into the default template in Lima v1.0. Use `limactl create --vm-type=vz template:default` instead.",
  "experimental/riscv64": merged("riscv64"),
  "experimental/armv7l": merged("armv7l"),
  vmnet: removed("--network=lima:shared"),
  "experimental/net-user-v2": removed("--network=lima:user-v2"),
  "experimental/9p": removed("--vm-type=qemu --mount-type=9p"),
  "experimental/virtiofs-linux": removed("--mount-type=virtiofs"),
};

/** The warning for a template name that Lima 1.0 removed; undefined for any other locator. */
export function removedTemplateHint(locator: string): string | undefined {
  const name = /^template:(?:\/\/)?(.*)$/.exec(locator)?.[1] ?? "";
  const hint = Object.hasOwn(hints, name) ? hints[name] : undefined;
  return hint === undefined ? undefined : `template:${name} ${hint}`;
}
