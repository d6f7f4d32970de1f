import { posix } from "node:path";
import { quote } from "../lib/quote.ts";
import { pathsOf, unixPathMax } from "./host-path.ts";
import type { Report, ValidateContext } from "./report.ts";
import type { Config, PortForward } from "./types.ts";

/** The rules for any port number that is given. */
export function validatePort(path: string, port: number, report: Report): void {
  const field = `field \`${path}\``;
  if (port < 0) report.error(path, `${field} must be > 0`);
  else if (port === 0) report.error(path, `${field} must be set`);
  else if (port === 22) report.error(path, `${field} must not be 22`);
  else if (port > 65535) report.error(path, `${field} must be < 65536`);
}

/** One side's port and range: in bounds, in order, and agreeing. */
function validateSide(at: string, rule: PortForward, side: "guest" | "host", report: Report): void {
  const port = rule[`${side}Port`];
  const range = rule[`${side}PortRange`];
  const socket = rule[`${side}Socket`];
  const path = (name: string): string => `${at}.${side}${name}`;
  if (port !== 0) {
    validatePort(path("Port"), port, report);
    if (socket !== "")
      report.error(path("Port"), `field \`${path("Port")}\` must be 0 when field \`${path("Socket")}\` is set`);
    else if (port !== range[0])
      report.error(path("Port"), `field \`${path("Port")}\` must match field \`${path("PortRange")}[0]\``);
  }
  // A socket takes the place of the host's ports; ports of the guest are checked either way.
  if (side === "guest" || socket === "")
    for (const index of [0, 1] as const)
      if (port === 0 || range[index] !== port) validatePort(`${path("PortRange")}[${index}]`, range[index], report);
  if (range[1] < range[0])
    report.error(
      path("PortRange"),
      `field \`${path("PortRange")}[1]\` must be greater than or equal to field \`${path("PortRange")}[0]\``,
    );
}

const countOf = (range: readonly [number, number]): number => range[1] - range[0];

function validateSockets(at: string, rule: PortForward, report: Report, { host }: ValidateContext): void {
  const { guestSocket, hostSocket, guestPortRange, hostPortRange } = rule;
  if (guestSocket !== "") {
    if (!posix.isAbsolute(guestSocket))
      report.error(
        `${at}.guestSocket`,
        `field \`${at}.guestSocket\` must be an absolute path, but is ${quote(guestSocket)}`,
      );
    if (hostSocket === "" && countOf(hostPortRange) > 0)
      report.error(
        `${at}.guestSocket`,
        `field \`${at}.guestSocket\` can only be mapped to a single port or socket. not a range`,
      );
  }
  if (hostSocket === "") {
    // A guest socket has no ports to count.
    if (guestSocket === "" && countOf(guestPortRange) !== countOf(hostPortRange))
      report.error(
        `${at}.hostPortRange`,
        `field \`${at}.hostPortRange\` must specify the same number of ports as field \`${at}.guestPortRange\``,
      );
    return;
  }
  if (!pathsOf(host.os).isAbsolute(hostSocket))
    report.error(
      `${at}.hostSocket`,
      `field \`${at}.hostSocket\` must be an absolute path, but is ${quote(hostSocket)}`,
    );
  if (guestSocket === "" && countOf(guestPortRange) > 0)
    report.error(
      `${at}.hostSocket`,
      `field \`${at}.hostSocket\` can only be mapped from a single port or socket. not a range`,
    );
  const length = new TextEncoder().encode(hostSocket).length;
  const limit = unixPathMax(host.os);
  if (length >= limit)
    report.error(
      `${at}.hostSocket`,
      `field \`${at}.hostSocket\` must be less than UNIX_PATH_MAX=${limit} characters, but is ${length}`,
    );
}

/** `portForwards`, rule by rule. */
export function validateForwards(config: Config, report: Report, context: ValidateContext): void {
  for (const [index, rule] of config.portForwards.entries()) {
    const at = `portForwards[${index}]`;
    if (rule.guestIPMustBeZero && rule.guestIP !== "0.0.0.0")
      report.error(
        `${at}.guestIPMustBeZero`,
        `field \`${at}.guestIPMustBeZero\` can only be true when field \`${at}.guestIP\` is 0.0.0.0`,
      );
    validateSide(at, rule, "guest", report);
    validateSide(at, rule, "host", report);
    validateSockets(at, rule, report, context);
    if (!["tcp", "udp", "any"].includes(rule.proto))
      report.error(`${at}.proto`, `field \`${at}.proto\` must be \`tcp\`, \`udp\`, or \`any\``);
    for (const socket of [rule.guestSocket, rule.hostSocket])
      if (rule.reverse && socket === "") report.error(`${at}.reverse`, `field \`${at}.reverse\` must be false`);
    const ports = rule.guestSocket === "";
    if (config.plain && ports && (countOf(rule.guestPortRange) >= 10 || countOf(rule.hostPortRange) >= 10))
      report.warn(
        `[${at}] forwards a wide range of ports (${rule.guestPortRange[0]}-${rule.guestPortRange[1]}) in plain mode, where every port is forwarded at boot`,
      );
  }
}

/** `copyToHost`, entry by entry. */
export function validateCopyToHost(config: Config, report: Report, { host }: ValidateContext): void {
  for (const [index, { guest, host: target }] of config.copyToHost.entries()) {
    const at = `CopyToHost[${index}]`;
    const place = `copyToHost[${index}]`;
    if (guest !== "" && !posix.isAbsolute(guest))
      report.error(`${place}.guest`, `field \`${at}.guest\` must be an absolute path, but is ${quote(guest)}`);
    if (target !== "" && !pathsOf(host.os).isAbsolute(target))
      report.error(`${place}.host`, `field \`${at}.host\` must be an absolute path, but is ${quote(target)}`);
  }
}
