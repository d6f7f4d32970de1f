import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { miniTemplate } from "../support/guests.ts";
import { World } from "../support/limactl.ts";
import { createStopped, said } from "../support/records.ts";

let world: World;
beforeAll(() => {
  world = new World("ordinary");
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

const limit = 60_000;
const file = () => join(world.limaHome, "_config", "networks.yaml");
const stored = () => readFileSync(file(), "utf8");
const quiet = { code: 0, stdout: "", records: [] };

describe("networks", () => {
  test("the first look writes the defaults and lists them", async () => {
    expect(await said(world, ["network", "list"])).toEqual({
      code: 0,
      stdout: [
        "NAME       MODE       GATEWAY             INTERFACE",
        "bridged    bridged    -                   en0",
        "host       host       192.168.106.1/24    -",
        "shared     shared     192.168.105.1/24    -",
        "user-v2    user-v2    192.168.104.1/24    -",
        "",
      ].join("\n"),
      records: [],
    });
    expect(statSync(file()).mode & 0o777).toBe(0o644);
    expect((await said(world, ["network", "ls", "--json", "host", "bridged"])).stdout).toBe(
      '{"name":"host","mode":"host","gateway":"192.168.106.1","dhcpEnd":"192.168.106.254","netmask":"255.255.255.0"}\n' +
        '{"name":"bridged","mode":"bridged","interface":"en0"}\n',
    );
  });

  test("a network is added and removed, and the file's comments stay", async () => {
    const before = stored();
    expect(await said(world, ["network", "create", "foo", "--gateway", "192.168.42.1"])).toEqual(quiet);
    expect(await said(world, ["network", "create", "bar", "--mode=bridged", "--interface", "en1"])).toEqual(quiet);
    expect(stored().split("\n").slice(-8)).toEqual(
      [
        "  foo:",
        "    mode: user-v2",
        "    gateway: 192.168.42.1",
        "    netmask: 255.255.255.0",
        '    interface: ""',
        "  bar:",
        "    mode: bridged",
        "    interface: en1",
      ]
        .concat("")
        .slice(-8),
    );
    for (const comment of before.match(/#.*/g) ?? []) expect(stored()).toContain(comment);
    expect(await said(world, ["network", "list", "bar", "nope", "foo"])).toEqual({
      code: 0,
      stdout:
        "NAME    MODE       GATEWAY            INTERFACE\n" +
        "bar     bridged    -                  en1\n" +
        "foo     user-v2    192.168.42.1/24    -\n",
      records: ["warning: No network matching nope found."],
    });
    expect((await said(world, ["__complete", "network", "delete", ""])).stdout).toBe(
      "bar\nbridged\nfoo\nhost\nshared\nuser-v2\n:4\n",
    );
    expect(await said(world, ["network", "delete", "foo"])).toEqual({
      ...quiet,
      code: 1,
      records: ["fatal: `limactl network delete` currently always requires `--force`"],
    });
    expect(await said(world, ["network", "rm", "-f", "foo", "bar", "nope"])).toEqual(quiet);
    expect(stored().replaceAll('"', "").trim()).toBe(before.replaceAll('"', "").trim());
  });

  test("what is wrong is told and changes nothing", async () => {
    const before = stored();
    expect(await said(world, ["network", "create", "host", "--gateway", "10.0.0.1"])).toEqual({
      ...quiet,
      code: 1,
      records: ["fatal: network `host` already exists"],
    });
    expect(stored()).toBe(before);
    expect((await said(world, ["sudoers"])).records).toEqual([
      "fatal: sudoers command is only supported on macOS right now",
    ]);
  });

  test(
    "two that are created at the same time are both there",
    async () => {
      const names = ["n1", "n2", "n3", "n4"];
      const runs = names.map((name) => said(world, ["network", "create", name, "--gateway", "10.9.0.1/24"]));
      expect(await Promise.all(runs)).toEqual(names.map(() => quiet));
      expect((await said(world, ["network", "list", ...names])).records).toEqual([]);
      await world.ok(["network", "delete", "--force", ...names]);
    },
    limit,
  );

  const withNetwork = (name: string) => `{images: [location: /etc/profile], networks: [lima: ${name}]}`;

  test(
    "an instance may name only networks of the file, and off macOS only those of mode user-v2",
    async () => {
      await world.ok(["network", "create", "mine", "--gateway=10.8.0.1"]);
      await createStopped(world, "one", withNetwork("mine"));
      const refused = async (name: string) =>
        (await said(world, ["create", "--name=two", "-"], { stdin: withNetwork(name) })).records.at(-1);
      expect(await refused("gone")).toContain("network `gone` is not defined");
      expect(await refused("shared")).toContain("field `networks[0].lima` is only supported on macOS right now");
      const status = async () => JSON.parse((await said(world, ["list", "--json", "one"])).stdout);
      expect((await status()).errors ?? []).toEqual([]);
      const before = stored();
      writeFileSync(file(), before.replace("mine:\n    mode: user-v2", "mine:\n    mode: host"));
      expect((await status()).errors[0]).toContain("is only supported on macOS right now");
      writeFileSync(file(), "networks: [");
      expect((await status()).errors[0]).toContain(`cannot parse \`${file()}\`: `);
      writeFileSync(file(), `${before}\nmore: 1\n`);
      const warned = await said(world, ["network", "list", "host"]);
      expect([warned.code, warned.records]).toEqual([
        0,
        [`warning: Non-strict YAML is deprecated and will be unsupported in a future version of Lima: \`${file()}\``],
      ]);
      writeFileSync(file(), before);
    },
    limit,
  );
});

test("a socket of lima.yaml is connected to a NIC of the guest", async () => {
  await using own = new World("ordinary");
  const socket = join(own.root, "n.sock");
  const frame = Promise.withResolvers<Buffer>();
  const network = Bun.listen({ unix: socket, socket: { data: (_peer, bytes) => frame.resolve(Buffer.from(bytes)) } });
  chmodSync(socket, 0o777);
  const entry = `{socket: ${socket}, macAddress: "52:55:55:aa:bb:cc", interface: extra0}`;
  await own.ok(["start", "--tty=false", "--name=n", own.write("n.yaml", miniTemplate(`networks: [${entry}]`))]);
  expect(await own.ok(["shell", "n", "cat", "/sys/class/net/extra0/address"])).toBe("52:55:55:aa:bb:cc\n");
  // Frames come with their length before them; the sender's address follows the receiver's.
  expect((await frame.promise).subarray(4 + 6, 4 + 12).toString("hex")).toBe("525555aabbcc");
  await own.ok(["stop", "-f", "n"]);
  network.stop(true);
}, 600_000);
