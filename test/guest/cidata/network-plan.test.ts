import { expect, test } from "bun:test";
import { guestDns, guestNics, slirpAddresses } from "../../../src/guest/cidata/network-plan.ts";
import { sampleConfig } from "../../support/sample-config.ts";

const network = (name: string, metric = 100) => ({
  lima: name,
  socket: "",
  vzNAT: false,
  macAddress: `52:55:55:00:00:0${name.length}`,
  interface: `lima-${name}`,
  metric,
});

test("the first user-v2 network is the built-in NIC", () => {
  const config = { ...sampleConfig, networks: [network("a"), network("user"), network("shared", 50)] };
  const first = { mac: "52:55:55:aa:bb:cc", name: "eth0", metric: 200 };
  const a = { mac: "52:55:55:00:00:01", name: "lima-a", metric: 100 };
  const shared = { mac: "52:55:55:00:00:06", name: "lima-shared", metric: 50 };
  const user = { mac: "52:55:55:00:00:04", name: "lima-user", metric: 100 };
  expect(guestNics(config, first.mac)).toEqual([first, a, user, shared]);
  expect(guestNics(config, first.mac, { index: 1, subnet: "192.168.104.0" })).toEqual([first, a, shared]);
});

test.each([
  ["qemu", undefined, { gateway: "192.168.5.2", dns: "192.168.5.3", guest: "192.168.5.15" }],
  ["vz", undefined, { gateway: "192.168.5.2", dns: "192.168.5.2", guest: "192.168.5.15" }],
  ["qemu", "192.168.104.0", { gateway: "192.168.104.2", dns: "192.168.104.2", guest: "" }],
  ["qemu", "10.0.255.254", { gateway: "10.1.0.0", dns: "10.1.0.0", guest: "" }],
])("addresses with %s and the subnet %p", (vmType, subnet, addresses) => {
  expect(slirpAddresses(vmType, subnet === undefined ? undefined : { index: 0, subnet })).toEqual(addresses);
});

const ports = { udpPort: 1053, tcpPort: 1054 };
const slirp = slirpAddresses("qemu");
const off = { enabled: false, ipv6: false, hosts: {} };

test.each([
  [
    "the configured servers",
    { ...sampleConfig, dns: ["1.1.1.1"] },
    false,
    { addresses: ["1.1.1.1"], udpPort: 0, tcpPort: 0 },
  ],
  ["the gateway of user-v2", sampleConfig, true, { addresses: ["192.168.5.3"], udpPort: 0, tcpPort: 0 }],
  ["vz's own", { ...sampleConfig, vmType: "vz" }, false, { addresses: ["192.168.5.3"], udpPort: 0, tcpPort: 0 }],
  ["the host agent's server", sampleConfig, false, { addresses: ["192.168.5.3"], ...ports }],
  [
    "the host's servers",
    { ...sampleConfig, hostResolver: off },
    false,
    { addresses: ["9.9.9.9"], udpPort: 0, tcpPort: 0 },
  ],
])("names are asked of %s", (_, config, usernet, dns) => {
  expect(guestDns({ config, slirp, usernet, ...ports, hostServers: ["9.9.9.9"] })).toEqual(dns);
});
