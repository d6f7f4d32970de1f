import { afterAll, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { planGuestMedia } from "../../../src/guest/cidata/plan.ts";
import { sampleConfig, sampleMount } from "../../support/sample-config.ts";
import { sampleFacts } from "../sample-facts.ts";

const directory = mkdtempSync(join(tmpdir(), "line-readers-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Reads the files as an image without cloud-init does: line by line, by the rules that alpine-lima's ISO follows. */
const reader = `set -eu
while IFS= read -r line; do export "$line"; done <lima.env
printf 'user %s\\nhome %s\\ncomment %s\\n' "$LIMA_CIDATA_USER" "$LIMA_CIDATA_HOME" "$LIMA_CIDATA_COMMENT"
awk '/^local-hostname:/ { print "hostname " $2 }' meta-data
awk '/^timezone:/ { print "timezone " $2 }' user-data
awk '/ssh[-_]authorized[-_]keys/ { on = 1; next } on && /^$/ { exit } on { print }' user-data |
  sed -e 's/^ *- //' -e 's/^"//' -e 's/"$//' -e 's/\\\\"/"/g' -e 's/^/key /'
awk '/^mounts:/ { on = 1; next } on && !/^- \\[/ { exit } on' user-data |
  sed -e 's/^- \\[//' -e 's/\\]$//' | awk -F ', ' '{ for (i = 1; i <= NF; i++) { gsub(/^"|"$/, "", $i); printf "%s%s", (i > 1 ? "|" : "mount "), $i } print "" }'
awk '/nameservers:/ { on = 1; next } on && /^[^ ]/ { exit } on && /^ *- / { print "dns " $2 }' user-data
awk '/^ca_certs:/ { on = 1; next } on && /^[^ ]/ { exit }
  on && /^  remove_defaults: true/ { print "no default certificates" }
  on && /^  trusted:/ { trusted = 1; next }
  on && trusted && /^  -/ { print "certificate"; next }
  on && trusted && /^    / { sub(/^ */, ""); print "  " $0 }' user-data
awk "/macaddress:/ { gsub(/'/, \\"\\"); mac = \\$2 } /set-name:/ { print \\"nic \\" mac \\" \\" \\$2 }" network-config
`;

function readBy(shell: readonly string[], files: ReturnType<typeof planGuestMedia>["files"]): string {
  const place = mkdtempSync(join(directory, "media-"));
  for (const { path, content } of files)
    if (typeof content === "string" && !path.includes("/")) writeFileSync(join(place, path), content);
  const [command = "", ...args] = shell;
  const { stdout, stderr } = spawnSync(command, args, { cwd: place, input: reader, encoding: "utf8" });
  expect(stderr).toBe("");
  return stdout;
}

for (const shell of [["busybox", "ash"], ["bash"]]) {
  test(`${shell.join(" ")} reads line by line what the files say`, () => {
    const pem = "-----BEGIN CERTIFICATE-----\nAAAA\nBBBB==\n-----END CERTIFICATE-----\n";
    const facts = sampleFacts(
      {
        timezone: "Europe/Berlin",
        mountType: "9p",
        mounts: [sampleMount("/a", "/a b"), sampleMount("/c", "/c", { writable: true })],
        caCerts: { removeDefaults: true, files: [], certs: [pem, pem] },
        dns: ["192.168.5.3", "2606:4700::1111"],
      },
      {
        sshPublicKeys: ['ssh-ed25519 AAAA the "first" key', "ssh-rsa BBBB second"],
        dns: { addresses: ["192.168.5.3", "2606:4700::1111"], udpPort: 0, tcpPort: 0 },
        nics: [
          { mac: "52:55:55:00:00:01", name: "eth0", metric: 200 },
          { mac: "52:55:55:00:00:02", name: "lima0", metric: 100 },
        ],
      },
    );
    const certificate = `certificate\n${pem.trimEnd().replaceAll(/^/gm, "  ")}\n`;
    const options = (access: string, cache: string) =>
      `9p|${access},trans=virtio,version=9p2000.L,msize=131072,cache=${cache},nofail|0|0`;
    const said = readBy(shell, planGuestMedia(facts).files).replaceAll(/mount lima-[0-9a-f]{16}\|/g, "mount TAG|");
    expect(said).toBe(
      [
        "user john",
        "home /home/john.guest",
        "comment John Doe",
        "hostname lima-test-vm-1",
        "timezone Europe/Berlin",
        'key ssh-ed25519 AAAA the "first" key',
        "key ssh-rsa BBBB second",
        `mount TAG|/a b|${options("ro", "fscache")}`,
        `mount TAG|/c|${options("rw", "mmap")}`,
        "dns 192.168.5.3",
        "dns 2606:4700::1111",
        `no default certificates\n${certificate}${certificate.trimEnd()}`,
        "nic 52:55:55:00:00:01 eth0",
        "nic 52:55:55:00:00:02 lima0",
        "",
      ].join("\n"),
    );
  });
}

test("lima.env has no blank line, and each line is a name and a value, whatever the configuration says", () => {
  const text = fc.string({ unit: "binary" }).map((value) => value.replaceAll(/[\0\r\n]/g, "").toWellFormed());
  fc.assert(
    fc.property(text, text, (comment, point) => {
      const mounts = [sampleMount("/x", `/${point}`)];
      const { files } = planGuestMedia(sampleFacts({ user: { ...sampleConfig.user, comment }, mounts }));
      const content = files.find(({ path }) => path === "lima.env")?.content;
      for (const line of String(content).trimEnd().split("\n")) expect(line).toMatch(/^LIMA_CIDATA_[A-Z0-9_]+=/);
    }),
  );
});
