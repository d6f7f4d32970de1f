import { expect, test } from "bun:test";
import fc from "fast-check";
import { parse } from "yaml";
import { cloudConfig } from "../../../src/guest/cidata/cloud-config.ts";
import type { GuestMediaFacts } from "../../../src/guest/cidata/facts.ts";
import { networkConfig } from "../../../src/guest/cidata/network-config.ts";
import { planGuestMedia } from "../../../src/guest/cidata/plan.ts";
import { block, quoted, word } from "../../../src/guest/cidata/yaml-text.ts";
import { sampleConfig, sampleMount } from "../../support/sample-config.ts";
import { sampleFacts, sampleScript } from "../sample-facts.ts";

// cloud-init reads YAML 1.1.
const read = (text: string) => parse(text, { version: "1.1" });
const userData = (...args: Parameters<typeof sampleFacts>) => read(cloudConfig(sampleFacts(...args), "guest"));

/** Printable bytes, what quoting trips over, and any Unicode. */
const value = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.constantFrom(..."\"'\\$`(){}[]!#&*|<>?:-,%@ \t\n\r\0\u0007\u007f\u0085\u2028\ufeff~=;0eyN") }),
  fc.constantFrom(
    "",
    "true",
    "1e3",
    "0o7",
    "null",
    "~",
    "- a",
    "a: b",
    "a #b",
    "$(id)",
    "'",
    '"',
    "\n",
    " x",
    "x ",
    "---",
    "2001-01-01",
    "1:2:3:4:5:6:7:8",
    "fe80::",
    "::ffff:1.2.3.4",
  ),
  fc.ipV6(),
);

test("any text comes back from a quoted scalar, a word and a block", () => {
  fc.assert(
    fc.property(value, (text) => {
      const wellFormed = text.toWellFormed();
      expect(read(`a: ${quoted(text)}`)).toEqual({ a: wellFormed });
      expect(read(`a: ${word(text)}`)).toEqual({ a: wellFormed });
      expect(read(`- ${block(text, 2)}\n- end`)).toEqual([wellFormed, "end"]);
      expect(quoted(text)).not.toContain("\n");
    }),
    { numRuns: 3000 },
  );
});

test("addresses stand without quotes, as readers of lines want them", () => {
  for (const address of ["1.1.1.1", "::1", "2606:4700::1111", "fd00:0:0:0:1:2:3:4"])
    expect(word(address)).toBe(address);
});

test("scripts stay readable: they become block scalars", () => {
  expect(block("#!/bin/sh\n\techo 'a' # \"b\"\n\nend\n", 2)).toBe("|\n  #!/bin/sh\n  \techo 'a' # \"b\"\n\n  end");
});

test("any value of the configuration reaches cloud-init as it is", () => {
  const oneLine = value.map((text) => text.replace(/[\0\r\n]/g, "").toWellFormed());
  fc.assert(
    fc.property(oneLine, oneLine, value, (a, b, script) => {
      const facts = sampleFacts(
        {
          timezone: a,
          mountType: "9p",
          mounts: [sampleMount("/x", `/${b}`)],
          user: { ...sampleConfig.user, name: `u${a}`, home: `/${b}`, shell: `/${a}` },
          provision: [sampleScript("boot", script)],
        },
        { sshPublicKeys: [`k ${b}`], nics: [{ mac: "52:55:55:12:34:56", name: `n${a}`, metric: 1 }] },
      );
      const data = read(cloudConfig(facts, "guest"));
      expect(data.users).toHaveLength(1);
      expect(data.users[0]).toMatchObject({
        name: `u${a}`,
        homedir: `/${b}`,
        shell: `/${a}`,
        "ssh-authorized-keys": [`k ${b}`],
      });
      expect(data.mounts[0][1]).toBe(`/${b}`);
      expect(data.timezone ?? "").toBe(a);
      expect(data.bootcmd[1]).toBe(script.toWellFormed());
      const key = Object.keys(read(networkConfig(facts)).ethernets);
      expect(key).toEqual([`n${a}`]);
    }),
    { numRuns: 300 },
  );
});

