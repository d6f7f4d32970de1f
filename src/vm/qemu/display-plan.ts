import { UserError } from "../../lib/errors.ts";
import type { HostOs } from "../../lib/host.ts";
import { goQuote } from "../../lib/quote.ts";
import type { ArgumentList } from "./arguments.ts";
import type { QemuFacts } from "./facts.ts";
import { compareVersions } from "./version-plan.ts";

/** Sound. @returns warnings */
export function addAudio(list: ArgumentList, { host, config, features }: QemuFacts): readonly string[] {
  const { device, interface: wanted } = config.audio;
  if (device === "" || device === "none") {
    list.add("-audiodev", "none,id=snd0");
    return [];
  }
  list.add("-audiodev", `${device === "default" ? defaultAudio(host.os) : device},id=snd0`);
  if (wanted !== "" && wanted !== "hda" && wanted !== "virtio") {
    throw new UserError(`invalid audio.interface ${goQuote(wanted)}, must be "hda" or "virtio"`);
  }
  const version = features.version ?? "0.0.0";
  if (wanted === "virtio" && compareVersions(version, "8.2.0") >= 0) {
    list.add("-device", "virtio-sound-pci,audiodev=snd0");
    return [];
  }
  list.add("-device", "ich9-intel-hda", "-device", "hda-output,audiodev=snd0");
  return wanted === "virtio"
    ? [`audio.interface "virtio" needs QEMU 8.2.0 or later, found ${version}; using "hda"`]
    : [];
}

function defaultAudio(os: HostOs): string {
  if (os === "darwin") return "coreaudio";
  if (os === "linux") return "pa";
  return os === "windows" ? "dsound" : "oss";
}

/** Screen, keyboard and pointer. */
export function addDisplay(list: ArgumentList, { config }: QemuFacts): void {
  const { display, vnc } = config.video;
  const isVnc = display === "vnc";
  if (display !== "") list.set("-display", isVnc ? `vnc=${vnc.display ?? "127.0.0.1:0,to=9"},password=on` : display);
  if (display === "" || display === "none") {
    list.add("-vga", "none");
    return;
  }
  list.add("-device", videoDevice(config));
  // A mouse tells movements only; over VNC the pointer's place must be absolute to stay with the viewer's.
  list.add("-device", "virtio-keyboard-pci", "-device", `virtio-${isVnc ? "tablet" : "mouse"}-pci`);
}

function videoDevice({ arch, os }: QemuFacts["config"]): string {
  if (arch === "x86_64" || arch === "riscv64") return "virtio-vga";
  return os === "Windows" ? "ramfb" : "virtio-gpu";
}
