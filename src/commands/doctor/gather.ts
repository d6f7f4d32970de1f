import { accessSync, constants, existsSync, readdirSync, readFileSync, statfsSync } from "node:fs";
import { createServer } from "node:net";
import { freemem } from "node:os";
import { dirname, join } from "node:path";
import type { Config } from "../../config/types.ts";
import { findSftpServer } from "../../hostagent/mounts/sftp-server.ts";
import { wantedSshPort } from "../../hostagent/ssh-port.ts";
import type { InstanceContext } from "../../instance/context.ts";
import { inspectAll } from "../../instance/list.ts";
import type { Instance } from "../../instance/record.ts";
import { driversOf } from "../../instance/stop.ts";
import { errorCode, errorText } from "../../lib/errors.ts";
import { readTextIfExistsSync } from "../../lib/files.ts";
import type { Arch, Host } from "../../lib/host.ts";
import { cacheDirectory, configDirectory, instanceNames } from "../../store/directories.ts";
import { transientSuffixes } from "../../store/instance-files.ts";
import { processIdentity } from "../../store/process.ts";
import { findSshProgram } from "../../store/ssh-program.ts";
import { readAcceleration } from "../../vm/qemu/acceleration.ts";
import { findQemu, which } from "../../vm/qemu/binary.ts";
import { qemuFeatures } from "../../vm/qemu/features.ts";
import { findFirmware } from "../../vm/qemu/firmware.ts";
import type { DoctorFacts, Found, InstanceState, QemuState, WantedPort } from "./facts.ts";
import { longestSocket } from "./instances-plan.ts";

/** Looks at everything that `limactl doctor` judges; changes nothing. */
export async function gatherDoctorFacts(context: InstanceContext): Promise<DoctorFacts> {
  const { host, limaHome } = context;
  const { instances } = await inspectAll(context, instanceNames(limaHome));
  const archs = new Set<Arch>([host.arch, ...instances.flatMap(({ config }) => config?.arch ?? [])]);
  const [acceleration, ssh, qemu, states] = await Promise.all([
    readAcceleration(host),
    attempt(async () => {
      const { command, version } = await findSshProgram(host, context.logger);
      return { path: command[0] ?? "", version: `OpenSSH ${version.slice(0, 2).join(".")}` };
    }),
    Promise.all([...archs].map((arch) => readQemu(arch, host))),
    Promise.all(instances.map(readInstance)),
  ]);
  return {
    os: host.os,
    arch: host.arch,
    osRelease: (host.os === "linux" ? readTextIfExistsSync("/etc/os-release") : undefined) ?? "",
    limaHome,
    homeProblem: homeProblem(limaHome),
    homeFreeBytes: freeBytes(limaHome),
    memoryBytes: host.memoryBytes,
    availableMemoryBytes: availableMemory(),
    qemu,
    qemuImg: which("qemu-img", host),
    acceleration,
    ssh,
    identity: which("ssh-keygen", host) !== undefined || existsSync(join(configDirectory(limaHome), "user")),
    rsync: which("rsync", host),
    sftpServer: sftpServer(host),
    instances: states,
    staleParts: staleParts(limaHome),
  };
}

async function attempt<T>(look: () => Promise<T>): Promise<Found<T>> {
  try {
    return { found: await look() };
  } catch (error) {
    return { problem: errorText(error) };
  }
}

async function readQemu(arch: Arch, host: Host): Promise<QemuState> {
  const binary = await attempt(async () => {
    const { path } = await findQemu(arch, host);
    const machine = arch === "x86_64" ? "q35" : "virt";
    const features = await qemuFeatures(path, machine, { cacheDirectory: cacheDirectory(host), env: host.env });
    return { path, version: features.version, accelHelp: features.accelHelp };
  });
  return { arch, binary, firmware: "found" in binary ? findFirmware(arch, host, binary.found.path) : undefined };
}

async function readInstance(instance: Instance): Promise<InstanceState> {
  const { name, status, errors, dir, config } = instance;
  const idle = instance.hostAgent === undefined && instance.driver === undefined;
  return {
    name,
    status,
    errors,
    loaded: config !== undefined,
    memoryBytes: instance.memoryBytes,
    socketPathBytes: Buffer.byteLength(join(dir, longestSocket)),
    usesSshfs: config !== undefined && config.mountType === "reverse-sshfs" && config.mounts.length > 0,
    ports: config === undefined ? [] : await wantedPorts(instance, config, idle),
    staleFiles: idle ? readdirSync(dir).filter((file) => transientSuffixes.some((end) => file.endsWith(end))) : [],
    orphans: instance.hostAgent === undefined ? driversOf(instance).map(({ pid }) => pid) : [],
  };
}

async function wantedPorts(instance: Instance, config: Config, idle: boolean): Promise<readonly WantedPort[]> {
  const ssh = wantedSshPort({
    configured: config.ssh.localPort,
    instanceName: instance.name,
    limaVersion: instance.limaVersion,
  });
  const wanted = [
    ...(ssh === 0 ? [] : [{ field: "ssh.localPort", address: "127.0.0.1", port: ssh }]),
    ...config.portForwards.flatMap((rule, index) =>
      rule.static && rule.hostPort !== 0
        ? [{ field: `portForwards[${index}].hostPort`, address: rule.hostIP, port: rule.hostPort }]
        : [],
    ),
  ];
  return Promise.all(
    wanted.map(async (each) => ({ ...each, taken: idle ? await whyTaken(each.address, each.port) : undefined })),
  );
}

/** Listens on a port for a moment. @returns why that cannot be done */
function whyTaken(address: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error) => {
      resolve(errorCode(error) === "EADDRINUSE" ? "another program listens on it" : errorText(error));
    });
    server.listen(port, address, () => server.close(() => resolve(undefined)));
  });
}

/** The Lima home, or the nearest directory above it, must take files. */
function homeProblem(limaHome: string): string | undefined {
  try {
    accessSync(existing(limaHome), constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    return `cannot write to ${limaHome}: ${errorText(error)}`;
  }
}

function existing(path: string): string {
  return existsSync(path) || path === dirname(path) ? path : existing(dirname(path));
}

function freeBytes(path: string): number | undefined {
  try {
    const { bavail, bsize } = statfsSync(existing(path));
    return bavail * bsize;
  } catch {
    return undefined;
  }
}

/** Memory that programs can still have; on Linux with what the kernel would give up for it. */
function availableMemory(): number {
  try {
    const kib = /^MemAvailable:\s+(\d+) kB$/m.exec(readFileSync("/proc/meminfo", "utf8"))?.[1];
    if (kib !== undefined) return Number(kib) * 1024;
  } catch {
    // Not Linux.
  }
  return freemem();
}

function sftpServer(host: Host): string | undefined {
  try {
    return findSftpServer(host);
  } catch {
    return undefined;
  }
}

/** Hidden directories that a killed creation has left. */
function staleParts(limaHome: string): readonly string[] {
  if (!existsSync(limaHome)) return [];
  return readdirSync(limaHome)
    .filter((name) => {
      const pid = /^\..+\.(\d+)\.create\.tmp$/.exec(name)?.[1];
      return pid !== undefined && processIdentity(Number(pid)) === undefined;
    })
    .map((name) => join(limaHome, name));
}
