import { expect, test } from "bun:test";
import { XMLParser } from "fast-xml-parser";
import { bootScripts } from "../../../src/assets/boot-scripts.ts";
import type { Config } from "../../../src/config/types.ts";
import { type AnswerFacts, answerFile } from "../../../src/guest/cidata/windows/answer-file.ts";
import { planWindowsMedia } from "../../../src/guest/cidata/windows/plan.ts";
import { sampleConfig } from "../../support/sample-config.ts";
import { sampleScript } from "../sample-facts.ts";

const client: AnswerFacts = {
  arch: "x86_64",
  client: true,
  legacyBios: false,
  tpm: false,
  userName: "kim",
  initialPassword: "a<b>&\"c'defghijk",
};

type Node = { readonly [name: string]: Node & string & readonly (Node & string)[] };

/** The components of an answer file, by pass and name. */
function components(facts: AnswerFacts): Record<string, Node> {
  const parser = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: "@", parseTagValue: false });
  const { unattend } = parser.parse(answerFile(facts)) as { unattend: { settings: Node[] } };
  return Object.fromEntries(
    unattend.settings.flatMap((settings) =>
      [settings.component ?? []].flat().map((component) => [`${settings["@pass"]} ${component["@name"]}`, component]),
    ),
  );
}

const setup = (facts: AnswerFacts) => components(facts)["windowsPE Microsoft-Windows-Setup"];
const commands = (facts: AnswerFacts) =>
  (setup(facts)?.RunSynchronous?.RunSynchronousCommand ?? []).map(({ Path }) => String(Path));

test("Windows 11 skips the checks of the hardware, and those of a TPM where there is none", () => {
  const names = (facts: AnswerFacts) => commands(facts).map((command) => /\/v (\w+)/.exec(command)?.[1]);
  expect(names(client)).toEqual([
    "BypassSecureBootCheck",
    "BypassRAMCheck",
    "BypassCPUCheck",
    "BypassStorageCheck",
    "BypassTPMCheck",
    "AllowUpgradesWithUnsupportedTPMOrCPU",
  ]);
  expect(commands(client)[0]).toBe(
    "reg add HKLM\\SYSTEM\\Setup\\LabConfig /v BypassSecureBootCheck /t REG_DWORD /d 1 /f",
  );
  expect(names({ ...client, tpm: true })).toHaveLength(4);
  expect(setup({ ...client, client: false })?.RunSynchronous).toBeUndefined();
});

test.each<[string, Partial<AnswerFacts>, string]>([
  ["Server", { client: false }, "1"],
  ["Windows 11", {}, "6"],
  ["Windows 11 on arm64", { arch: "aarch64" }, "3"],
])("%s is the image with the number that its installer gives it", (_, facts, index) => {
  const install = setup({ ...client, ...facts })?.ImageInstall?.OSImage;
  expect(String(install?.InstallFrom?.MetaData?.Value)).toBe(index);
  expect(String(install?.InstallTo?.PartitionID)).toBe("3");
});

test("the disk is laid out for the firmware", () => {
  const disk = (facts: AnswerFacts) => setup(facts)?.DiskConfiguration?.Disk;
  const created = (facts: AnswerFacts) =>
    (disk(facts)?.CreatePartitions?.CreatePartition ?? []).map(({ Type, Size, Extend }) =>
      [Type, Size ?? Extend].join(" "),
    );
  const labels = (facts: AnswerFacts) =>
    (disk(facts)?.ModifyPartitions?.ModifyPartition ?? []).map(
      ({ PartitionID, Format, Label }) => `${PartitionID} ${Format} ${Label}`,
    );
  expect(created(client)).toEqual(["EFI 100", "MSR 16", "Primary true"]);
  expect(labels(client)).toEqual(["1 FAT32 System", "3 NTFS Windows"]);
  const legacy = { ...client, legacyBios: true };
  expect(created(legacy)).toEqual(["Primary 500", "Primary true"]);
  expect(labels(legacy)).toEqual(["1 NTFS BIOS", "2 NTFS Windows"]);
  expect(String(setup(legacy)?.ImageInstall?.OSImage?.InstallTo?.PartitionID)).toBe("2");
});

