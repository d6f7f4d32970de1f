import type { HostOs } from "./host.ts";

/** Systems that share a package manager and package names. */
export type PackageFamily =
  | "debian"
  | "fedora"
  | "arch"
  | "suse"
  | "alpine"
  | "macos"
  | "windows"
  | "freebsd"
  | "netbsd";

const linuxFamilies: readonly (readonly [PackageFamily, readonly string[]])[] = [
  ["debian", ["debian", "ubuntu"]],
  ["fedora", ["fedora", "rhel", "centos"]],
  ["arch", ["arch"]],
  ["suse", ["suse", "opensuse"]],
  ["alpine", ["alpine"]],
];

/**
 * The family of a host; undefined for a Linux distribution that is not known.
 * @param osRelease text of /etc/os-release; empty elsewhere
 */
export function packageFamily(os: HostOs, osRelease: string): PackageFamily | undefined {
  switch (os) {
    case "darwin":
      return "macos";
    case "windows":
      return "windows";
    case "freebsd":
    case "dragonfly":
      return "freebsd";
    case "netbsd":
      return "netbsd";
    case "linux": {
      const ids = osReleaseIds(osRelease);
      return linuxFamilies.find(([, names]) => names.some((name) => ids.includes(name)))?.[0];
    }
  }
}

/** `ID` and `ID_LIKE` of os-release(5). */
export function osReleaseIds(text: string): readonly string[] {
  return [...text.matchAll(/^ID(?:_LIKE)?=(.*)$/gm)].flatMap((match) =>
    (match[1] ?? "").replaceAll(/["']/g, "").split(/\s+/),
  );
}

const installers: Readonly<Record<PackageFamily, string>> = {
  debian: "sudo apt-get install",
  fedora: "sudo dnf install",
  arch: "sudo pacman -S",
  suse: "sudo zypper install",
  alpine: "sudo apk add",
  macos: "brew install",
  windows: "winget install",
  freebsd: "pkg install",
  netbsd: "pkgin install",
};

/** The command that installs a package, e.g. ``run `sudo apt-get install rsync` ``. */
export function installCommand(family: PackageFamily, name: string): string {
  return `run \`${installers[family]} ${name}\``;
}
