import type { ForwardProto, PortForward } from "../config/types.ts";
import type { HostOs } from "../lib/host.ts";
import { canonicalIp } from "../lib/ip-address.ts";

/** A socket that listens in the guest. */
export interface GuestListener {
  readonly protocol: "tcp" | "udp";
  readonly ip: string;
  readonly port: number;
}

/** Where people on the host reach it. */
export type HostAddress =
  | { readonly kind: "port"; readonly ip: string; readonly port: number }
  | { readonly kind: "socket"; readonly path: string };

/** A rule and where it comes from. */
export interface ForwardRule {
  readonly rule: PortForward;
  /** For people: `portForwards[0]`. */
  readonly place: string;
}

/** What is to be done about a listener. */
export type Verdict =
  | { readonly kind: "forward"; readonly to: HostAddress; readonly isStatic: boolean }
  | { readonly kind: "ignore"; readonly reason: string };

/** A rule that no lima.yaml holds. */
function builtIn(values: Partial<PortForward>, place: string): ForwardRule {
  const rule: PortForward = {
    guestIPMustBeZero: false,
    guestIP: "127.0.0.1",
    guestPort: 0,
    guestPortRange: [1, 65535],
    guestSocket: "",
    hostIP: "127.0.0.1",
    hostPort: 0,
    hostPortRange: [1, 65535],
    hostSocket: "",
    proto: "any",
    reverse: false,
    ignore: false,
    static: false,
    ...values,
  };
  return { rule, place };
}

/** Every rule, in the order they are tried: ssh is never forwarded, then lima.yaml, then what listens on the loopback. */
export function forwardRules(configured: readonly PortForward[], sshLocalPort: number): readonly ForwardRule[] {
  const sshPort = (port: number) =>
    builtIn({ guestIP: "0.0.0.0", guestPort: port, guestPortRange: [port, port], ignore: true }, "ssh");
  return [
    sshPort(22),
    sshPort(sshLocalPort),
    ...configured.map((rule, index) => ({ rule, place: `portForwards[${index}]` })),
    builtIn({}, "default"),
  ];
}

function isUnspecified(ip: string): boolean {
  return ip === "0.0.0.0" || ip === "::";
}

function fitsIp(rule: PortForward, ip: string): boolean {
  const guestIP = canonicalIp(rule.guestIP) ?? rule.guestIP;
  if (isUnspecified(ip) || ip === guestIP) return true;
  if (ip === "::1" && guestIP === "127.0.0.1") return true;
  return isUnspecified(guestIP) && !rule.guestIPMustBeZero;
}

function fits(rule: PortForward, { protocol, ip, port }: GuestListener): boolean {
  const [first, last] = rule.guestPortRange;
  if (rule.guestSocket !== "" || port < first || port > last) return false;
  return (rule.proto === "any" || rule.proto === protocol) && fitsIp(rule, ip);
}

/** Where a rule takes a port of the guest. */
function hostAddressOf(rule: PortForward, port: number): HostAddress {
  if (rule.hostSocket !== "") return { kind: "socket", path: rule.hostSocket };
  return { kind: "port", ip: rule.hostIP, port: port - rule.guestPortRange[0] + rule.hostPortRange[0] };
}

/** A range this wide is no list of services: each of its ports would be held on the host. */
const widestStaticRange = 4096;

/** Whether a static rule has too many ports to forward them all from the start; they are forwarded as they begin to listen. */
function isTooWide({ guestPortRange: [first, last] }: PortForward): boolean {
  return last - first >= widestStaticRange;
}

/** Decides about a listener by the first rule that fits. */
export function decide(rules: readonly ForwardRule[], listener: GuestListener): Verdict {
  const ip = canonicalIp(listener.ip) ?? listener.ip;
  for (const { rule, place } of rules) {
    if (!fits(rule, { ...listener, ip })) continue;
    if (!rule.ignore) {
      const isStatic = rule.static && listener.protocol === "tcp" && !isTooWide(rule);
      return { kind: "forward", to: hostAddressOf(rule, listener.port), isStatic };
    }
    // What listens everywhere is more than the one address that is ignored.
    if (isUnspecified(ip) && !isUnspecified(canonicalIp(rule.guestIP) ?? rule.guestIP)) continue;
    return { kind: "ignore", reason: place === "ssh" ? "the port of ssh" : `${place} ignores it` };
  }
  return { kind: "ignore", reason: `no rule forwards ${ip}` };
}

/** A TCP port that is forwarded from the start, whether or not something listens. */
export interface StaticForward {
  readonly from: GuestListener;
  readonly to: HostAddress;
}

