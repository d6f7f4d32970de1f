import { describe, expect, test } from "bun:test";
import { decodeNetworks } from "../../src/network/decode-plan.ts";
import { defaultNetworksText } from "../../src/network/default-file.ts";
import type { PathStat } from "../../src/network/secure-path-plan.ts";
import { checkSudoers } from "../../src/network/sudoers-plan.ts";
import { validateNetworksFile } from "../../src/network/validate-plan.ts";
import { asRoot, makeVarRun, sudoersText, vmnetPlan } from "../../src/network/vmnet-plan.ts";

const program = "/opt/socket_vmnet/bin/socket_vmnet";
const defaultText = defaultNetworksText(program);
const networksOf = (text: string) => decodeNetworks(text, "networks.yaml").networks;
const defaults = networksOf(defaultText);

describe("socket_vmnet", () => {
  const common = (name: string) =>
    `${program} --pidfile=/private/var/run/lima/${name}_socket_vmnet.pid --socket-group=admin --vmnet-mode=${name}`;
  const range = (net: number) =>
    `--vmnet-gateway=192.168.${net}.1 --vmnet-dhcp-end=192.168.${net}.254 --vmnet-mask=255.255.255.0`;
  test.each([
    ["shared", `${common("shared")} ${range(105)} /private/var/run/lima/socket_vmnet.shared`],
    ["host", `${common("host")} ${range(106)} /private/var/run/lima/socket_vmnet.host`],
    ["bridged", `${common("bridged")} --vmnet-interface=en0 /private/var/run/lima/socket_vmnet.bridged`],
  ])("%s has its command, socket and pid file", (name, start) => {
    const network = defaults.networks[name];
    if (network === undefined) throw new Error(name);
    const plan = vmnetPlan(name, network, defaults);
    expect(plan.start.join(" ")).toBe(start);
    expect(plan.stop).toEqual(["/usr/bin/pkill", "-F", plan.pidFile]);
    expect(plan.socket).toBe(`/private/var/run/lima/socket_vmnet.${name}`);
  });

  test("root makes its directory without being asked for a password", () => {
    expect(asRoot(makeVarRun(defaults)).join(" ")).toBe(
      "sudo --user root --group wheel --non-interactive /bin/mkdir -m 775 -p /private/var/run/lima",
    );
  });
});

const rule = "%admin ALL=(root:wheel) NOPASSWD:NOSETENV:";

describe("the sudoers text", () => {
  test("allows the directory, and per network its daemon, sorted by name", () => {
    const run = "/private/var/run/lima";
    const daemon = (name: string, options: string) => `
# Manage "${name}" network daemons

${rule} \\
    ${program} --pidfile=${run}/${name}_socket_vmnet.pid --socket-group=admin --vmnet-mode=${name} ${options} ${run}/socket_vmnet.${name}, \\
    /usr/bin/pkill -F ${run}/${name}_socket_vmnet.pid
`;
    const range = (net: number) =>
      `--vmnet-gateway=192.168.${net}.1 --vmnet-dhcp-end=192.168.${net}.254 --vmnet-mask=255.255.255.0`;
    expect(sudoersText(defaults, true)).toBe(
      `${rule} /bin/mkdir -m 775 -p ${run}\n${daemon("bridged", "--vmnet-interface=en0")}${daemon("host", range(106))}${daemon("shared", range(105))}`,
    );
  });

  test("names the networks alone while the daemon is not installed", () => {
    const text = sudoersText(networksOf("group: g\npaths: {varRun: /run}\nnetworks: {b: {mode: host}}"), false);
    expect(text).toBe(
      '%g ALL=(root:wheel) NOPASSWD:NOSETENV: /bin/mkdir -m 775 -p /run\n\n# Manage "b" network daemons\n',
    );
  });

  const facts = { file: "/private/etc/sudoers.d/lima", text: "same\n", passwordProblem: undefined };
  test("a file that holds it passes, and so does none where sudo asks for no password", () => {
    expect(() => checkSudoers(facts, "same\n", "limactl")).not.toThrow();
    expect(() => checkSudoers({ ...facts, text: undefined }, "same\n", "limactl")).not.toThrow();
  });

  const hint =
    '(Hint: run `limactl sudoers >etc_sudoers.d_lima && sudo install -o root etc_sudoers.d_lima "/private/etc/sudoers.d/lima"`)';
  test("another text is out of sync, and a missing file needs sudo without a password", () => {
    expect(() => checkSudoers(facts, "other\n", "limactl")).toThrow(
      `sudoers file \`/private/etc/sudoers.d/lima\` is out of sync and must be regenerated ${hint}`,
    );
    expect(() => checkSudoers({ ...facts, text: undefined, passwordProblem: "E" }, "same\n", "limactl")).toThrow(
      `can't read \`/private/etc/sudoers.d/lima\`: E: ${hint}`,
    );
  });
});

