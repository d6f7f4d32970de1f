import type { Config } from "../../../config/types.ts";
import { UserError } from "../../../lib/errors.ts";
import { quote } from "../../../lib/quote.ts";
import { checkFacts } from "../checks.ts";
import type { GuestMediaFacts } from "../facts.ts";
import type { MediaFile } from "../media.ts";
import { provisionFiles } from "../provision-files.ts";
import { answerFile } from "./answer-file.ts";

/** The volume label of the media from which Windows is set up. */
export const windowsMediaLabel = "autounattend";

export interface WindowsMediaFacts extends Pick<GuestMediaFacts, "instanceName" | "sshPublicKeys" | "bootScripts"> {
  readonly config: Config;
  /** Volume label of the installer's image. */
  readonly installerLabel: string;
  /** 16 random characters; the guest replaces it at its first logon. */
  readonly initialPassword: string;
}

const release = "https://github.com/PowerShell/Win32-OpenSSH/releases/download/10.0.0.0p2-Preview";

/** The sshd that the first logon installs. */
const servers = {
  x86_64: {
    url: `${release}/OpenSSH-Win64-v10.0.0.0.msi`,
    sha256: "ddec9c53864280759cf9f74791cefd387100e3946aa849a1c138a4ed1b96b7d9",
  },
  aarch64: {
    url: `${release}/OpenSSH-ARM64-v10.0.0.0.msi`,
    sha256: "7a17d0e22d004fb47ca4bfd8fef926fa305de4ebf70a6f3c7a29c39aabef0023",
  },
};

/** Decides every file of the media for a Windows guest. @throws UserError when a value cannot be given to it */
export function planWindowsMedia(facts: WindowsMediaFacts): readonly MediaFile[] {
  const { config, sshPublicKeys, installerLabel, initialPassword } = facts;
  checkFacts(facts);
  const { arch } = config;
  if (arch !== "x86_64" && arch !== "aarch64")
    throw new UserError(`a Windows guest cannot have the architecture ${quote(arch)}`);
  const { url, sha256 } = servers[arch];
  const script = (name: string): string => facts.bootScripts[`windows/${name}`] ?? "";
  const settings = { LimaUser: config.user.name, SshUrl: url, SshDigest: sha256 };
  const assignments = Object.entries(settings).map(([name, value]) => `$${name} = ${powershellWord(value)}\r\n`);
  const answers = answerFile({
    arch,
    client: installerLabel.startsWith("CCCOMA_"),
    legacyBios: config.firmware.legacyBIOS,
    tpm: config.tpm,
    userName: config.user.name,
    initialPassword,
  });
  const file = (path: string, content: string): MediaFile => ({ path, mode: 0o644, content });
  return [
    file("autounattend.xml", answers),
    file("first_logon.ps1", assignments.join("") + script("first_logon.ps1")),
    file("install_provision.ps1", script("install_provision.ps1")),
    file("startup_runner.ps1", script("startup_runner.ps1")),
    ...provisionFiles(config),
    file("ssh_authorized_keys", sshPublicKeys.join("\n")),
  ];
}

/** A text in single quotes; PowerShell takes typographic ones for the same. */
function powershellWord(text: string): string {
  return `'${text.replace(/['\u2018-\u201b]/g, "$&$&")}'`;
}
