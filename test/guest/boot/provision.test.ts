import { describe, expect, test } from "bun:test";
import { guestShells, Sandbox } from "./sandbox.ts";

const media = "/mnt/lima-cidata";
const index = "00000003";

/** A guest with one entry of `provision.data` or `provision.yq`, and a guest agent that writes down how it was called. */
function guestWith(shell: "bash" | "ash", mode: "data" | "yq", text: string): Sandbox {
  const guest = new Sandbox(shell);
  guest.file(`${media}/provision.${mode}/${index}`, text);
  guest.program("uname", "echo Linux");
  guest.program(`${media}/lima-guestagent`, "echo edited");
  return guest;
}

const yq = (fields: { path: string; format?: string; owner?: string }) => ({
  [`YQ_PROVISION_${index}_PATH`]: fields.path,
  [`YQ_PROVISION_${index}_FORMAT`]: fields.format ?? "auto",
  [`YQ_PROVISION_${index}_OWNER`]: fields.owner ?? "kim:kim",
  [`YQ_PROVISION_${index}_PERMISSIONS`]: "640",
});

const data = (fields: { path: string; overwrite?: boolean; owner?: string }) => ({
  [`DATAFILE_${index}_PATH`]: fields.path,
  [`DATAFILE_${index}_OVERWRITE`]: String(fields.overwrite ?? true),
  [`DATAFILE_${index}_OWNER`]: fields.owner ?? "kim:kim",
  [`DATAFILE_${index}_PERMISSIONS`]: "640",
});

