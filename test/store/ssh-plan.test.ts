import { describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execOutput } from "../../src/lib/exec.ts";
import {
  exitMasterArguments,
  masterArguments,
  optionText,
  type SshPlanInput,
  showSsh,
  sshArguments,
  sshConfigText,
  sshOptions,
  withoutMaster,
} from "../../src/store/ssh-plan.ts";

const input: SshPlanInput = {
  hostOs: "linux",
  program: { command: ["/usr/bin/ssh"], version: [9, 2, 1], gssapi: true, aes: true },
  identityFiles: ["/h/_config/user", "/u/.ssh/id_rsa"],
  user: "ann",
  instanceDirectory: "/h/foo",
  forwardAgent: false,
  forwardX11: false,
  forwardX11Trusted: false,
};
const texts = (change: Partial<SshPlanInput> = {}) => sshOptions({ ...input, ...change }).map(optionText);
const endpoint = { address: "127.0.0.1", port: 60022 };

describe("the options of ssh", () => {
  test("come in their order", () => {
    expect(texts()).toEqual([
      'IdentityFile="/h/_config/user"',
      'IdentityFile="/u/.ssh/id_rsa"',
      "StrictHostKeyChecking=no",
      "UserKnownHostsFile=/dev/null",
      "NoHostAuthenticationForLocalhost=yes",
      "PreferredAuthentications=publickey",
      "Compression=no",
      "BatchMode=yes",
      "IdentitiesOnly=yes",
      "GSSAPIAuthentication=no",
      'Ciphers="^aes128-gcm@openssh.com,aes256-gcm@openssh.com"',
      "User=ann",
      "ControlMaster=auto",
      'ControlPath="/h/foo/ssh.sock"',
      "ControlPersist=yes",
    ]);
  });

  test("forwards follow when they are enabled", () => {
    expect(texts({ forwardAgent: true, forwardX11: true, forwardX11Trusted: true }).slice(-3)).toEqual([
      "ForwardAgent=yes",
      "ForwardX11=yes",
      "ForwardX11Trusted=yes",
    ]);
  });

  const program = (change: Partial<SshPlanInput["program"]>) => texts({ program: { ...input.program, ...change } });
  test("without GSSAPI there is no word of it", () => {
    expect(program({ gssapi: false }).join()).not.toContain("GSSAPI");
  });
  test("without AES instructions chacha comes first", () => {
    expect(program({ aes: false })).toContain('Ciphers="^chacha20-poly1305@openssh.com"');
  });
  for (const [version, expected] of [
    [[8, 1, 0], true],
    [[8, 0, 9], false],
    [[0, 0, 0], false],
    [[10, 0, 0], true],
  ] as const)
    test(`ciphers are ordered: ${version.join(".")} ${expected}`, () =>
      expect(program({ version }).some((text) => text.startsWith("Ciphers"))).toBe(expected));

  test("on Windows paths are in single quotes and ciphers in none", () => {
    const windows = texts({ hostOs: "windows" });
    expect(windows).toContain("IdentityFile='/h/_config/user'");
    expect(windows).toContain("Ciphers=^aes128-gcm@openssh.com,aes256-gcm@openssh.com");
  });

  test("a connection of its own has multiplexing switched off first", () => {
    const own = withoutMaster(sshOptions(input)).map(optionText);
    expect(own.slice(0, 3)).toEqual(["ControlMaster=no", "ControlPath=none", "ControlPersist=no"]);
    expect(own.filter((text) => text.startsWith("Control"))).toHaveLength(3);
  });
});

test("arguments of ssh", () => {
  const options = [{ key: "User", value: "ann" }];
  expect(sshArguments(options)).toEqual(["-F", "/dev/null", "-o", "User=ann"]);
  expect(masterArguments(options, endpoint).slice(4)).toEqual([
    ...["-o", "ServerAliveInterval=15", "-o", "ServerAliveCountMax=20", "-o", "SendEnv=COLORTERM"],
    ...["-p", "60022", "127.0.0.1", "--", "true"],
  ]);
  expect(exitMasterArguments(options, endpoint).slice(4)).toEqual(["-O", "exit", "-p", "60022", "127.0.0.1"]);
});

describe("ssh.config", () => {
  test("names the host and how it is reached", () => {
    const lines = sshConfigText("lima-foo", "foo", sshOptions(input), endpoint, "linux").split("\n");
    expect(lines.slice(0, 3).every((line) => line.startsWith("# "))).toBe(true);
    expect(lines[3]).toBe("Host lima-foo");
    expect(lines[4]).toBe('  IdentityFile "/h/_config/user"');
    expect(lines.slice(-3)).toEqual(["  Hostname 127.0.0.1", "  Port 60022", ""]);
  });

  test("OpenSSH reads it as it was meant", async () => {
    const directory = mkdtempSync(join(tmpdir(), "limabun-sshconfig-"));
    const path = join(directory, "config");
    await Bun.write(path, sshConfigText("lima-foo", "foo", sshOptions(input), endpoint, "linux"));
    const seen = await execOutput(["ssh", "-G", "-F", path, "lima-foo"]);
    rmSync(directory, { recursive: true });
    for (const line of ["user ann", "hostname 127.0.0.1", "port 60022", "controlpath /h/foo/ssh.sock", "batchmode yes"])
      expect(seen.split("\n")).toContain(line);
    expect(seen).toMatch(/^ciphers aes128-gcm@openssh\.com,aes256-gcm@openssh\.com,/m);
  });

  test("on Windows hosts it has no multiplexing", () => {
    expect(sshConfigText("h", "n", sshOptions(input), endpoint, "windows")).not.toContain("Control");
  });

  test("a line break in a value is refused", () => {
    expect(() => sshConfigText("h", "n", [{ key: "User", value: "a\nProxyCommand x" }], endpoint, "linux")).toThrow(
      "line break",
    );
  });
});

test("the formats of show-ssh", () => {
  const options = [
    { key: "IdentityFile", value: '"/a b"' },
    { key: "User", value: "ann" },
  ];
  const args = `-o 'IdentityFile="/a b"' -o User=ann -o Hostname=127.0.0.1 -o Port=60022`;
  expect(showSsh("args", "lima-foo", options, endpoint)).toBe(`${args}\n`);
  expect(showSsh("cmd", "lima-foo", options, endpoint)).toBe(`ssh ${args} lima-foo\n`);
  expect(showSsh("options", "lima-foo", options, endpoint)).toBe(
    'IdentityFile="/a b"\nUser=ann\nHostname=127.0.0.1\nPort=60022\n',
  );
});
