import { mountTag } from "../../config/mount-tag.ts";
import { type ArgumentList, optionValue } from "./arguments.ts";
import type { QemuFacts } from "./facts.ts";
import { hostJoin, virtiofsdSocket } from "./layout.ts";
import { virtiofsdCommand } from "./virtiofsd-plan.ts";

/** A process that QEMU needs beside it. */
export interface HelperPlan {
  /** Prefix of its log lines. */
  readonly name: string;
  readonly argv: readonly string[];
  /** It listens here once it is ready; an old socket is removed before. */
  readonly socket: string;
  /** Private directory it keeps state in, made when absent. */
  readonly stateDirectory?: string;
}

/** Directories shared by 9p or virtiofs. @returns the virtiofsd processes they take */
export function addMounts(list: ArgumentList, facts: QemuFacts): readonly HelperPlan[] {
  if (facts.config.mountType === "9p") addNineP(list, facts);
  return facts.config.mountType === "virtiofs" ? addVirtiofs(list, facts) : [];
}

function addNineP(list: ArgumentList, { config }: QemuFacts): void {
  for (const { location, mountPoint, writable, "9p": options } of config.mounts) {
    const readOnly = writable ? "" : ",readonly=on";
    const path = optionValue(location);
    const model = options.securityModel;
    list.add(
      "-virtfs",
      `local,mount_tag=${mountTag({ location, mountPoint })},path=${path},security_model=${model}${readOnly}`,
    );
  }
}

function addVirtiofs(list: ArgumentList, facts: QemuFacts): readonly HelperPlan[] {
  return facts.config.mounts.map(({ location, mountPoint, virtiofs }, index) => {
    const socket = hostJoin(facts.host.os, facts.instance.directory, virtiofsdSocket(index));
    const argv = virtiofsdCommand(facts.helpers.virtiofsd, socket, location);
    const tag = mountTag({ location, mountPoint });
    list.add("-chardev", `socket,id=char-virtiofs-${index},path=${optionValue(socket)}`);
    list.add(
      "-device",
      `vhost-user-fs-pci,queue-size=${virtiofs.queueSize ?? 1024},chardev=char-virtiofs-${index},tag=${tag}`,
    );
    return { name: `virtiofsd-${index}`, argv, socket };
  });
}