for (const shell of guestShells) {
  describe(`${shell}: a file of provisioning`, () => {
    test("is copied with its directory, which its owner makes", () => {
      using guest = guestWith(shell, "data", "it's $HOME\n");
      const ran = guest.run("util/provision_data.sh", data({ path: "/home/a  *b/c" }), [
        `${media}/provision.data/${index}`,
      ]);
      expect(ran.output).toBe(`Copying ${media}/provision.data/${index} to /home/a  *b/c\n`);
      expect(guest.read("/home/a  *b/c")).toBe("it's $HOME\n");
      expect(guest.calls()).toEqual(["sudo -u kim mkdir -p /home/a  *b", "chown kim:kim /home/a  *b/c"]);
    });

    test("gets a directory of root where its owner may make none", () => {
      using guest = guestWith(shell, "data", "x");
      guest.program("sudo", "exit 1");
      const ran = guest.run("util/provision_data.sh", data({ path: "/opt/a/b" }), [`${media}/provision.data/${index}`]);
      expect(ran.code).toBe(0);
      expect(ran.output).toContain("WARNING: Failed to create /opt/a as kim; creating it as root");
      expect(guest.read("/opt/a/b")).toBe("x");
    });

    test("is kept where it may not be overwritten", () => {
      using guest = guestWith(shell, "data", "new");
      guest.file("/etc/there", "old");
      const keep = data({ path: "/etc/there", overwrite: false });
      expect(guest.run("util/provision_data.sh", keep, [`${media}/provision.data/${index}`]).code).toBe(0);
      expect(guest.read("/etc/there")).toBe("old");
      const missing = data({ path: "/etc/missing", overwrite: false });
      expect(guest.run("util/provision_data.sh", missing, [`${media}/provision.data/${index}`]).code).toBe(0);
      expect(guest.read("/etc/missing")).toBe("new");
    });
  });

  describe(`${shell}: an edit by yq`, () => {
    const edit = (guest: Sandbox, fields: Parameters<typeof yq>[0]) =>
      guest.run("util/provision_yq.sh", yq(fields), [`${media}/provision.yq/${index}`]);

    test.each([
      ["a.csv", "csv"],
      ["a.ini", "ini"],
      ["a.json", "json"],
      ["a.properties", "props"],
      ["a.toml", "toml"],
      ["a.tsv", "tsv"],
      ["a.xml", "xml"],
      ["a.yaml", "yaml"],
      ["a.yml", "yaml"],
      ["a.conf", "yaml"],
    ])("writes a new %s as %s, on behalf of its owner", (name, format) => {
      using guest = guestWith(shell, "yq", ".a = 1");
      const ran = edit(guest, { path: `/etc/new/${name}` });
      expect(ran.code).toBe(0);
      expect(ran.output).toBe(
        name === "a.conf" ? "WARNING: The format of /etc/new/a.conf is not known by its name; using yaml\n" : "",
      );
      expect(guest.read(`/etc/new/${name}`)).toBe("edited\n");
      expect(guest.calls()).toEqual([
        "sudo -u kim mkdir -p /etc/new",
        `lima-guestagent yq --null-input --from-file ${media}/provision.yq/${index} --output-format ${format}`,
        `sudo -u kim tee /etc/new/${name}`,
        `sudo -u kim chown kim:kim /etc/new/${name}`,
        `chown kim:kim /etc/new/${name}`,
        `sudo -u kim chmod 640 /etc/new/${name}`,
      ]);
    });

    test("reads and writes an existing file in one format", () => {
      using guest = guestWith(shell, "yq", ".a = 1");
      guest.file("/etc/there.json", "{}\n");
      expect(edit(guest, { path: "/etc/there.json", format: "ini" }).code).toBe(0);
      expect(guest.read("/etc/there.json")).toBe("edited\n");
      expect(guest.calls()).toContain(
        `lima-guestagent yq --from-file ${media}/provision.yq/${index} --input-format ini --output-format ini /etc/there.json`,
      );
    });

    test("leaves a file alone that its owner may not write, or that yq cannot edit", () => {
      using guest = guestWith(shell, "yq", ".a = 1");
      guest.file("/etc/there.json", "{}\n");
      guest.program(`${media}/lima-guestagent`, "exit 1");
      expect(edit(guest, { path: "/etc/there.json" }).code).toBe(1);
      guest.program(`${media}/lima-guestagent`, "echo edited");
      guest.program("sudo", 'case $3 in test) exit 1 ;; esac; shift 2; "$@"');
      const ran = edit(guest, { path: "/etc/there.json", owner: "1234" });
      expect(ran.code).toBe(1);
      expect(ran.output).toBe("/etc/there.json is not writable by #1234\n");
      expect(guest.read("/etc/there.json")).toBe("{}\n");
    });

    test("fails where the guest has no agent, as in plain mode", () => {
      using guest = new Sandbox(shell);
      const ran = edit(guest, { path: "/etc/there.json" });
      expect(ran.code).toBe(1);
      expect(ran.output).toContain("/etc/there.json cannot be edited");
    });
  });

  test(`${shell}: a dependency that fails is told with its last words, and not with those of the next`, () => {
    using guest = new Sandbox(shell);
    guest.program("uname", "echo Linux");
    const [first, second] = ["provision.dependency/00000000", "provision.dependency/00000001"];
    guest.file("/run/lima-boot-errors", `${first}\n${second}\nboot/Linux/30-install-packages.sh\n`);
    const inner = [
      `Executing ${media}/${first}`,
      "one",
      `WARNING: Failed to execute ${media}/${first}`,
      `Executing ${media}/${second}`,
      "two",
      "three",
      `WARNING: Failed to execute ${media}/${second}`,
    ];
    const log = [
      "LIMA 2026-01-01T00:00:00+00:00| Executing /mnt/lima-cidata/boot/Linux/30-install-packages.sh",
      ...inner,
      "LIMA 2026-01-01T00:00:01+00:00| WARNING: Failed to execute /mnt/lima-cidata/boot/Linux/30-install-packages.sh",
      "LIMA 2026-01-01T00:00:01+00:00| Executing /mnt/lima-cidata/provision.system/00000002",
      "four",
      "",
    ];
    guest.file("/run/lima-boot.log", log.join("\n"));
    expect(guest.run("util/boot_errors.sh").output.split("\n")).toEqual([
      first,
      "\tone",
      second,
      "\ttwo",
      "\tthree",
      "boot/Linux/30-install-packages.sh",
      ...inner.map((line) => `\t${line}`),
      "",
    ]);
  });
}