describe("what root is asked to run must be safe", () => {
  const dir: PathStat = { kind: "directory", uid: 0, gid: 0, mode: 0o755 };
  const file: PathStat = { ...dir, kind: "file" };
  const tree: Readonly<Record<string, PathStat>> = {
    "/": dir,
    "/opt": dir,
    "/opt/socket_vmnet": dir,
    "/opt/socket_vmnet/bin": dir,
    [program]: file,
    "/private": dir,
    "/private/var": dir,
    "/private/var/run": { ...dir, gid: 1, mode: 0o775 },
    "/private/etc": dir,
    "/private/etc/sudoers.d": dir,
  };
  const check = (text: string, changes: Readonly<Record<string, PathStat | undefined>> = {}) =>
    validateNetworksFile(networksOf(text), {
      stat: (path) => (path in changes ? changes[path] : tree[path]),
      daemonGroup: 1,
    });

  test("the defaults are, with a directory that is still to be made and no sudoers file", () => {
    expect(() => check(defaultText)).not.toThrow();
  });

  const field = (name: string) => `networks.yaml field \`paths.${name}\` error:`;
  test.each([
    ["group: 'a b'", {}, "invalid group `a b`: identifier `a b` must match"],
    ["paths: {}", {}, "invalid group ``: identifier must not be empty"],
    ['group: g\nnetworks: {"a\\nb": {mode: host}}', {}, 'invalid network name "a\\nb": '],
    ["group: g\nnetworks: {n: {mode: a/b}}", {}, "invalid mode `a/b` for network `n`: "],
    ["group: g\nnetworks: {n: {mode: bridged, interface: ../x}}", {}, "invalid interface `../x` for network `n`: "],
    ["group: g\npaths: {socketVMNet: bin/x}", {}, `${field("socketVMNet")} path \`bin/x\` is not an absolute path`],
    ["group: g\npaths: {varRun: /a b}", {}, `${field("varRun")} path \`/a b\` contains whitespace`],
    [
      defaultText,
      { [program]: undefined },
      `networks.yaml: \`${program}\` (\`paths.socketVMNet\`) has to be installed`,
    ],
    [
      defaultText,
      { "/opt": { ...dir, kind: "symlink" as const } },
      `${field("socketVMNet")} file \`/opt\` is a symlink`,
    ],
    [
      defaultText,
      { [program]: { ...file, uid: 501 } },
      `${field("socketVMNet")} file \`${program}\` is not owned by \`root\` (uid: 0), but by uid 501`,
    ],
    [
      defaultText,
      { "/opt": { ...dir, gid: 80, mode: 0o775 } },
      `${field("socketVMNet")} dir \`/opt\` is group-writable and group is not \`root\` (gid: 0), but is gid: 80`,
    ],
    [
      defaultText,
      { "/private/var": { ...dir, gid: 80, mode: 0o775 } },
      `${field("varRun")} dir \`/private/var\` is group-writable and group is neither \`root\` (gid: 0) nor \`daemon\` (gid: 1), but is gid: 80`,
    ],
    [
      defaultText,
      { "/private/var": { ...dir, mode: 0o750 } },
      `${field("varRun")} dir \`/private/var\` is not executable by the \`daemon\` (gid: 1)" group`,
    ],
    [
      defaultText,
      { "/private/etc": { ...dir, mode: 0o757 }, "/private/etc/sudoers.d/lima": file },
      `${field("sudoers")} dir \`/private/etc\` is world-writable`,
    ],
  ])("%j, %j is not", (text, changes, message) => {
    expect(() => check(text, changes)).toThrow(message);
  });
});
