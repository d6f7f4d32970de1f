import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { isPublicKey } from "../../src/store/public-key.ts";
import { parseSshVersion, processorHasAes } from "../../src/store/ssh-version.ts";

describe("what ssh says of itself", () => {
  const cases: readonly (readonly [string, readonly [number, number, number], boolean])[] = [
    ["OpenSSH_9.2p1 Debian-2+deb12u3, OpenSSL 3.0.15", [9, 2, 1], true],
    ["OpenSSH_8.1", [8, 1, 0], true],
    ["OpenSSH_for_Windows_9.5p2, LibreSSL 3.8.2", [9, 5, 2], true],
    ["OpenSSH_for_Windows 9.8p1", [9, 8, 1], true],
    ['command-line line 0: Unsupported option "gssapiauthentication"\r\nOpenSSH_10.0p2', [10, 0, 2], false],
    ["dropbear", [0, 0, 0], true],
  ];
  for (const [output, version, gssapi] of cases)
    test(output.slice(0, 40), () => expect(parseSshVersion(true, output)).toEqual({ version, gssapi }));
  test("of an ssh that fails nothing is assumed", () =>
    expect(parseSshVersion(false, "OpenSSH_9.2p1")).toEqual({ version: [0, 0, 0], gssapi: false }));
});

describe("AES instructions", () => {
  const cases = [
    ["x86_64", "model name\t: x\nflags\t\t: fpu aes avx\n", true],
    ["x86_64", "flags\t\t: fpu vaes\n", false],
    ["aarch64", "Features\t: fp asimd aes pmull\n", true],
    ["aarch64", "Features\t: fp asimd\n", false],
    ["s390x", "features\t: esan3 zarch msa ldisp\n", true],
    ["ppc64le", "cpu\t\t: POWER9, altivec supported\n", true],
    ["ppc64le", "cpu\t\t: POWER7 (raw)\n", false],
    ["riscv64", "isa : rv64imafdc\n", false],
    ["x86_64", "", false],
  ] as const;
  for (const [arch, cpuinfo, expected] of cases)
    test(`${arch} ${JSON.stringify(cpuinfo)}: ${expected}`, () =>
      expect(processorHasAes(arch, cpuinfo)).toBe(expected));
});

describe("a public key", () => {
  const good = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ8eTk1uA5mC1mE0A0xxG8u0q0D1rG9yVZ0C3pX0W4Zz";
  const cases: readonly (readonly [string, boolean])[] = [
    [good, true],
    [`${good} me@host with words`, true],
    [`ssh-rsa ${good.split(" ")[1]}`, false],
    [`${good}\n${good}`, false],
    ["ssh-ed25519", false],
    ["ssh-ed25519 !!!!", false],
    ["-----BEGIN CERTIFICATE-----", false],
    ["", false],
  ];
  for (const [text, expected] of cases)
    test(`${JSON.stringify(text.slice(0, 30))}: ${expected}`, () => expect(isPublicKey(text)).toBe(expected));
  test("any text is a key or not", () => {
    fc.assert(fc.property(fc.string(), (text) => expect(typeof isPublicKey(text)).toBe("boolean")));
  });
});