test("the user is the only one, with keys, sudo and a locked password", () => {
  expect(userData().users).toEqual([
    {
      name: "john",
      uid: "1001",
      gecos: "John Doe",
      homedir: "/home/john.guest",
      shell: "/bin/bash",
      sudo: "ALL=(ALL) NOPASSWD:ALL",
      lock_passwd: true,
      "ssh-authorized-keys": ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA lima"],
    },
  ]);
});

test.each([
  [
    "sudo with a password",
    { user: { ...sampleConfig.user, passwordlessSudo: false } },
    { sudo: "ALL=(ALL) ALL", lock_passwd: false },
  ],
  ["macOS: shutdown only", { os: "Darwin" as const }, { sudo: "ALL=(ALL) NOPASSWD:/sbin/shutdown -h now" }],
  ["FreeBSD: wheel and doas", { os: "FreeBSD" as const }, { groups: ["wheel"], doas: "permit nopass :wheel" }],
])("%s", (_, config, fields) => {
  expect(userData(config).users[0]).toMatchObject(fields);
});

test.each([
  ["9p, read-only", "9p" as const, false, "ro,trans=virtio,version=9p2000.L,msize=131072,cache=fscache,nofail"],
  ["9p, writable", "9p" as const, true, "rw,trans=virtio,version=9p2000.L,msize=131072,cache=mmap,nofail"],
  ["virtiofs, read-only", "virtiofs" as const, false, "ro,nofail"],
])("mounts: %s", (_, mountType, writable, options) => {
  const { mounts } = userData({ mountType, mounts: [sampleMount("/a", "/a b", { writable })] });
  expect(mounts).toEqual([[expect.stringMatching(/^lima-[0-9a-f]{16}$/), "/a b", mountType, options, "0", "0"]]);
});

test("a mount that holds another's mount point comes before it; the others stay as they are listed", () => {
  const points = ["/a/b/c", "/z", "/a/b/", "/ab", "/a", "/a/d", "/srv"];
  const { mounts } = userData({ mountType: "virtiofs", mounts: points.map((point) => sampleMount("/x", point)) });
  const expected = ["/a", "/a/b/", "/a/b/c", "/z", "/ab", "/a/d", "/srv"];
  expect(mounts.map(([, point]: readonly string[]) => point)).toEqual(expected);
});

test("the host mounts reverse-sshfs itself", () => {
  expect(userData({ mounts: [sampleMount("/a", "/a")] })).not.toHaveProperty("mounts");
});

test("Rosetta's volume comes first, and is not there in plain mode", () => {
  const rosetta = { enabled: true, binfmt: false };
  expect(userData({ plain: true }, { rosetta })).not.toHaveProperty("mounts");
  const data = userData({ mountType: "virtiofs", mounts: [sampleMount("/a", "/a")] }, { rosetta });
  expect(data.mounts[0]).toEqual(["vz-rosetta", "/mnt/lima-rosetta", "virtiofs", "defaults", "0", "0"]);
});

const pem = "-----BEGIN CERTIFICATE-----\r\n  MIIB\r\n\r\n  QUJD  \n-----END CERTIFICATE-----\n";

test("certificates: those of files first, tidied", () => {
  const data = userData(
    { caCerts: { removeDefaults: false, files: ["f"], certs: ["inline\n"] } },
    { caCertificateFiles: [pem] },
  );
  expect(data.ca_certs).toEqual({
    remove_defaults: false,
    trusted: ["-----BEGIN CERTIFICATE-----\nMIIB\nQUJD\n-----END CERTIFICATE-----\n", "inline\n"],
  });
  expect(userData()).not.toHaveProperty("ca_certs");
  expect(userData({ caCerts: { removeDefaults: true, files: [], certs: [] } }).ca_certs).toEqual({
    remove_defaults: true,
  });
});

test("keys that appear only when they are asked for", () => {
  expect(userData()).not.toHaveProperty("timezone");
  expect(userData({ timezone: "Asia/Tokyo" }).timezone).toBe("Asia/Tokyo");
  expect(userData()).not.toHaveProperty("package_upgrade");
  expect(userData({ upgradePackages: true })).toMatchObject({
    package_update: true,
    package_upgrade: true,
    package_reboot_if_required: true,
  });
  expect(userData()).toMatchObject({ manage_resolv_conf: true, resolv_conf: { nameservers: ["192.168.5.3"] } });
  expect(userData({}, { dns: { addresses: [], udpPort: 0, tcpPort: 0 } })).not.toHaveProperty("resolv_conf");
  expect(userData({ os: "FreeBSD" })).toMatchObject({ packages: ["sudo"] });
});

