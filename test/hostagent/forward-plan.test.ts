import { describe, expect, test } from "bun:test";
import type { PortForward } from "../../src/config/types.ts";
import {
  addressText,
  bindingOf,
  decide,
  dialAddresses,
  forwardRules,
  isNegligible,
  parseForwarderChoice,
  portText,
  silencedProtocols,
  socketForwards,
  staticForwards,
} from "../../src/hostagent/forward-plan.ts";

const sshLocalPort = 60022;

/** A rule as filling leaves it. */
function rule(given: Partial<PortForward>): PortForward {
  const guestIP = given.guestIP ?? (given.guestIPMustBeZero === true ? "0.0.0.0" : "127.0.0.1");
  const guestPort = given.guestPort ?? 0;
  const guestPortRange = given.guestPortRange ?? (guestPort === 0 ? [1, 65535] : [guestPort, guestPort]);
  const hostPort = given.hostPort ?? 0;
  const hostPortRange = given.hostSocket ? ([0, 0] as const) : hostPort === 0 ? guestPortRange : [hostPort, hostPort];
  return {
    guestIPMustBeZero: guestIP === "0.0.0.0",
    guestIP,
    guestPort,
    guestPortRange: guestPortRange as readonly [number, number],
    guestSocket: "",
    hostIP: "127.0.0.1",
    hostPort,
    hostPortRange: hostPortRange as readonly [number, number],
    hostSocket: "",
    proto: "any",
    reverse: false,
    ignore: false,
    static: false,
    ...given,
  };
}

/** The verdict in words: the host's address, or why there is none. */
function verdict(rules: readonly PortForward[], listener: string): string {
  const [, protocol, ip = "", port] = /^(tcp|udp) (.*) (\d+)$/.exec(listener) ?? [];
  const found = decide(forwardRules(rules, sshLocalPort), {
    protocol: protocol === "udp" ? "udp" : "tcp",
    ip,
    port: Number(port),
  });
  if (found.kind === "ignore") return `no: ${found.reason}`;
  return `${found.isStatic ? "static " : ""}${addressText(found.to)}`;
}

const rules = {
  none: [],
  blockOneAddress: [rule({ guestIP: "127.0.0.2", guestPortRange: [3000, 3009], ignore: true })],
  blockAll: [rule({ guestIP: "0.0.0.0", guestIPMustBeZero: false, guestPortRange: [4000, 4009], ignore: true })],
  sixToAll: [rule({ guestIP: "::1", guestPort: 4010, hostIP: "::" })],
  zeroOnly: [
    rule({ guestIPMustBeZero: true, guestPortRange: [4040, 4049] }),
    rule({ guestIP: "0.0.0.0", guestIPMustBeZero: false, guestPortRange: [4040, 4049], ignore: true }),
  ],
  any: [rule({ guestIP: "0.0.0.0", guestIPMustBeZero: false, guestPort: 5000, hostIP: "0.0.0.0" })],
  anySix: [rule({ guestIP: "::", guestPort: 5001 })],
  long: [rule({ guestIP: "0:0:0:0:0:0:0:1", guestPort: 5002, hostPort: 5003 })],
  lan: [rule({ guestIP: "192.168.5.15", guestPort: 8080, hostPort: 18080 })],
  moved: [rule({ guestPortRange: [9000, 9009], hostPortRange: [19000, 19009] })],
  socket: [rule({ guestPort: 9100, hostSocket: "/i/sock/web.sock" })],
  udp: [rule({ guestPort: 53, hostPort: 5353, proto: "udp" }), rule({ guestPort: 53, ignore: true })],
  tcp: [rule({ guestPort: 8000, proto: "tcp", hostPort: 18000 })],
  guestSocket: [rule({ guestSocket: "/run/x.sock", hostSocket: "/i/x.sock" })],
  fixed: [rule({ guestPort: 7000, hostPort: 17000, static: true })],
  fixedUdp: [rule({ guestPort: 7001, hostPort: 17001, static: true, proto: "udp" })],
  fixedWide: [rule({ static: true, proto: "tcp" })],
  firstWins: [rule({ guestPort: 6000, hostPort: 16000 }), rule({ guestPort: 6000, hostPort: 26000 })],
  nothing: [rule({ ignore: true })],
  nothingAnywhere: [rule({ guestIP: "0.0.0.0", guestIPMustBeZero: false, ignore: true })],
  noTcp: [rule({ guestIP: "0.0.0.0", guestIPMustBeZero: false, ignore: true, proto: "tcp" })],
  sshTo: [rule({ guestPort: 22, hostPort: 2222 })],
} satisfies Readonly<Record<string, readonly PortForward[]>>;