test("drivers are taken from the folder of the release and the processor", () => {
  const paths = (facts: AnswerFacts) => {
    const drivers = components(facts)["windowsPE Microsoft-Windows-PnpCustomizationsWinPE"]?.DriverPaths;
    return (drivers?.PathAndCredentials ?? []).map(({ Path }) => String(Path));
  };
  expect(paths(client)).toEqual(
    ["viostor", "vioinput", "NetKVM", "viofs", "Balloon", "viorng"].map((name) => `E:\\${name}\\w11\\amd64`),
  );
  expect(paths({ ...client, client: false, arch: "aarch64" })[0]).toBe("E:\\viostor\\2k25\\arm64");
});

test("the administrator is the user, logs on once, and that runs the set-up", () => {
  const shell = components(client)["oobeSystem Microsoft-Windows-Shell-Setup"];
  const account = shell?.UserAccounts?.LocalAccounts?.LocalAccount;
  expect(String(account?.Name)).toBe("kim");
  expect(String(account?.Group)).toBe("Administrators");
  expect(String(account?.Password?.Value)).toBe(client.initialPassword);
  expect(String(shell?.AutoLogon?.LogonCount)).toBe("1");
  expect(String(shell?.FirstLogonCommands?.SynchronousCommand?.CommandLine)).toEndWith("-File F:\\first_logon.ps1");
  const specialize = components(client)["specialize Microsoft-Windows-Shell-Setup"];
  expect([specialize?.ComputerName, specialize?.TimeZone].map(String)).toEqual(["lima", "GMT Standard Time"]);
});

const config: Config = {
  ...sampleConfig,
  os: "Windows",
  plain: true,
  user: { ...sampleConfig.user, name: "o'kim", shell: "cmd.exe", home: "/home/kim" },
  provision: [
    sampleScript("system", "Write-Output system"),
    sampleScript("dependency", "Write-Output dependency"),
    { ...sampleScript("data", ""), content: "data", path: "/ignored" },
  ],
};
const facts = {
  config,
  instanceName: "win",
  sshPublicKeys: ["ssh-ed25519 AAAA one", "ssh-ed25519 BBBB two"],
  bootScripts,
  installerLabel: "CCCOMA_X64FRE_EN-US_DV9",
  initialPassword: "abcdefgh12345678",
};

test("the media hold the answers, the scripts, the provisioning and the keys, and nothing of other guests", () => {
  const files = Object.fromEntries(planWindowsMedia(facts).map(({ path, content }) => [path, String(content)]));
  expect(Object.keys(files).sort()).toEqual([
    "autounattend.xml",
    "first_logon.ps1",
    "install_provision.ps1",
    "provision.data/00000002",
    "provision.dependency/00000001",
    "provision.system/00000000",
    "ssh_authorized_keys",
    "startup_runner.ps1",
  ]);
  expect(files.ssh_authorized_keys).toBe("ssh-ed25519 AAAA one\nssh-ed25519 BBBB two");
  expect(files["autounattend.xml"]).toContain("<Value>6</Value>");
  const logon = files["first_logon.ps1"] ?? "";
  expect(logon).toStartWith(
    "$LimaUser = 'o''kim'\r\n$SshUrl = 'https://github.com/PowerShell/Win32-OpenSSH/releases/download/",
  );
  expect(logon).toContain("$SshDigest = 'ddec9c53864280759cf9f74791cefd387100e3946aa849a1c138a4ed1b96b7d9'");
  for (const text of [
    "administrators_authorized_keys",
    "OpenSSH-Server-In-TCP",
    "lima-boot-done.txt",
    "lima-setup.log",
    "password.txt",
  ])
    expect(logon).toContain(text);
  expect(files["install_provision.ps1"]).toContain("TaskPath '\\Lima\\'");
});

test("arm64 gets its own sshd, and another processor is an error", () => {
  const arm = planWindowsMedia({ ...facts, config: { ...config, arch: "aarch64" } });
  const logon = String(arm.find(({ path }) => path === "first_logon.ps1")?.content);
  expect(logon).toContain("OpenSSH-ARM64-v10.0.0.0.msi");
  expect(logon).toContain("7a17d0e22d004fb47ca4bfd8fef926fa305de4ebf70a6f3c7a29c39aabef0023");
  expect(() => planWindowsMedia({ ...facts, config: { ...config, arch: "riscv64" } })).toThrow("riscv64");
});
