import { describe, expect, test } from "bun:test";
import { parseGateway, prefixLength } from "../../src/network/cidr.ts";
import { decodeNetworks } from "../../src/network/decode-plan.ts";
import { defaultNetworksText } from "../../src/network/default-file.ts";
import { additionOf, removalOf } from "../../src/network/edit-plan.ts";
import { networkJson, networkRows } from "../../src/network/list-plan.ts";
import { builtinUserNetwork, networkNames } from "../../src/network/networks.ts";
import { planReconciliation } from "../../src/network/reconcile-plan.ts";

const decode = (text: string) => decodeNetworks(text, "/l/_config/networks.yaml");
const defaults = decode(defaultNetworksText("/opt/socket_vmnet/bin/socket_vmnet")).networks;

describe("networks.yaml", () => {
  test("has the default content where nobody wrote another", () => {
    const none = { interface: "", gateway: "", dhcpEnd: "", netmask: "" };
    expect(defaults).toEqual({
      paths: {
        socketVMNet: "/opt/socket_vmnet/bin/socket_vmnet",
        varRun: "/private/var/run/lima",
        sudoers: "/private/etc/sudoers.d/lima",
      },
      group: "admin",
      networks: {
        "user-v2": { ...none, mode: "user-v2", gateway: "192.168.104.1", netmask: "255.255.255.0" },
        shared: {
          ...none,
          mode: "shared",
          gateway: "192.168.105.1",
          dhcpEnd: "192.168.105.254",
          netmask: "255.255.255.0",
        },
        bridged: { ...none, mode: "bridged", interface: "en0" },
        host: { ...none, mode: "host", gateway: "192.168.106.1", dhcpEnd: "192.168.106.254", netmask: "255.255.255.0" },
      },
    });
  });

  test.each([
    ["", ["user-v2"]],
    ["networks:\n", ["user-v2"]],
    ["networks: {user-v2: {mode: user-v2}}", ["user-v2"]],
    ["networks: {mine: {mode: user-v2, gateway: 10.0.0.1}}", ["mine"]],
    ["networks: {b: , a: {mode: shared}}", ["a", "b", "user-v2"]],
  ])("%j has a user-v2 network that works", (text, names) => {
    const { networks } = decode(text);
    expect(networkNames(networks)).toEqual(names);
    if (names.includes("user-v2")) expect(networks.networks["user-v2"]).toEqual(builtinUserNetwork);
  });

  test.each([
    ["networks: [", "cannot parse `/l/_config/networks.yaml`: "],
    ["- a", "cannot parse `/l/_config/networks.yaml`: the file must be a map"],
    [
      "networks: {a: {gateway: x}}",
      "cannot parse `/l/_config/networks.yaml`: field `networks.a.gateway`: invalid IP address: x",
    ],
    ["networks: {a: 1}", "cannot parse `/l/_config/networks.yaml`: field `networks.a` must be a map"],
    ["group: [a]", "cannot parse `/l/_config/networks.yaml`: field `group` must be a string"],
  ])("%j is refused", (text, message) => {
    expect(() => decode(text)).toThrow(message);
  });

  test.each(["groups: a", "paths: {x: y}", "networks: {a: {mod: b}}"])("%j has a key that means nothing", (text) => {
    expect(decode(text).unknownKeys).toBe(true);
  });

  test("keys that mean something are not complained about", () => {
    expect(decode(defaultNetworksText("/x")).unknownKeys).toBe(false);
  });
});

describe("a gateway", () => {
  test.each([
    ["192.168.42.1/24", "192.168.42.1", "255.255.255.0"],
    ["192.168.42.1", "192.168.42.1", "255.255.255.0"],
    ["10.1.2.3/13", "10.1.2.3", "255.248.0.0"],
    ["10.1.2.3/0", "10.1.2.3", "0.0.0.0"],
    ["10.1.2.3/32", "10.1.2.3", "255.255.255.255"],
    ["fd00::1/64", "fd00::1", "ffff:ffff:ffff:ffff::"],
  ])("%s", (text, gateway, netmask) => {
    expect(parseGateway(text)).toEqual({ gateway, netmask });
    expect(prefixLength(netmask)).toBe(Number(text.split("/")[1] ?? 24));
  });

  test.each([
    ["nope", "failed to parse CIDR `nope/24`: invalid CIDR address: nope/24"],
    ["10.0.0.1/33", "failed to parse CIDR `10.0.0.1/33`: invalid CIDR address: 10.0.0.1/33"],
    ["10.0.0.1/2/3", "failed to parse CIDR `10.0.0.1/2/3`: invalid CIDR address: 10.0.0.1/2/3"],
    ["10.0.0/8", "failed to parse CIDR `10.0.0/8`: invalid CIDR address: 10.0.0/8"],
    ["127.0.0.1/8", "invalid IP address: 127.0.0.1"],
    ["0.0.0.0/8", "invalid IP address: 0.0.0.0"],
    ["::1/64", "invalid IP address: ::1"],
  ])("%s is none", (text, message) => {
    expect(() => parseGateway(text)).toThrow(message);
  });

  test("a mask with holes has no length", () => {
    expect(prefixLength("255.0.255.0")).toBeUndefined();
  });
});

