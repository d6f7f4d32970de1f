/** Images in a directory per build: the root's index page lists the builds. */
interface BuildDirectories {
  readonly layout: "build directories";
  /** Splits an image's address into `root`, `build` (the directory's name) and `file`. */
  readonly location: RegExp;
  /** The part of the build's name that file names repeat. @default they do not name the build */
  readonly buildInFile?: RegExp;
  /** Names of the checksum list, in the build's directory. */
  readonly checksums: (file: string) => readonly string[];
}

/** Images of all builds in one directory. */
interface OneDirectory {
  readonly layout: "one directory";
  /** Splits an image's address into `directory`, `before`, `build` and `after` (the parts of the file's name). */
  readonly location: RegExp;
  /** The directory whose index page to read. @default the image's own */
  readonly index?: (directory: string) => string;
  /** The directory in which a build should be addressed. @default the image's own */
  readonly home?: (directory: string, build: string) => string;
  /** Names of the checksum list among the directory's; patterns are tried in order. */
  readonly checksums: (file: string) => readonly (string | RegExp)[];
}

/** One page with links to all images, and the digest of each after its link. */
interface OnePage {
  readonly layout: "one page";
  /** Splits an image's address into `before`, `build` and `after`. */
  readonly location: RegExp;
  readonly page: string;
}

export type Distribution = { readonly name: string; readonly templates: RegExp } & (
  | BuildDirectories
  | OneDirectory
  | OnePage
);

/** `.../10.2/...` as `.../10/...`: the directory of the newest point release. */
function majorRelease(directory: string): string {
  return directory.replace(/\/(\d+)\.\d+\//, "/$1/");
}

/** The directory of the point release that begins a build's name: `10.2-20260526.0` is of 10.2. */
function pointRelease(directory: string, build: string): string {
  return directory.replace(/\/\d+\.\d+\//, `/${/^\d+\.\d+/.exec(build)?.[0] ?? ""}/`);
}

/** The distributions whose images are published on index pages that this program can read. */
export const distributions: readonly Distribution[] = [
  {
    name: "almalinux",
    templates: /^almalinux-\d+$/,
    layout: "one directory",
    location:
      /^(?<directory>.*\/)(?<before>AlmaLinux-\d+-GenericCloud-)(?<build>\d+\.\d+-\d{8}(?:\.\d+)?)(?<after>\..+)$/,
    index: majorRelease,
    home: pointRelease,
    checksums: () => ["CHECKSUM"],
  },
  {
    name: "almalinux-kitten",
    templates: /^almalinux-kitten-/,
    layout: "one directory",
    location: /^(?<directory>.*\/)(?<before>AlmaLinux-Kitten-GenericCloud-\d+-)(?<build>\d{8}\.\d+)(?<after>\..+)$/,
    checksums: () => ["CHECKSUM"],
  },
  {
    name: "alpine",
    templates: /^alpine-\d/,
    layout: "one directory",
    location:
      /^(?<directory>.*\/)(?<before>nocloud_alpine-)(?<build>\d+\.\d+\.\d+)(?<after>-\w+-uefi-cloudinit-r\d+\.qcow2)$/,
    checksums: (file) => [`${file}.sha512`],
  },
  {
    name: "archlinux",
    templates: /^archlinux$/,
    layout: "build directories",
    location: /^(?<root>https:\/\/geo\.mirror\.pkgbuild\.com\/images\/)(?<build>v\d{8}\.\d+)\/(?<file>[^/]+)$/,
    buildInFile: /\d{8}\.\d+/,
    checksums: (file) => [`${file}.SHA256`],
  },
  {
    name: "centos-stream",
    templates: /^centos-stream-/,
    layout: "one directory",
    location: /^(?<directory>.*\/)(?<before>CentOS-Stream-GenericCloud-\d+-)(?<build>\d{8}\.\d+)(?<after>\..+)$/,
    checksums: (file) => [`${file}.SHA256SUM`, "CHECKSUM"],
  },
  {
    name: "debian",
    templates: /^debian-/,
    layout: "build directories",
    location: /^(?<root>.*\/)(?<build>\d{8}-\d+)\/(?<file>[^/]+)$/,
    buildInFile: /\d{8}-\d+/,
    checksums: () => ["SHA512SUMS"],
  },
  {
    name: "fedora",
    templates: /^fedora-/,
    layout: "one directory",
    location:
      /^(?<directory>.*\/)(?<before>Fedora-Cloud-Base-Generic-\d+[-.])(?<build>[\d.]+(?:-[0-9a-f]+)?)(?<after>\.\w+\.qcow2)$/,
    checksums: () => [/CHECKSUM$/],
  },
  {
    name: "oraclelinux",
    templates: /^oraclelinux-/,
    layout: "one page",
    location:
      /^(?<before>https:\/\/yum\.oracle\.com\/templates\/OracleLinux\/OL\d+\/u)(?<build>\d+\/\w+\/OL\d+U\d+_\w+-kvm-(?:cloud-)?b\d+)(?<after>\.qcow2)$/,
    page: "https://yum.oracle.com/oracle-linux-templates.html",
  },
  {
    name: "rocky",
    templates: /^rocky-/,
    layout: "one directory",
    location: /^(?<directory>.*\/)(?<before>Rocky-\d+-GenericCloud-Base-)(?<build>\d+\.\d+-\d{8}\.\d+)(?<after>\..+)$/,
    index: majorRelease,
    home: pointRelease,
    checksums: (file) => [`${file}.CHECKSUM`, "CHECKSUM"],
  },
  {
    name: "ubuntu",
    templates: /^ubuntu-/,
    layout: "build directories",
    location: /^(?<root>.*\/)(?<build>release-\d{8}(?:\.\d+)?)\/(?<file>[^/]+)$/,
    checksums: () => ["SHA256SUMS"],
  },
];