const table: readonly (readonly [keyof typeof rules, string, string])[] = [
  ["none", "tcp 127.0.0.1 80", "127.0.0.1:80"],
  ["none", "tcp 0.0.0.0 80", "127.0.0.1:80"],
  ["none", "tcp :: 80", "127.0.0.1:80"],
  ["none", "tcp ::1 80", "127.0.0.1:80"],
  ["none", "udp 127.0.0.1 80", "127.0.0.1:80"],
  ["none", "udp 0.0.0.0 80", "127.0.0.1:80"],
  ["none", "udp :: 80", "127.0.0.1:80"],
  ["none", "tcp 127.0.0.1 1", "127.0.0.1:1"],
  ["none", "tcp 127.0.0.1 65535", "127.0.0.1:65535"],
  ["none", "tcp 192.168.5.15 80", "no: no rule forwards 192.168.5.15"],
  ["none", "tcp 127.0.0.53 53", "no: no rule forwards 127.0.0.53"],
  ["none", "udp fe80::1 546", "no: no rule forwards fe80::1"],
  ["none", "tcp ::ffff:127.0.0.1 80", "127.0.0.1:80"],
  ["none", "tcp 0.0.0.0 22", "no: the port of ssh"],
  ["none", "tcp :: 22", "no: the port of ssh"],
  ["none", "tcp 127.0.0.1 22", "no: the port of ssh"],
  ["none", "tcp 192.168.5.15 22", "no: the port of ssh"],
  ["none", "tcp 127.0.0.1 60022", "no: the port of ssh"],
  ["none", "udp 0.0.0.0 60022", "no: the port of ssh"],
  ["sshTo", "tcp 0.0.0.0 22", "no: the port of ssh"],
  ["blockOneAddress", "tcp 127.0.0.2 3000", "no: portForwards[0] ignores it"],
  ["blockOneAddress", "tcp 127.0.0.2 3009", "no: portForwards[0] ignores it"],
  ["blockOneAddress", "tcp 127.0.0.2 3010", "no: no rule forwards 127.0.0.2"],
  ["blockOneAddress", "tcp 0.0.0.0 3002", "127.0.0.1:3002"],
  ["blockOneAddress", "tcp :: 3002", "127.0.0.1:3002"],
  ["blockOneAddress", "tcp 127.0.0.1 3002", "127.0.0.1:3002"],
  ["blockAll", "tcp 127.0.0.1 4000", "no: portForwards[0] ignores it"],
  ["blockAll", "tcp 0.0.0.0 4001", "no: portForwards[0] ignores it"],
  ["blockAll", "udp :: 4002", "no: portForwards[0] ignores it"],
  ["blockAll", "tcp ::1 4003", "no: portForwards[0] ignores it"],
  ["blockAll", "tcp 192.168.5.15 4004", "no: portForwards[0] ignores it"],
  ["blockAll", "tcp 127.0.0.1 4010", "127.0.0.1:4010"],
  ["sixToAll", "tcp ::1 4010", "[::]:4010"],
  ["sixToAll", "tcp :: 4010", "[::]:4010"],
  ["sixToAll", "tcp 0.0.0.0 4010", "[::]:4010"],
  ["sixToAll", "tcp 127.0.0.1 4010", "127.0.0.1:4010"],
  ["zeroOnly", "tcp 0.0.0.0 4040", "127.0.0.1:4040"],
  ["zeroOnly", "tcp :: 4041", "127.0.0.1:4041"],
  ["zeroOnly", "tcp 127.0.0.1 4042", "no: portForwards[1] ignores it"],
  ["zeroOnly", "tcp ::1 4043", "no: portForwards[1] ignores it"],
  ["zeroOnly", "udp 192.168.5.15 4044", "no: portForwards[1] ignores it"],
  ["zeroOnly", "tcp 127.0.0.1 4050", "127.0.0.1:4050"],
  ["any", "tcp 192.168.5.15 5000", "0.0.0.0:5000"],
  ["any", "tcp 127.0.0.1 5000", "0.0.0.0:5000"],
  ["any", "tcp fe80::1 5000", "0.0.0.0:5000"],
  ["any", "udp 0.0.0.0 5000", "0.0.0.0:5000"],
  ["anySix", "tcp 10.0.0.1 5001", "127.0.0.1:5001"],
  ["anySix", "tcp fe80::1 5001", "127.0.0.1:5001"],
  ["anySix", "tcp 127.0.0.1 5001", "127.0.0.1:5001"],
  ["long", "tcp ::1 5002", "127.0.0.1:5003"],
  ["lan", "tcp 192.168.5.15 8080", "127.0.0.1:18080"],
  ["lan", "tcp 0.0.0.0 8080", "127.0.0.1:18080"],
  ["lan", "tcp 127.0.0.1 8080", "127.0.0.1:8080"],
  ["lan", "tcp 192.168.5.16 8080", "no: no rule forwards 192.168.5.16"],
  ["moved", "tcp 127.0.0.1 9000", "127.0.0.1:19000"],
  ["moved", "tcp 0.0.0.0 9009", "127.0.0.1:19009"],
  ["moved", "tcp ::1 9004", "127.0.0.1:19004"],
  ["moved", "udp 127.0.0.1 9004", "127.0.0.1:19004"],
  ["moved", "tcp 127.0.0.1 9010", "127.0.0.1:9010"],
  ["socket", "tcp 127.0.0.1 9100", "/i/sock/web.sock"],
  ["socket", "tcp 127.0.0.1 9101", "127.0.0.1:9101"],
  ["udp", "udp 127.0.0.1 53", "127.0.0.1:5353"],
  ["udp", "tcp 127.0.0.1 53", "no: portForwards[1] ignores it"],
  ["udp", "tcp 0.0.0.0 53", "127.0.0.1:53"],
  ["tcp", "tcp 127.0.0.1 8000", "127.0.0.1:18000"],
  ["tcp", "udp 127.0.0.1 8000", "127.0.0.1:8000"],
  ["guestSocket", "tcp 127.0.0.1 80", "127.0.0.1:80"],
  ["fixed", "tcp 127.0.0.1 7000", "static 127.0.0.1:17000"],
  ["fixed", "tcp 0.0.0.0 7000", "static 127.0.0.1:17000"],
  ["fixed", "udp 127.0.0.1 7000", "127.0.0.1:17000"],
  ["fixed", "tcp 192.168.5.15 7000", "no: no rule forwards 192.168.5.15"],
  ["fixed", "tcp 127.0.0.1 7002", "127.0.0.1:7002"],
  ["fixedUdp", "udp 127.0.0.1 7001", "127.0.0.1:17001"],
  ["fixedUdp", "tcp 127.0.0.1 7001", "127.0.0.1:7001"],
  ["fixedWide", "tcp 127.0.0.1 7001", "127.0.0.1:7001"],
  ["firstWins", "tcp 127.0.0.1 6000", "127.0.0.1:16000"],
  ["nothing", "tcp 127.0.0.1 80", "no: portForwards[0] ignores it"],
  ["nothing", "tcp 0.0.0.0 80", "127.0.0.1:80"],
  ["nothingAnywhere", "tcp 0.0.0.0 80", "no: portForwards[0] ignores it"],
  ["nothingAnywhere", "udp :: 80", "no: portForwards[0] ignores it"],
  ["noTcp", "tcp 127.0.0.1 80", "no: portForwards[0] ignores it"],
  ["noTcp", "udp 127.0.0.1 80", "127.0.0.1:80"],
];

