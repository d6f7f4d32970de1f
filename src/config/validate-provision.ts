import { posix } from "node:path";
import { quote } from "../lib/quote.ts";
import { expandHostPath } from "./host-path.ts";
import type { Report, ValidateContext } from "./report.ts";
import type { Config, Provision, ScriptFile } from "./types.ts";

const modes: readonly string[] = ["system", "user", "boot", "dependency", "data", "yq", "ansible"];
const formats: readonly string[] = ["auto", "csv", "ini", "json", "props", "tsv", "toml", "xml", "yaml"];
const notOnWindows: readonly string[] = ["ansible", "boot", "yq"];

/** Fields that only some modes know, and the modes that a message names. */
const modesOf = {
  content: ["data"],
  overwrite: ["data"],
  owner: ["data"],
  path: ["data", "yq"],
  permissions: ["data", "yq"],
  format: ["yq"],
} as const;

function validateScriptFile(at: string, file: ScriptFile | undefined, report: Report): void {
  if (file === undefined) return;
  if (file.url !== "")
    report.error(
      `${at}.file`,
      `field \`${at}.file.url\` must be empty during validation (script should already be embedded)`,
    );
  if (file.digest !== "") report.error(`${at}.file`, `field \`${at}.file.digest\` support is not yet implemented`);
}

/** What a mode that writes a file of the guest needs. Returns false where validation ends. */
function validateFileMode(at: string, entry: Provision, report: Report): boolean {
  if (!entry.path) {
    report.error(`${at}.path`, `field \`${at}.path\` must not be empty when mode is ${quote(entry.mode)}`);
    return false;
  }
  if (!posix.isAbsolute(entry.path)) report.error(`${at}.path`, `field \`${at}.path\` must be an absolute path`);
  if (entry.mode === "yq" && !entry.expression)
    report.error(`${at}.expression`, `field \`${at}.expression\` must not be empty when mode is \`yq\``);
  const { permissions = "" } = entry;
  if (!/^[0-7]{1,22}$/.test(permissions))
    report.error(
      `${at}.permissions`,
      `field \`${at}.permissions\` must be an octal number: strconv.ParseInt: parsing ${JSON.stringify(permissions)}: invalid syntax`,
    );
  if (entry.mode === "yq") report.expect(`${at}.format`, entry.format, formats);
  return true;
}

/** A script mode: it has a script, and no field of the other modes. */
function validateScriptMode(at: string, entry: Provision, report: Report): void {
  if (entry.script === "" && entry.mode !== "ansible")
    report.error(`${at}.script`, `field \`${at}.script\` must not be empty`);
  for (const [name, allowed] of Object.entries(modesOf) as [keyof typeof modesOf, readonly string[]][])
    if (entry[name] !== undefined)
      report.error(
        `${at}.${name}`,
        `field \`${at}.${name}\` can only be set when mode is ${allowed.map(quote).join(", or ")}`,
      );
}

function validatePlaybook(at: string, entry: Provision, report: Report, { host, facts }: ValidateContext): void {
  const path = `${at}.playbook`;
  if (entry.playbook === "") {
    if (entry.mode === "ansible") report.error(path, `field \`${path}\` must not be empty when mode is \`ansible\``);
    return;
  }
  if (entry.mode !== "ansible") report.error(path, `field \`${path} can only be set when mode is \`ansible\``);
  if (entry.script !== "") report.error(path, `field \`${at}.script must be empty if playbook is set`);
  let kind: ReturnType<typeof facts.pathKind>;
  try {
    kind = facts.pathKind(expandHostPath(entry.playbook, host));
  } catch (error) {
    kind = { error: (error as Error).message };
  }
  const shown = quote(entry.playbook);
  if (kind === "missing")
    report.error(path, `field \`${path}\` refers to an inaccessible path: ${shown}: no such file or directory`);
  else if (typeof kind === "object")
    report.error(path, `field \`${path}\` refers to an inaccessible path: ${shown}: ${kind.error}`);
}

/**
 * `provision`, entry by entry.
 * @returns false at an entry without the path that its mode needs: validation ends there (config.md 1.7)
 */
export function validateProvision(config: Config, report: Report, context: ValidateContext): boolean {
  for (const [index, entry] of config.provision.entries()) {
    const at = `provision[${index}]`;
    validateScriptFile(at, entry.file, report);
    if (!modes.includes(entry.mode))
      report.error(
        `${at}.mode`,
        `field \`${at}.mode\` must one of \`system\`, \`user\`, \`boot\`, \`data\`, \`dependency\`, \`ansible\`, or \`yq\``,
      );
    if (config.os === "Windows" && notOnWindows.includes(entry.mode))
      report.error(`${at}.mode`, `provision mode ${quote(entry.mode)} is not supported on Windows VM`);
    if (entry.skipDefaultDependencyResolution !== undefined && entry.mode !== "dependency")
      report.error(
        `${at}.skipDefaultDependencyResolution`,
        `field \`${at}.mode\` cannot set skipDefaultDependencyResolution, only valid on scripts of type \`dependency\``,
      );
    if (entry.mode !== "data" && entry.mode !== "yq") validateScriptMode(at, entry, report);
    else if (!validateFileMode(at, entry, report)) return false;
    validatePlaybook(at, entry, report, context);
    if (entry.script.includes("LIMA_CIDATA"))
      report.warn("provisioning scripts should not reference the LIMA_CIDATA variables");
  }
  return true;
}

/** `probes`, entry by entry. */
export function validateProbes(config: Config, report: Report): void {
  for (const [index, probe] of config.probes.entries()) {
    const at = `probe[${index}]`;
    const place = `probes[${index}]`;
    if (probe.file !== undefined && probe.file.url !== "")
      report.error(
        `${place}.file`,
        `field \`${at}.file.url\` must be empty during validation (script should already be embedded)`,
      );
    if (probe.file !== undefined && probe.file.digest !== "")
      report.error(`${place}.file`, `field \`${at}.file.digest\` support is not yet implemented`);
    if (!probe.script.startsWith("#!"))
      report.error(`${place}.script`, `field \`${at}.script\` must start with a '#!' line`);
    if (probe.mode !== "readiness") report.error(`${place}.mode`, `field \`${at}.mode\` can only be \`readiness\``);
  }
}
