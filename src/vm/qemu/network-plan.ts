import { UserError } from "../../lib/errors.ts";
import type { NetworkAttachment } from "../driver.ts";
import { type ArgumentList, optionValue } from "./arguments.ts";
import type { QemuFacts } from "./facts.ts";
import { compareVersions } from "./version-plan.ts";

/** A socket to connect to before QEMU is spawned; it becomes QEMU's descriptor `fd`. */
export interface DescriptorPlan {
  readonly fd: number;
  readonly socket: string;
}

/** Descriptor numbers for QEMU: after its three standard ones, in argument order. */
const firstDescriptor = 3;

/** The primary network card and those of `networks`. @returns the descriptors QEMU needs */
export function addNetworks(list: ArgumentList, facts: QemuFacts): readonly DescriptorPlan[] {
  const descriptors: DescriptorPlan[] = [];
  const connect = (socket: string): number => {
    const fd = firstDescriptor + descriptors.length;
    descriptors.push({ fd, socket });
    return fd;
  };
  const device = facts.config.arch === "s390x" ? "virtio-net-ccw" : "virtio-net-pci";
  const primary = facts.networks.find((network) => network.kind === "user-v2");
  list.add(
    "-netdev",
    primary === undefined
      ? `user,id=net0,net=192.168.5.0/24,dhcpstart=192.168.5.15,hostfwd=tcp:${facts.sshAddress}:${facts.sshLocalPort}-:22`
      : `socket,id=net0,fd=${connect(primary.socket)}`,
  );
  list.add("-device", `${device},netdev=net0,mac=${facts.macAddress}`);
  facts.networks.forEach((network, index) => {
    if (network === primary) return;
    const id = `net${index + 1}`;
    list.add("-netdev", netdev(network, id, facts, connect));
    list.add("-device", `${device},netdev=${id},mac=${network.macAddress}`);
  });
  return descriptors;
}

function netdev(
  network: NetworkAttachment,
  id: string,
  { host, features }: QemuFacts,
  connect: (socket: string) => number,
): string {
  if (network.kind === "vmnet") {
    if (host.os !== "darwin") throw new UserError("networks of kind `lima` need socket_vmnet, which only macOS has");
    if (features.netdevHelp.includes("stream")) {
      const version = features.version ?? "0.0.0";
      const reconnect =
        compareVersions(version, "9.2.0") >= 0
          ? ",reconnect-ms=500"
          : compareVersions(version, "8.0.0") >= 0
            ? ",reconnect=1"
            : "";
      return `stream,id=${id},server=off,addr.type=unix,addr.path=${optionValue(network.socket)}${reconnect}`;
    }
  }
  return `socket,id=${id},fd=${connect(network.socket)}`;
}
