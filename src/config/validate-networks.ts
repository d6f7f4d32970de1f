import { quote } from "../lib/quote.ts";
import { pathsOf } from "./host-path.ts";
import type { Report, ValidateContext } from "./report.ts";
import type { Config, Network } from "./types.ts";

const maxInterfaceBytes = 16;
/** The primary interface, which is not in `networks`. */
const primaryInterface = "eth0";

/** Exactly one of `lima`, `socket` and `vzNAT` says what the interface is connected to. */
function validateTarget(at: string, network: Network, report: Report, { host, facts }: ValidateContext): void {
  const { lima, socket, vzNAT } = network;
  const given = [
    ...(lima === "" ? [] : ["lima"]),
    ...(socket === "" ? [] : ["socket"]),
    ...(vzNAT ? ["vzNAT"] : []),
  ].map((name) => `field \`${at}.${name}\``);
  const [one, other] = given;
  if (one === undefined) {
    report.error(at, `field \`${at}.lima\` or  field \`${at}.socket must be set`);
    return;
  }
  if (other !== undefined) report.error(at, `${one} and ${other} are mutually exclusive`);
  if (lima !== "" && facts.networkModes !== undefined) {
    const mode = facts.networkModes[lima];
    if (mode === undefined)
      report.error(
        `${at}.lima`,
        `field \`${at}.lima\` references network ${quote(lima)} which is not defined in networks.yaml: network ${quote(lima)} is not defined`,
      );
    else if (mode !== "user-v2" && host.os !== "darwin")
      report.error(`${at}.lima`, `field \`${at}.lima\` is only supported on macOS right now`);
  }
  if (socket !== "") {
    const kind = pathsOf(host.os).isAbsolute(socket) ? facts.pathKind(socket) : "missing";
    if (kind === "file" || kind === "directory")
      report.error(`${at}.socket`, `field \`${at}.socket\` ${quote(socket)} points to a non-socket file`);
  }
}

function validateMac(at: string, mac: string, report: Report): void {
  const path = `${at}.macAddress`;
  const hex = /^(?:[0-9a-fA-F]{2}([:-])(?:[0-9a-fA-F]{2}\1)*[0-9a-fA-F]{2}|[0-9a-fA-F]{4}(?:\.[0-9a-fA-F]{4})+)$/;
  const bytes = mac.replaceAll(/[^0-9a-fA-F]/g, "").length / 2;
  if (!hex.test(mac) || ![6, 8, 20].includes(bytes))
    report.error(path, `field \`vmnet.mac\` invalid: address ${mac}: invalid MAC address`);
  else if (bytes !== 6)
    report.error(
      path,
      `field \`${path}\` must be a 48 bit (6 bytes) MAC address; actual length of ${quote(mac)} is ${bytes} bytes`,
    );
}

/** `networks`, entry by entry; interface names must differ. */
export function validateNetworks(config: Config, report: Report, context: ValidateContext): void {
  const used = new Map<string, number>();
  for (const [index, network] of config.networks.entries()) {
    const at = `networks[${index}]`;
    const path = `${at}.interface`;
    const field = `field \`${path}\``;
    const name = network.interface;
    validateTarget(at, network, report, context);
    validateMac(at, network.macAddress, report);
    const length = new TextEncoder().encode(name).length;
    if (length >= maxInterfaceBytes)
      report.error(
        path,
        `${field} must be less than ${maxInterfaceBytes} bytes, but is ${length} bytes: ${quote(name)}`,
      );
    if (/[ \t\n/]/.test(name)) report.error(path, `${field} must not contain whitespace or slashes`);
    if (name === primaryInterface)
      report.error(path, `${field} must not be set to \`${primaryInterface}\` because it is reserved for slirp`);
    const first = used.get(name);
    if (first !== undefined)
      report.error(
        path,
        `${field} value ${quote(name)} has already been used by field \`networks[${first}].interface\``,
      );
    else used.set(name, index);
    if (network.metric < 0 || network.metric > 0xffff_ffff)
      report.error(`${at}.metric`, `field \`${at}.metric\` must be between 0 and 4294967295, got ${network.metric}`);
  }
}
