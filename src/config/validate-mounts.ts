import { posix } from "node:path";
import { errorText } from "../lib/errors.ts";
import { quote } from "../lib/quote.ts";
import { parseSize } from "../lib/sizes.ts";
import { pathsOf } from "./host-path.ts";
import type { Report, ValidateContext } from "./report.ts";
import type { Config, Mount } from "./types.ts";

const systemPaths: ReadonlySet<string> = new Set([
  "/",
  "/bin",
  "/dev",
  "/etc",
  "/home",
  "/opt",
  "/sbin",
  "/tmp",
  "/usr",
  "/var",
]);

/** Values that Lima's documentation lists. */
const securityModels = ["passthrough", "mapped-xattr", "mapped-file", "none"];
const protocolVersions = ["9p2000", "9p2000.u", "9p2000.L"];
const caches = ["none", "loose", "fscache", "mmap"];
const sftpDrivers = ["builtin", "openssh-sftp-server"];

function validateOptions(at: string, { sshfs, "9p": nineP }: Mount, report: Report): void {
  report.expect(`${at}.sshfs.sftpDriver`, sshfs.sftpDriver, sftpDrivers);
  report.expect(`${at}.9p.securityModel`, nineP.securityModel, securityModels);
  report.expect(`${at}.9p.protocolVersion`, nineP.protocolVersion, protocolVersions);
  report.expect(`${at}.9p.cache`, nineP.cache, caches);
  try {
    parseSize(nineP.msize);
  } catch (error) {
    report.error(`${at}.9p.msize`, `field \`msize\` has an invalid value: ${errorText(error)}`);
  }
}

function validateLocation(at: string, { location }: Mount, report: Report, { host, facts }: ValidateContext): void {
  const path = `${at}.location`;
  const field = `field \`${path}\``;
  const shown = quote(location);
  if (location.startsWith("~")) {
    report.error(path, `${field} refers to an unexpandable path: ${shown}: unexpandable path ${shown}`);
    return;
  }
  if (!pathsOf(host.os).isAbsolute(location)) {
    report.error(path, `${field} must be an absolute path, got ${shown}`);
    return;
  }
  const kind = facts.pathKind(location);
  if (kind === "missing")
    report.warn(`${field} refers to a non-existent directory: ${shown}: it is made when the instance starts`);
  else if (typeof kind === "object")
    report.error(path, `${field} refers to an inaccessible path: ${shown}: ${kind.error}`);
  else if (kind !== "directory")
    report.error(path, `${field} refers to a non-directory path: ${shown}: not a directory`);
}

/** A place of the guest in the one way to write it. */
function cleanGuestPath(path: string): string {
  return posix.normalize(path).replace(/(?<=.)\/$/, "");
}

/** Where host directories come from and where they go in the guest. */
export function validateMounts(config: Config, report: Report, context: ValidateContext): void {
  for (const [index, mount] of config.mounts.entries()) {
    const at = `mounts[${index}]`;
    const field = `field \`${at}.mountPoint\``;
    validateLocation(at, mount, report, context);
    const { mountPoint } = mount;
    const clean = cleanGuestPath(mountPoint);
    if (systemPaths.has(clean))
      report.error(`${at}.mountPoint`, `${field} must not be a system path such as /etc or /usr`);
    if (clean === cleanGuestPath(config.user.home))
      report.error(`${at}.mountPoint`, `${field} is the reserved internal home directory ${quote(mountPoint)}`);
    // An unexpandable location is its own error already.
    if (mountPoint.startsWith("~") && mountPoint !== mount.location)
      report.error(`${at}.mountPoint`, `${field} must not start with \`~\``);
    validateOptions(at, mount, report);
  }
}