test("the boot script starts at the end of every boot", () => {
  const [file] = userData().write_files;
  expect(file).toMatchObject({
    owner: "root:root",
    path: "/var/lib/cloud/scripts/per-boot/00-lima.boot.sh",
    permissions: "0755",
  });
  expect(file.content).toContain("ro,mode=0700,dmode=0700,overriderockperm,exec,uid=0 /dev/disk/by-label/cidata");
  expect(userData({ os: "FreeBSD" }).write_files.map((entry: { path: string }) => entry.path)).toEqual([
    "/usr/sbin/lima-freebsd-init.sh",
    "/etc/rc.d/lima_freebsd_init",
    "/etc/rc.conf.d/lima_freebsd_init",
  ]);
});

test("NICs are named early, then the scripts of mode boot run with the parameters", () => {
  const nics = [
    { mac: "52:55:55:00:00:01", name: "eth0", metric: 200 },
    { mac: "52:55:55:0A:0b:02", name: "lima0", metric: 100 },
  ];
  const { bootcmd } = userData(
    { param: { B: "it's", A: "1" }, provision: [sampleScript("boot", "echo hi\n")] },
    { nics },
  );
  expect(bootcmd[0]).toEndWith("name_nics '52:55:55:00:00:01=eth0' '52:55:55:0a:0b:02=lima0'\n");
  expect(bootcmd[1]).toBe("export PARAM_A='1'\nexport PARAM_B='it'\\''s'\necho hi\n");
});

test("the copy for reference has nothing that only this machine needs", () => {
  const facts = sampleFacts(
    { mountType: "9p", mounts: [sampleMount("/a", "/a")] },
    { rosetta: { enabled: true, binfmt: true } },
  );
  const data = read(planGuestMedia(facts).cloudConfig);
  expect(Object.keys(data).sort()).toEqual(["bootcmd", "growpart", "users"]);
});

test("network-config gives every NIC its name, and eth0 the name servers", () => {
  const nics = [
    { mac: "52:55:55:00:00:01", name: "eth0", metric: 200 },
    { mac: "52:55:55:00:00:02", name: "lima0", metric: 100 },
  ];
  const facts: GuestMediaFacts = sampleFacts({ param: { internal_netplanOptional: "true" } }, { nics });
  const common = { dhcp4: true, "dhcp-identifier": "mac", optional: true };
  expect(read(networkConfig(facts))).toEqual({
    version: 2,
    ethernets: {
      eth0: {
        ...common,
        match: { macaddress: "52:55:55:00:00:01" },
        "set-name": "eth0",
        "dhcp4-overrides": { "route-metric": 200 },
        nameservers: { addresses: ["192.168.5.3"] },
      },
      lima0: {
        ...common,
        match: { macaddress: "52:55:55:00:00:02" },
        "set-name": "lima0",
        "dhcp4-overrides": { "route-metric": 100 },
      },
    },
  });
  expect(networkConfig(sampleFacts())).not.toContain("optional");
});

test("images without cloud-init can read the files line by line", () => {
  const facts = sampleFacts({ timezone: "Europe/Berlin", mountType: "9p", mounts: [sampleMount("/a", "/a b")] });
  const data = cloudConfig(facts, "guest");
  expect(data).toStartWith("#cloud-config\n");
  expect(data).toMatch(/^timezone: Europe\/Berlin$/m);
  expect(data).toMatch(/^mounts:\n- \[lima-[0-9a-f]+, "\/a b", 9p, "[^"]+", "0", "0"\]\n\n/m);
  expect(data).toMatch(/ssh-authorized-keys:\n {6}- "ssh-ed25519 [^"]+"\n\n/);
  expect(data).toMatch(/^ {2}nameservers:\n {2}- 192\.168\.5\.3\n\S|^ {2}nameservers:\n {2}- 192\.168\.5\.3\n\n/m);
  expect(networkConfig(facts)).toMatch(/macaddress: '52:55:55:12:34:56'\n(?:.*\n)* +set-name: eth0\n/);
});