/** The ports that static rules forward from the start, and the places of rules whose range is too wide for that. */
export function staticForwards(rules: readonly ForwardRule[]): {
  readonly forwards: readonly StaticForward[];
  readonly tooWide: readonly string[];
} {
  const forwards = new Map<string, StaticForward>();
  const tooWide: string[] = [];
  for (const { rule, place } of rules) {
    if (!rule.static || rule.ignore || rule.guestSocket !== "" || rule.proto === "udp") continue;
    if (isTooWide(rule)) {
      tooWide.push(place);
      continue;
    }
    const [first, last] = rule.guestPortRange;
    for (let port = first; port <= last; port += 1) {
      const from = { protocol: "tcp", ip: canonicalIp(rule.guestIP) ?? rule.guestIP, port } as const;
      const verdict = decide(rules, from);
      if (verdict.kind === "forward" && verdict.isStatic) {
        const key = addressText(verdict.to);
        if (!forwards.has(key)) forwards.set(key, { from, to: verdict.to });
      }
    }
  }
  return { forwards: [...forwards.values()], tooWide };
}

/** A unix socket of the guest and its other end on the host. */
export interface SocketForward {
  readonly guestSocket: string;
  readonly host: HostAddress;
  /** The guest's programs reach the host's socket, and not the other way round. */
  readonly reverse: boolean;
}

/** The unix sockets of the guest that are forwarded. @param plain whether only what is static is */
export function socketForwards(configured: readonly PortForward[], plain: boolean): readonly SocketForward[] {
  return configured
    .filter((rule) => rule.guestSocket !== "" && !rule.ignore && (rule.static || !plain))
    .map((rule) => ({
      guestSocket: rule.guestSocket,
      host: hostAddressOf(rule, rule.guestPortRange[0]),
      reverse: rule.reverse,
    }));
}

/** Protocols of which the first rules ignore every port: nobody wants to hear of each. */
export function silencedProtocols(configured: readonly PortForward[]): readonly ForwardProto[] {
  const end = configured.findIndex(
    ({ ignore, guestPortRange: [first, last] }) => !ignore || first !== 1 || last !== 65535,
  );
  const leading = end < 0 ? configured : configured.slice(0, end);
  return [...new Set(leading.map(({ proto }) => proto))];
}

/** Where a host address is really bound. */
export interface Binding {
  readonly ip: string;
  readonly port: number;
  /** Only peers of this host's loopback may come in. */
  readonly loopbackOnly: boolean;
}

/** macOS lets everyone bind a port below 1024 on all addresses, but on the loopback only root. */
export function bindingOf(address: Extract<HostAddress, { readonly kind: "port" }>, hostOs: HostOs): Binding {
  const loopbackOnly = hostOs === "darwin" && address.ip === "127.0.0.1" && address.port < 1024;
  return { ip: loopbackOnly ? "0.0.0.0" : address.ip, port: address.port, loopbackOnly };
}

/** The addresses at which the guest itself reaches a listener, the likeliest first. */
export function dialAddresses(ip: string): readonly string[] {
  if (ip === "0.0.0.0") return ["127.0.0.1"];
  // A guest may have IPv6 sockets, but no IPv6 on its loopback.
  return ip === "::" ? ["::1", "127.0.0.1"] : [ip];
}

/** `127.0.0.1:80`, `[::1]:80`. */
export function portText(ip: string, port: number): string {
  return ip.includes(":") ? `[${ip}]:${port}` : `${ip}:${port}`;
}

/** A host address as messages and events show it. */
export function addressText(address: HostAddress): string {
  return address.kind === "socket" ? address.path : portText(address.ip, address.port);
}

/** Ports that the host usually has a service of its own on: DNS, time, multicast names. */
const oftenTaken: Readonly<Record<"tcp" | "udp", readonly number[]>> = { tcp: [53], udp: [53, 323, 5353, 5355] };

/** Whether it is no surprise that a port could not be bound. @param code the system's error code */
export function isNegligible(protocol: "tcp" | "udp", address: HostAddress, code: string | undefined): boolean {
  if (code === "EACCES" || code === "EPERM") return true;
  return address.kind === "port" && oftenTaken[protocol].includes(address.port);
}

/** The value of LIMA_SSH_PORT_FORWARDER as Go reads booleans; undefined when it is none. */
export function parseForwarderChoice(text: string): boolean | undefined {
  if (["1", "t", "T", "TRUE", "true", "True"].includes(text)) return true;
  return ["0", "f", "F", "FALSE", "false", "False"].includes(text) ? false : undefined;
}
