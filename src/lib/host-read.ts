import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Arch, Host, HostOs, HostUser } from "./host.ts";

const systems: Readonly<Record<string, HostOs>> = {
  linux: "linux",
  darwin: "darwin",
  win32: "windows",
  freebsd: "freebsd",
};

const architectures: Readonly<Record<string, Arch>> = {
  x64: "x86_64",
  arm64: "aarch64",
  arm: "armv7l",
  ppc64: "ppc64le",
  riscv64: "riscv64",
  s390x: "s390x",
};

/** Loaded when something of it is asked for, which completion, for one, does not. */
function systemCalls(): typeof import("node:os") {
  return import.meta.require("node:os");
}

/** A value that is made when it is first asked for. */
function lazily<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** Reads the cheap facts about this machine and this run. Called once, by whoever starts a command. */
export function readHost(): Host {
  const os = systems[process.platform] ?? "linux";
  const osVersion = lazily(() => readOsVersion(os));
  const user = lazily(() => readUser(os));
  return {
    os,
    arch: architectures[process.arch] ?? "x86_64",
    get osVersion() {
      return osVersion();
    },
    get cpus() {
      return navigator.hardwareConcurrency;
    },
    get memoryBytes() {
      return readMemory(os);
    },
    home: (os === "windows" ? process.env.USERPROFILE : process.env.HOME) ?? "",
    get user() {
      return user();
    },
    env: { ...process.env },
    cwd: readWorkingDirectory(),
    self: readSelf(),
    now: new Date(),
  };
}

/** The working directory; `PWD` where it was removed under us. */
function readWorkingDirectory(): string {
  try {
    return process.cwd();
  } catch {
    return process.env.PWD ?? "/";
  }
}

function readOsVersion(os: HostOs): string {
  if (os === "darwin") {
    const plist = readText("/System/Library/CoreServices/SystemVersion.plist");
    return /<key>ProductVersion<\/key>\s*<string>([\d.]+)<\/string>/.exec(plist)?.[1] ?? "";
  }
  return /^\d+(?:\.\d+)*/.exec(systemCalls().release())?.[0] ?? "";
}

/** Linux tells the size of its memory without `node:os`, which takes longer to load than the rest of the host to read. */
function readMemory(os: HostOs): number {
  const kib = os === "linux" ? /^MemTotal: +(\d+) kB$/m.exec(readText("/proc/meminfo"))?.[1] : undefined;
  return kib === undefined ? systemCalls().totalmem() : Number(kib) * 1024;
}

/** The text of a small system file; empty when it cannot be read. */
function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

/** One entry of a passwd file by user id; the full name is the GECOS field up to its first comma. */
export function findPasswdUser(passwd: string, uid: number): HostUser | undefined {
  for (const line of passwd.split("\n")) {
    const [name, , id, gid, gecos = ""] = line.split(":");
    if (name !== undefined && name !== "" && id === String(uid)) {
      return { name, comment: gecos.split(",")[0] ?? "", uid, gid: Number(gid) };
    }
  }
  return undefined;
}

function readUser(os: HostOs): HostUser {
  if (os === "windows") {
    const domainless = systemCalls().userInfo().username.split("\\").at(-1) ?? "";
    return { name: domainless, comment: domainless, uid: -1, gid: -1 };
  }
  const uid = process.getuid?.() ?? -1;
  if (os !== "darwin") {
    const known = findPasswdUser(readText("/etc/passwd"), uid);
    if (known !== undefined) return known;
  }
  const info = systemUser();
  return {
    name: info ?? process.env.USER ?? String(uid),
    comment: os === "darwin" ? macFullName() : "",
    uid,
    gid: process.getgid?.() ?? -1,
  };
}

/** The name from the system's user database; undefined for a user id that is in none (containers). */
function systemUser(): string | undefined {
  try {
    const { username } = systemCalls().userInfo();
    return username === "" || username === "unknown" ? undefined : username;
  } catch {
    return undefined;
  }
}

/** macOS keeps full names in its directory service, which `id -F` asks. */
function macFullName(): string {
  const result = Bun.spawnSync(["/usr/bin/id", "-F"], { stdin: "ignore", stderr: "ignore" });
  return result.success ? result.stdout.toString().trim() : "";
}

/**
 * The command that starts `limactl` again. A compiled program that was installed as a copy under the name `lima` or
 * `docker.lima` would act as that wrapper, so its sibling is named instead where there is one.
 */
function readSelf(): readonly string[] {
  const main = Bun.main.replaceAll("\\", "/");
  const compiled = main.includes("/$bunfs/") || main.includes("/~BUN/");
  if (!compiled) return [process.execPath, Bun.main];
  const name = /(?:^|[\\/])(?:\w+\.)?lima(\.exe)?$/i.exec(process.execPath);
  const sibling = join(dirname(process.execPath), `limactl${name?.[1] ?? ""}`);
  return name !== null && existsSync(sibling) ? [sibling] : [process.execPath];
}
