import { describe, expect, test } from "bun:test";
import { digestProblem } from "../../src/config/digest.ts";
import { expandHostPath } from "../../src/config/host-path.ts";
import { checkInstanceName, hostnameOf, identifierProblem } from "../../src/config/identifier.ts";
import { compareLimaVersions, parseLimaVersion } from "../../src/config/lima-version.ts";
import { nearestNames } from "../../src/config/nearest.ts";
import { compareSemver, parseSemver } from "../../src/config/semver.ts";
import { canonicalIp } from "../../src/lib/ip-address.ts";
import { makeHost, windowsHost } from "./fixtures.ts";

describe("identifiers", () => {
  test.each(["a", "default", "ubuntu-24.04", "A_b.c-1", "x".repeat(76)])("%s is one", (name) => {
    expect(identifierProblem(name)).toBeUndefined();
  });

  test.each([
    ["", "identifier must not be empty"],
    ["-a", "must match ^[A-Za-z0-9]+(?:[._-](?:[A-Za-z0-9]+))*$"],
    ["a--b", "must match"],
    ["a.", "must match"],
    ["a/b", "must match"],
    ["a\nb", 'identifier "a\\nb" must match'],
    ["x".repeat(77), "greater than maximum length (76 characters)"],
  ])("%j is none", (name, message) => {
    expect(identifierProblem(name)).toContain(message);
  });

  test("an instance's name must not look like a file's", () => {
    for (const name of ["a.yaml", "a.YML"])
      expect(() => checkInstanceName(name)).toThrow(`instance name \`${name}\` must not end with .yml or .yaml suffix`);
    expect(() => checkInstanceName("a/b")).toThrow(
      "instance name `a/b` is not a valid identifier: identifier `a/b` must",
    );
    checkInstanceName("a.yaml.b");
  });

  test("the host name has neither dots nor underscores", () => {
    expect(hostnameOf("ubuntu-24.04_x")).toBe("lima-ubuntu-24-04-x");
  });
});

describe("Lima versions", () => {
  test.each([
    ["2.2.0", [2, 2, 0]],
    ["v1.0.0-beta.1", [1, 0, 0]],
    ["1.2.3.m", [1, 2, 3]],
    ["2.2.0+limabun.0.1.0", [2, 2, 0]],
  ])("%s", (text, numbers) => {
    expect(parseLimaVersion(text)).toEqual(numbers as [number, number, number]);
  });

  test.each([
    ["", "", 0],
    ["", "1.0.0", -1],
    ["1.0.0", "", 1],
    ["1.0.0", "1.0.0", 0],
    ["0.9.9", "1.0.0", -1],
    ["1.10.0", "1.9.0", 1],
    ["1.0.0-3-gabc", "1.0.0", 1],
    ["0.9.0-3-gabc", "1.0.0", -1],
    ["<unknown>", "99.0.0", 1],
    ["0.1.0", "v1.0.0", 1],
  ])("%j compared with %j", (a, b, order) => {
    expect(Math.sign(compareLimaVersions(a, b))).toBe(order);
  });
});

test.each([
  ["1.0.0", "1.0.0", 0],
  ["1.0.0-rc.1", "1.0.0", -1],
  ["1.0.0-rc.2", "1.0.0-rc.10", -1],
  ["8.2.1", "8.10.0", -1],
])("the versions %s and %s", (a, b, order) => {
  const [left, right] = [parseSemver(a), parseSemver(b)];
  expect(left === undefined || right === undefined ? undefined : Math.sign(compareSemver(left, right))).toBe(order);
});

test.each([
  [`sha256:${"a".repeat(64)}`, undefined],
  [`sha512:${"0".repeat(128)}`, undefined],
  ["sha256", "invalid checksum digest format"],
  [`sha256:${"A".repeat(64)}`, "invalid checksum digest format"],
  ["sha1:aa", "unsupported digest algorithm"],
  ["sha256:aa", "invalid checksum digest length"],
])("the digest %s", (digest, problem) => {
  expect(digestProblem(digest)).toBe(problem as string);
});

test.each([
  ["~", "/home/jane"],
  ["~/x", "/home/jane/x"],
  ["/a/../b/", "/b"],
  ["rel/x", "/here/rel/x"],
])("the host path %s", (path, expanded) => {
  expect(expandHostPath(path, makeHost())).toBe(expanded);
});

test("host paths on Windows", () => {
  expect(expandHostPath("~/x", windowsHost)).toBe("C:\\Users\\jane\\x");
  expect(expandHostPath("x", windowsHost)).toBe("C:\\work\\x");
  expect(() => expandHostPath("~joe", windowsHost)).toThrow("unexpandable path `~joe`");
});

test.each([
  ["192.168.5.2", "192.168.5.2"],
  ["::", "::"],
  ["0:0:0:0:0:0:0:1", "::1"],
  ["2001:DB8::A:0:0:1", "2001:db8::a:0:0:1"],
  ["::ffff:10.0.0.1", "10.0.0.1"],
  ["1.2.3", undefined],
  ["01.2.3.4", undefined],
  ["1::2::3", undefined],
  ["::1%eth0", undefined],
  ["12345::", undefined],
])("the address %s", (text, ip) => {
  expect(canonicalIp(text)).toBe(ip as string);
});

test.each([
  ["doker", ["docker"]],
  ["ubunt", ["ubuntu"]],
  ["rke2", ["experimental/rke2"]],
  ["zzzzzz", []],
])("names like %s", (name, near) => {
  expect(nearestNames(name, ["docker", "ubuntu", "debian", "experimental/rke2"])).toEqual(near);
});