describe("a listener of the guest under the rules", () => {
  test.each(table as unknown as (readonly [keyof typeof rules, string, string])[])(
    "%s: %s goes to %s",
    (name, listener, expected) => {
      expect(verdict(rules[name], listener)).toBe(expected);
    },
  );
});

describe("static forwards", () => {
  const shown = (...configured: PortForward[]) =>
    staticForwards(forwardRules(configured, sshLocalPort)).forwards.map(
      ({ from, to }) => `${portText(from.ip, from.port)} ${addressText(to)}`,
    );

  test.each([
    ["a port", [rule({ guestPort: 80, hostPort: 8080, static: true })], ["127.0.0.1:80 127.0.0.1:8080"]],
    [
      "each port of a range",
      [rule({ guestPortRange: [80, 82], hostPortRange: [90, 92], static: true })],
      ["127.0.0.1:80 127.0.0.1:90", "127.0.0.1:81 127.0.0.1:91", "127.0.0.1:82 127.0.0.1:92"],
    ],
    ["not UDP", [rule({ guestPort: 80, static: true, proto: "udp" })], []],
    ["not what is not static", [rule({ guestPort: 80 })], []],
    ["not ssh", [rule({ guestPort: 22, hostPort: 2222, static: true })], []],
    [
      "not what an earlier rule ignores",
      [rule({ guestPort: 80, ignore: true }), rule({ guestPortRange: [80, 81], static: true })],
      ["127.0.0.1:81 127.0.0.1:81"],
    ],
    ["a port to a socket", [rule({ guestPort: 80, hostSocket: "/i/s", static: true })], ["127.0.0.1:80 /i/s"]],
    [
      "a host address once",
      [80, 80].map((guestPort) => rule({ guestPort, static: true })),
      ["127.0.0.1:80 127.0.0.1:80"],
    ],
    ["no socket of the guest", [rule({ guestSocket: "/g", hostSocket: "/i/s", static: true })], []],
  ] as [string, PortForward[], string[]][])("take %s", (_name, configured, expected) => {
    expect(shown(...configured)).toEqual(expected);
  });

  test("are refused for every port there is", () => {
    expect(staticForwards(forwardRules([rule({ static: true })], sshLocalPort))).toEqual({
      forwards: [],
      tooWide: ["portForwards[0]"],
    });
  });
});

