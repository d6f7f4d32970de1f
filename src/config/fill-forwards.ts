import type { ExpandContext } from "./fill-context.ts";
import { pathsOf } from "./host-path.ts";
import type { CopyToHost, PartialConfig, PortForward } from "./types.ts";

type GivenForward = NonNullable<PartialConfig["portForwards"]>[number];
type GivenCopy = NonNullable<PartialConfig["copyToHost"]>[number];
type Ports = readonly [number, number];

function isSet(range: Ports | undefined): range is Ports {
  return range !== undefined && (range[0] !== 0 || range[1] !== 0);
}

function guestPorts(given: GivenForward): Ports {
  if (isSet(given.guestPortRange)) return given.guestPortRange;
  const port = given.guestPort ?? 0;
  return port === 0 ? [1, 65535] : [port, port];
}

function hostPorts(given: GivenForward, guest: Ports): Ports {
  if (isSet(given.hostPortRange)) return given.hostPortRange;
  if (given.hostSocket) return [0, 0];
  const port = given.hostPort ?? 0;
  return port === 0 ? guest : [port, port];
}

/** Fills one forwarding rule; a relative host socket is below the instance's `sock` directory. */
export function fillForward(given: GivenForward, index: number, context: ExpandContext): PortForward {
  const guestIP = given.guestIP || (given.guestIPMustBeZero === true ? "0.0.0.0" : "127.0.0.1");
  const guestPortRange = guestPorts(given);
  const at = `portForwards[${index}]`;
  const paths = pathsOf(context.host.os);
  const socket = given.hostSocket ? context.expandHost(given.hostSocket, `${at}.hostSocket`) : "";
  return {
    guestIPMustBeZero: given.guestIPMustBeZero ?? guestIP === "0.0.0.0",
    guestIP,
    guestPort: given.guestPort ?? 0,
    guestPortRange,
    guestSocket: given.guestSocket ? context.expandGuest(given.guestSocket, `${at}.guestSocket`) : "",
    hostIP: given.hostIP || "127.0.0.1",
    hostPort: given.hostPort ?? 0,
    hostPortRange: hostPorts(given, guestPortRange),
    hostSocket: socket === "" || paths.isAbsolute(socket) ? socket : paths.join(context.instance.dir, "sock", socket),
    proto: given.proto || "any",
    reverse: given.reverse ?? false,
    ignore: given.ignore ?? false,
    static: given.static ?? false,
  };
}

/** Fills one `copyToHost` entry. */
export function fillCopyToHost(given: GivenCopy, index: number, context: ExpandContext): CopyToHost {
  const at = `copyToHost[${index}]`;
  return {
    guest: context.expandGuest(given.guest ?? "", `${at}.guest`),
    host: context.expandHost(given.host ?? "", `${at}.host`),
    skipIfMissing: given.skipIfMissing ?? false,
    deleteOnStop: given.deleteOnStop ?? false,
  };
}
