import { errorText } from "../lib/errors.ts";
import { quote } from "../lib/quote.ts";
import { digestProblem } from "./digest.ts";
import { expandHostPath } from "./host-path.ts";
import { identifierProblem } from "./identifier.ts";
import type { Report, ValidateContext } from "./report.ts";
import { parseSemver } from "./semver.ts";
import type { Config, FileObject, YamlValue } from "./types.ts";

const archs = ["x86_64", "aarch64", "armv7l", "ppc64le", "riscv64", "s390x"];

export function validateArch(path: string, arch: string, report: Report): void {
  if (!archs.includes(arch))
    report.error(path, `field \`arch\` must be one of [${archs.join(" ")}]; got ${quote(arch)}`);
}

/** A file object at `path`; local paths must be expandable, but need not exist. */
function validateFile(path: string, file: FileObject, report: Report, { host }: ValidateContext): void {
  if (!file.location.includes("://"))
    try {
      expandHostPath(file.location, host);
    } catch (error) {
      report.error(
        `${path}.location`,
        `field \`${path}.location\` refers to an invalid local file path: ${quote(file.location)}: ${errorText(error)}`,
      );
    }
  validateArch(`${path}.arch`, file.arch, report);
  if (file.digest === "") return;
  const problem = digestProblem(file.digest);
  if (problem !== undefined)
    report.error(`${path}.digest`, `field \`${path}.digest\` is invalid: ${file.digest}: ${problem}`);
}

/** `images`, and the archives that containerd is installed from. */
export function validateImages(config: Config, report: Report, context: ValidateContext): void {
  if (config.images.length === 0) report.error("images", "field `images` must be set");
  for (const [index, image] of config.images.entries()) {
    const at = `images[${index}]`;
    validateFile(at, image, report, context);
    for (const part of ["kernel", "initrd"] as const) {
      const file = image[part];
      if (file === undefined) continue;
      validateFile(`${at}.${part}`, file, report, context);
      if (file.arch !== image.arch)
        report.error(
          `${at}.${part}.arch`,
          `${at}.${part} has unexpected architecture ${quote(file.arch)}, must be ${quote(image.arch)}`,
        );
    }
  }
  const { system, user, archives } = config.containerd;
  if (!system && !user) return;
  if (archives.length === 0) report.error("containerd.archives", "field `containerd.archives` must be provided");
  for (const [index, archive] of archives.entries())
    validateFile(`containerd.archives[${index}]`, archive, report, context);
}

function optionsOf(options: YamlValue | undefined, ...keys: readonly string[]): YamlValue | undefined {
  let value = options;
  for (const key of keys) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
    value = (value as { readonly [key: string]: YamlValue })[key];
  }
  return value;
}

/** `additionalDisks`, and the driver options that are typed. */
export function validateDisks(config: Config, report: Report): void {
  const seen = new Map<string, number>();
  for (const [index, { name }] of config.additionalDisks.entries()) {
    const at = `additionalDisks[${index}]`;
    const problem = identifierProblem(name);
    if (problem !== undefined) report.error(`${at}.name`, `field \`${at}.name is invalid\`: ${problem}`);
    const first = seen.get(name);
    if (problem === undefined && first !== undefined)
      report.error(
        `${at}.name`,
        `field \`${at}.name\` value ${quote(name)} has already been used by field \`additionalDisks[${first}].name\``,
      );
    if (first === undefined) seen.set(name, index);
  }
  const wanted = optionsOf(config.vmOpts, "qemu", "minimumVersion");
  if (wanted !== undefined && wanted !== null && wanted !== "" && parseSemver(String(wanted)) === undefined)
    report.error(
      "vmOpts.qemu.minimumVersion",
      `field \`vmOpts.qemu.minimumVersion\` must be a semvar value, got ${quote(String(wanted))}: ${wanted} is not in dotted-tri format`,
    );
  const format = optionsOf(config.vmOpts, "vz", "diskImageFormat");
  if (format !== undefined && format !== null && format !== "" && format !== "raw" && format !== "asif")
    report.error(
      "vmOpts.vz.diskImageFormat",
      `field \`vmOpts.vz.diskImageFormat\` must be \`raw\` or \`asif\`, got ${quote(String(format))}`,
    );
}
