import { describe, expect, test } from "bun:test";
import {
  type CopyFacts,
  commonOptions,
  parseCopyPath,
  rsyncArguments,
  scpArguments,
  withoutForwarding,
} from "../../src/instance/copy-plan.ts";

test.each([
  ["a", false, { kind: "local", path: "a" }],
  ["foo:/etc/x", false, { kind: "remote", instance: "foo", path: "/etc/x" }],
  ["foo:a:b", false, { kind: "remote", instance: "foo", path: "a:b" }],
  ["foo:", false, { kind: "remote", instance: "foo", path: "" }],
  ["C:\\x", true, { kind: "local", path: "C:\\x" }],
  ["C:\\x", false, { kind: "remote", instance: "C", path: "\\x" }],
])("the argument %s", (text, windows, path) => {
  expect(parseCopyPath(text, windows)).toEqual(path as never);
});

const option = (key: string, value: string) => ({ key, value });
const facts = (paths: readonly string[], change: Partial<CopyFacts> = {}): CopyFacts => ({
  paths: paths.map((path) => parseCopyPath(path, false)),
  endpoints: new Map([["foo", { user: "ann", address: "127.0.0.1", port: 60022 }]]),
  ssh: { command: ["/usr/bin/ssh"], version: [9, 2, 1], gssapi: true, aes: true },
  options: [option("IdentityFile", '"/h/_config/user"')],
  recursive: false,
  verbose: false,
  ...change,
});

describe("the arguments of scp", () => {
  test.each([
    [
      "an absolute path of a guest begins with two slashes",
      facts(["foo:/etc/a b", "."]),
      ["-q", "-3", "--", "scp://ann@127.0.0.1:60022//etc/a b", "."],
    ],
    [
      "a relative one is relative to the guest's home, and % is kept",
      facts(["a", "foo:b%41"]),
      ["-q", "-3", "--", "a", "scp://ann@127.0.0.1:60022/b%2541"],
    ],
    [
      "-r and -v are passed on",
      facts(["a", "foo:"], { recursive: true, verbose: true }),
      ["-v", "-r", "-3", "--", "a", "scp://ann@127.0.0.1:60022/"],
    ],
    [
      "an old scp has the port apart",
      facts(["a", "foo:b"], { ssh: { command: ["ssh"], version: [7, 9, 0], gssapi: true, aes: true } }),
      ["-q", "-P", "60022", "-3", "--", "a", "ann@127.0.0.1:b"],
    ],
  ])("%s", (_, input, rest) => {
    expect(scpArguments(input)).toEqual(["-F", "/dev/null", "-o", 'IdentityFile="/h/_config/user"', ...rest]);
  });

  test("an old scp does not copy between instances", () => {
    const { endpoints, ssh } = facts([]);
    const two = new Map([...endpoints, ["bar", { user: "ann", address: "127.0.0.1", port: 60023 }]]);
    const input = facts(["foo:a", "bar:b"], { endpoints: two, ssh: { ...ssh, version: [7, 9, 0] } });
    expect(() => scpArguments(input)).toThrow(
      "more than one (instance) host is involved in this command, this is only supported for openSSH v8.0 or higher",
    );
  });
});

test("several instances share only the options that suit all", () => {
  const options = ["IdentityFile", "Ciphers", "User", "ControlMaster", "ControlPath", "ControlPersist", "ForwardAgent"];
  const list = options.map((key) => option(key, "x"));
  expect(withoutForwarding(commonOptions(list)).map(({ key }) => key)).toEqual(["IdentityFile", "Ciphers"]);
});

describe("the arguments of rsync", () => {
  test("name the remote shell as rsync splits it", () => {
    expect(rsyncArguments({ ...facts(["a", "foo:/x y"]), quoteRemote: false })).toEqual([
      "-a",
      "-q",
      "-e",
      `/usr/bin/ssh -F /dev/null -o 'IdentityFile="/h/_config/user"' -p 60022`,
      "--",
      "a",
      "ann@127.0.0.1:/x y",
    ]);
  });

  test("an old rsync is given remote paths as a shell reads them", () => {
    expect(rsyncArguments({ ...facts(["foo:/x y", "a"]), quoteRemote: true }).slice(-2)).toEqual([
      "ann@127.0.0.1:'/x y'",
      "a",
    ]);
  });

  test("between places of the host need no ssh", () => {
    const input = facts(["a", "b"], { endpoints: new Map(), verbose: true });
    expect(rsyncArguments({ ...input, quoteRemote: false })).toEqual(["-a", "-v", "--progress", "--", "a", "b"]);
  });

  const remote = "ann@127.0.0.1:";
  test.each([
    [
      ["src", "foo:dst"],
      ["src/", `${remote}dst/`],
    ],
    [
      ["src/", "foo:dst"],
      ["src", `${remote}dst/`],
    ],
    [
      ["src", "foo:dst/"],
      ["src", `${remote}dst/`],
    ],
    [
      ["src/", "foo:dst/"],
      ["src", `${remote}dst/`],
    ],
    [
      ["foo:src", "dst"],
      [`${remote}src/`, "dst/"],
    ],
    [
      ["foo:src/", "dst"],
      [`${remote}src/`, "dst/"],
    ],
    [
      ["foo:src", "dst/"],
      [`${remote}src/`, "dst"],
    ],
    [
      ["foo:src/", "dst/"],
      [`${remote}src/`, "dst/"],
    ],
    [
      ["src", "foo:"],
      ["src/", `${remote}./`],
    ],
  ])("of directories have scp's meaning: %j", (paths, expected) => {
    const words = rsyncArguments({ ...facts(paths, { recursive: true }), quoteRemote: false });
    expect(words.slice(-2)).toEqual(expected);
  });
});