describe("edits", () => {
  const wanted = { name: "foo", mode: "user-v2", gateway: "", interface: "" };
  test.each([
    [
      { ...wanted, gateway: "10.0.0.1/8" },
      '.networks."foo" = {"mode":"user-v2","gateway":"10.0.0.1","netmask":"255.0.0.0","interface":""}',
    ],
    [{ ...wanted, mode: "bridged", interface: "en1" }, '.networks."foo" = {"mode":"bridged","interface":"en1"}'],
  ])("%j becomes an expression", (network, expression) => {
    expect(additionOf(network, defaults)).toBe(expression);
  });

  test.each([
    [{ ...wanted, name: "shared" }, "network `shared` already exists"],
    [{ ...wanted, name: "a b", gateway: "10.0.0.1" }, "invalid network name `a b`: identifier `a b` must match"],
    [{ ...wanted, mode: "bridged", gateway: "10.0.0.1" }, "network mode `bridged` does not support specifying gateway"],
    [{ ...wanted, mode: "bridged" }, "network mode `bridged` requires specifying interface"],
    [{ ...wanted, mode: "bridged", interface: "a b" }, "invalid interface `a b` for network `foo`: identifier"],
    [{ ...wanted, mode: "host" }, "network mode `host` requires specifying gateway"],
    [
      { ...wanted, gateway: "10.0.0.1", interface: "en0" },
      "network mode `user-v2` does not support specifying interface",
    ],
    [{ ...wanted, gateway: "127.0.0.1" }, "invalid IP address: 127.0.0.1"],
  ])("%j is refused", (network, message) => {
    expect(() => additionOf(network, defaults)).toThrow(message);
  });

  test("names are removed by their keys", () => {
    expect(removalOf(["a", "b.c"])).toBe('del(.networks."a") | del(.networks."b.c")');
  });
});

test("the list shows what a network does not have as a dash, and an odd mask as it is", () => {
  const { networks } = decode(
    "networks: {a: {mode: host, gateway: 10.0.0.1, netmask: 255.0.255.0}, b: {mode: host, gateway: 10.0.0.1}, c: }",
  );
  expect(networkRows(["c", "b", "a", "user-v2"], networks)).toEqual([
    ["NAME", "MODE", "GATEWAY", "INTERFACE"],
    ["c", "", "-", "-"],
    ["b", "host", "10.0.0.1", "-"],
    ["a", "host", "10.0.0.1/255.0.255.0", "-"],
    ["user-v2", "user-v2", "192.168.104.1/24", "-"],
  ]);
  expect(JSON.stringify(networkJson("x", { ...builtinUserNetwork, interface: "en0", dhcpEnd: "192.168.104.9" }))).toBe(
    '{"name":"x","mode":"user-v2","interface":"en0","gateway":"192.168.104.1","dhcpEnd":"192.168.104.9","netmask":"255.255.255.0"}',
  );
});

describe("daemons follow the instances that run", () => {
  const users = [
    { name: "one", networks: ["user-v2", "shared"] },
    { name: "two", networks: ["user-v2", "gone"] },
  ];
  test.each([
    [{ vanished: false, macOs: true }, ["shared", "user-v2"], ["bridged", "host"]],
    [{ vanished: true, macOs: true }, ["shared", "user-v2"], []],
    [{ vanished: false, macOs: false }, ["user-v2"], []],
  ])("%j", (options, start, stop) => {
    const missing = [{ network: "gone", instance: "two" }];
    expect(planReconciliation(users, defaults, options)).toEqual({ start, stop, missing });
  });

  test("without instances everything stops", () => {
    expect(planReconciliation([], defaults, { vanished: false, macOs: true })).toEqual({
      start: [],
      stop: ["bridged", "host", "shared", "user-v2"],
      missing: [],
    });
  });
});
