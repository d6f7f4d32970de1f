import { type Element, element, renderXml } from "./xml.ts";

/** What decides the answers. */
export interface AnswerFacts {
  readonly arch: "x86_64" | "aarch64";
  /** Windows 10 or 11, not Server: its installer's image has a label that begins with `CCCOMA_`. */
  readonly client: boolean;
  readonly legacyBios: boolean;
  readonly tpm: boolean;
  readonly userName: string;
  /** 16 characters; the first logon replaces it. */
  readonly initialPassword: string;
}

const drivers = ["viostor", "vioinput", "NetKVM", "viofs", "Balloon", "viorng"];
const add = 'wcm:action="add"';

/** `autounattend.xml`: Windows Setup asks nobody anything, and the first logon runs `F:\first_logon.ps1`. */
export function answerFile(facts: AnswerFacts): string {
  const unattend =
    'unattend xmlns="urn:schemas-microsoft-com:unattend" xmlns:wcm="http://schemas.microsoft.com/WMIConfig/2002/State"';
  const root = element(unattend, [
    element('settings pass="windowsPE"', [
      component("Microsoft-Windows-International-Core-WinPE", facts, [
        element("SetupUILanguage", [element("UILanguage", "en-US")]),
        ...languages(),
      ]),
      component("Microsoft-Windows-PnpCustomizationsWinPE", facts, [driverPaths(facts)]),
      component("Microsoft-Windows-Setup", facts, setup(facts)),
    ]),
    element('settings pass="specialize"', [
      component("Microsoft-Windows-Shell-Setup", facts, [
        element("ComputerName", "lima"),
        element("TimeZone", "GMT Standard Time"),
      ]),
    ]),
    element('settings pass="oobeSystem"', [
      component("Microsoft-Windows-International-Core", facts, languages()),
      component("Microsoft-Windows-Shell-Setup", facts, firstLogon(facts)),
    ]),
  ]);
  return `<?xml version="1.0" encoding="utf-8"?>\n${renderXml(root)}`;
}

function component(name: string, { arch }: AnswerFacts, content: readonly Element[]): Element {
  const processor = arch === "aarch64" ? "arm64" : "amd64";
  return element(
    `component name="${name}" processorArchitecture="${processor}" publicKeyToken="31bf3856ad364e35" language="neutral" versionScope="nonSxS"`,
    content,
  );
}

function languages(): readonly Element[] {
  return ["InputLocale", "SystemLocale", "UILanguage", "UserLocale"].map((name) => element(name, "en-US"));
}

/** Drivers of the virtio-win medium, which Setup sees as E:. */
function driverPaths({ arch, client }: AnswerFacts): Element {
  const release = client ? "w11" : "2k25";
  const folder = arch === "aarch64" ? "arm64" : "amd64";
  const paths = drivers.map((driver, index) =>
    element(`PathAndCredentials ${add} wcm:keyValue="${index + 1}"`, [
      element("Path", `E:\\${driver}\\${release}\\${folder}`),
    ]),
  );
  return element("DriverPaths", paths);
}

function setup(facts: AnswerFacts): readonly Element[] {
  const checks = skippedChecks(facts);
  const commands = checks.map((command, index) =>
    element(`RunSynchronousCommand ${add}`, [element("Order", String(index + 1)), element("Path", command)]),
  );
  return [
    ...(commands.length === 0 ? [] : [element("RunSynchronous", commands)]),
    element("DiskConfiguration", [disk(facts)]),
    element("ImageInstall", [
      element("OSImage", [
        element("InstallFrom", [
          element(`MetaData ${add}`, [element("Key", "/IMAGE/INDEX"), element("Value", String(imageIndex(facts)))]),
        ]),
        element("InstallTo", [element("DiskID", "0"), element("PartitionID", String(partitions(facts).length))]),
      ]),
    ]),
    element("UserData", [element("AcceptEula", "true")]),
  ];
}

/** Windows 11 refuses machines that it is not sold for. */
function skippedChecks({ client, tpm }: AnswerFacts): readonly string[] {
  if (!client) return [];
  const set = (key: string, name: string) => `reg add HKLM\\SYSTEM\\${key} /v ${name} /t REG_DWORD /d 1 /f`;
  const names = ["SecureBoot", "RAM", "CPU", "Storage", ...(tpm ? [] : ["TPM"])];
  const upgrades = tpm ? [] : [set("Setup\\MoSetup", "AllowUpgradesWithUnsupportedTPMOrCPU")];
  return [...names.map((name) => set("Setup\\LabConfig", `Bypass${name}Check`)), ...upgrades];
}

function imageIndex({ client, arch }: AnswerFacts): number {
  if (!client) return 1;
  return arch === "aarch64" ? 3 : 6;
}

/** A partition; the last has no size and takes the rest. */
interface Partition {
  readonly type: "EFI" | "MSR" | "Primary";
  readonly mebibytes?: number;
  readonly format?: "FAT32" | "NTFS";
  readonly label?: string;
  readonly active?: boolean;
}

function partitions({ legacyBios }: AnswerFacts): readonly Partition[] {
  const windows: Partition = { type: "Primary", format: "NTFS", label: "Windows" };
  if (legacyBios) return [{ type: "Primary", mebibytes: 500, format: "NTFS", label: "BIOS", active: true }, windows];
  return [{ type: "EFI", mebibytes: 100, format: "FAT32", label: "System" }, { type: "MSR", mebibytes: 16 }, windows];
}

function disk(facts: AnswerFacts): Element {
  const list = partitions(facts);
  const create = list.map(({ type, mebibytes }, index) =>
    element(`CreatePartition ${add}`, [
      element("Order", String(index + 1)),
      element("Type", type),
      mebibytes === undefined ? element("Extend", "true") : element("Size", String(mebibytes)),
    ]),
  );
  const modify = list.flatMap(({ format, label, active }, index) => {
    if (format === undefined) return [];
    return [
      element(`ModifyPartition ${add}`, [
        element("Order", String(index + 1)),
        element("PartitionID", String(index + 1)),
        ...(active === true ? [element("Active", "true")] : []),
        element("Format", format),
        element("Label", label ?? ""),
      ]),
    ];
  });
  return element(`Disk ${add}`, [
    element("DiskID", "0"),
    element("WillWipeDisk", "true"),
    element("CreatePartitions", create),
    element("ModifyPartitions", modify),
  ]);
}

function firstLogon({ userName, initialPassword }: AnswerFacts): readonly Element[] {
  const password = element("Password", [element("Value", initialPassword), element("PlainText", "true")]);
  const command = "powershell.exe -NoProfile -ExecutionPolicy Bypass -File F:\\first_logon.ps1";
  return [
    element("OOBE", [
      element("HideEULAPage", "true"),
      element("HideOnlineAccountScreens", "true"),
      element("HideWirelessSetupInOOBE", "true"),
      element("ProtectYourPC", "3"),
    ]),
    element("UserAccounts", [
      element("LocalAccounts", [
        element(`LocalAccount ${add}`, [
          password,
          element("Group", "Administrators"),
          element("DisplayName", userName),
          element("Name", userName),
        ]),
      ]),
    ]),
    element("AutoLogon", [
      password,
      element("Enabled", "true"),
      element("LogonCount", "1"),
      element("Username", userName),
    ]),
    element("FirstLogonCommands", [
      element(`SynchronousCommand ${add}`, [element("Order", "1"), element("CommandLine", command)]),
    ]),
  ];
}