test("sockets of the guest go to a socket or a port of the host, or the other way round", () => {
  const configured = [
    rule({ guestPort: 80 }),
    rule({ guestSocket: "/g/a", hostSocket: "/h/a" }),
    rule({ guestSocket: "/g/b", hostPort: 8080, guestPortRange: [1, 1] }),
    rule({ guestSocket: "/g/c", hostSocket: "/h/c", reverse: true, static: true }),
  ];
  const shown = (plain: boolean) =>
    socketForwards(configured, plain).map(({ guestSocket, host, reverse }) => [
      guestSocket,
      addressText(host),
      reverse,
    ]);
  expect(shown(false)).toEqual([
    ["/g/a", "/h/a", false],
    ["/g/b", "127.0.0.1:8080", false],
    ["/g/c", "/h/c", true],
  ]);
  // in plain mode only what is static
  expect(shown(true)).toEqual([["/g/c", "/h/c", true]]);
});

test.each([
  [[rule({ ignore: true })], ["any"]],
  [
    [rule({ ignore: true, proto: "tcp" }), rule({ ignore: true, proto: "udp" })],
    ["tcp", "udp"],
  ],
  [[rule({ ignore: true }), rule({ ignore: true })], ["any"]],
  [[rule({ ignore: true, guestPortRange: [1, 1000] }), rule({ ignore: true })], []],
  [[rule({ guestPort: 80 }), rule({ ignore: true })], []],
  [[], []],
] as [PortForward[], string[]][])(
  "leading rules that ignore every port silence their protocol (%#)",
  (configured, expected) => {
    expect(silencedProtocols(configured) as readonly string[]).toEqual(expected);
  },
);

test("macOS binds low ports of the loopback on all addresses, for peers of the loopback alone", () => {
  const low = { kind: "port", ip: "127.0.0.1", port: 80 } as const;
  expect(bindingOf(low, "darwin")).toEqual({ ip: "0.0.0.0", port: 80, loopbackOnly: true });
  expect(bindingOf(low, "linux")).toEqual({ ip: "127.0.0.1", port: 80, loopbackOnly: false });
  expect(bindingOf({ ...low, port: 1024 }, "darwin")).toEqual({ ip: "127.0.0.1", port: 1024, loopbackOnly: false });
  expect(bindingOf({ ...low, ip: "0.0.0.0" }, "darwin")).toEqual({ ip: "0.0.0.0", port: 80, loopbackOnly: false });
});

test("the guest's loopback reaches what listens everywhere", () => {
  expect(dialAddresses("0.0.0.0")).toEqual(["127.0.0.1"]);
  expect(dialAddresses("::")).toEqual(["::1", "127.0.0.1"]);
  expect(dialAddresses("192.168.5.15")).toEqual(["192.168.5.15"]);
});

test.each([
  ["tcp", 53, "EADDRINUSE", true],
  ["udp", 5353, "EADDRINUSE", true],
  ["tcp", 5353, "EADDRINUSE", false],
  ["tcp", 80, "EACCES", true],
  ["tcp", 8080, "EADDRINUSE", false],
] as const)("%s port %d that fails with %s is negligible: %p", (protocol, port, code, expected) => {
  expect(isNegligible(protocol, { kind: "port", ip: "127.0.0.1", port }, code)).toBe(expected);
});

test("LIMA_SSH_PORT_FORWARDER is read as Go reads booleans", () => {
  expect(["1", "t", "True", "0", "F", "false", "yes", ""].map(parseForwarderChoice)).toEqual([
    true,
    true,
    true,
    false,
    false,
    false,
    undefined,
    undefined,
  ]);
});
