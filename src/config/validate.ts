import { errorText } from "../lib/errors.ts";
import { isPrintable, quote, quoteList } from "../lib/quote.ts";
import { parseSize } from "../lib/sizes.ts";
import { limaVersion, programVersion } from "../lib/version.ts";
import { compareLimaVersions, parseLimaVersion } from "./lima-version.ts";
import { showRune } from "./printable.ts";
import { Report, type ValidateContext } from "./report.ts";
import type { Config } from "./types.ts";
import { validateCopyToHost, validateForwards, validatePort } from "./validate-forwards.ts";
import { validateArch, validateDisks, validateImages } from "./validate-images.ts";
import { validateMounts } from "./validate-mounts.ts";
import { validateNetworks } from "./validate-networks.ts";
import { validateProbes, validateProvision } from "./validate-provision.ts";
import { validateUser } from "./validate-user.ts";
import type { ConfigWarning } from "./warning.ts";

const systems: readonly string[] = ["Linux", "Darwin", "FreeBSD", "Windows"];
const builtinDrivers: readonly string[] = ["qemu", "vz", "wsl2"];
const mountTypes: readonly string[] = ["reverse-sshfs", "9p", "virtiofs", "wsl2"];

function validateVersion(config: Config, report: Report): void {
  const wanted = config.minimumLimaVersion;
  if (wanted === undefined || wanted === "") return;
  try {
    parseLimaVersion(wanted);
  } catch (error) {
    report.error(
      "minimumLimaVersion",
      `field \`minimumLimaVersion\` must be a semvar value, got ${quote(wanted)}: ${errorText(error)}`,
    );
    return;
  }
  if (compareLimaVersions(limaVersion, wanted) < 0)
    report.error(
      "minimumLimaVersion",
      `template requires Lima version ${quote(wanted)}; this is only ${quote(programVersion)}`,
    );
}

function validateMachine(config: Config, report: Report, context: ValidateContext): void {
  const { vmType, os, arch } = config;
  if (!builtinDrivers.includes(vmType) && !context.facts.externalDrivers.includes(vmType)) report.unresolved(vmType);
  if (!systems.includes(os)) report.error("os", `field \`os\` must be one of ${quoteList(systems)}; got ${quote(os)}`);
  if (os === "Windows" && vmType !== "qemu")
    report.error("vmType", `currently Windows guest is only supported on \`qemu\`; got ${quote(vmType)}`);
  if (os === "Windows" && arch !== "x86_64" && arch !== "aarch64")
    report.error("arch", `currently Windows guest is only supported on [\`x86_64\`, \`aarch64\`]; got ${quote(arch)}`);
  validateArch("arch", arch, report);
  for (const name of ["memory", "disk"] as const)
    try {
      parseSize(config[name]);
    } catch (error) {
      report.error(name, `field \`${name}\` has an invalid value: ${errorText(error)}`);
    }
  if (config.cpus < 1) report.error("cpus", "field `cpus` must be set");
  if (os !== "Windows" && !config.guestInstallPrefix.startsWith("/"))
    report.error(
      "guestInstallPrefix",
      `field \`guestInstallPrefix\` must be an absolute path, got ${quote(config.guestInstallPrefix)}`,
    );
  if (config.tpm && (arch === "ppc64le" || arch === "s390x"))
    report.error("tpm", `field \`tpm\` is not supported on architecture ${quote(arch)}`);
}

function validateMountType(config: Config, report: Report): void {
  const { mountType, mountTypesUnsupported: unsupported } = config;
  if (mountType === undefined) return;
  if (!mountTypes.includes(mountType))
    report.error(
      "mountType",
      `field \`mountType\` must be \`reverse-sshfs\` or \`9p\` or \`virtiofs\`, or \`wsl2\`, got ${quote(mountType)}`,
    );
  if (unsupported.includes(mountType))
    report.error(
      "mountType",
      `field \`mountType\` must not be one of ${quoteList(unsupported)} (\`mountTypesUnsupported\`), got ${quote(mountType)}`,
    );
}

function validateParam(config: Config, report: Report): void {
  const names = /^[a-zA-Z][a-zA-Z0-9_]*$/;
  for (const [key, value] of Object.entries(config.param)) {
    const at = `param.${key}`;
    if (!names.test(key)) report.error(at, `param ${quote(key)} name does not match regex ${quote(names.source)}`);
    for (const rune of value) {
      if (rune === "\t" || rune === " " || isPrintable(rune)) continue;
      report.error(at, `param ${quote(key)} value contains unprintable character ${showRune(rune)}`);
      break;
    }
  }
}

function validateAudio(config: Config, report: Report): void {
  if (["", "hda", "virtio"].includes(config.audio.interface)) return;
  report.error(
    "audio.interface",
    `invalid audio.interface ${JSON.stringify(config.audio.interface)}, must be "hda" or "virtio"`,
  );
}

/**
 * Holds a filled configuration against every rule of lima.yaml that needs no driver.
 * @returns every error, with its place first where one is known; warnings about what works but may surprise
 */
export function validateConfig(
  config: Config,
  context: ValidateContext,
): { readonly errors: readonly string[]; readonly warnings: readonly ConfigWarning[] } {
  const report = new Report(context);
  if (config.base.length > 0) report.error("base", "field `base` must be empty for YAML validation");
  validateVersion(config, report);
  validateMachine(config, report, context);
  validateUser(config, report);
  validateImages(config, report, context);
  validateDisks(config, report);
  validateMounts(config, report, context);
  validateMountType(config, report);
  if (config.ssh.localPort !== 0) validatePort("ssh.localPort", config.ssh.localPort, report);
  validateAudio(config, report);
  if (validateProvision(config, report, context)) validateFromProbes(config, report, context);
  return { errors: report.errors, warnings: report.warnings };
}

/** What comes after `provision`. */
function validateFromProbes(config: Config, report: Report, context: ValidateContext): void {
  validateProbes(config, report);
  validateForwards(config, report, context);
  validateCopyToHost(config, report, context);
  if (config.hostResolver.enabled && config.dns.length > 0)
    report.error("dns", "field `dns` must be empty when field `HostResolver.Enabled` is true");
  validateNetworks(config, report, context);
  validateParam(config, report);
}
