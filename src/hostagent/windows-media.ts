import { randomInt } from "node:crypto";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { InstanceMediaOptions } from "../guest/cidata/instance-media.ts";
import { instanceIdAt } from "../guest/cidata/plan.ts";
import { planWindowsMedia, windowsMediaLabel } from "../guest/cidata/windows/plan.ts";
import { isIso9660, readAt } from "../image/format.ts";
import { writeIso } from "../lib/iso9660/write.ts";
import { instanceFiles } from "../store/instance-files.ts";

export type WindowsMediaOptions = Pick<
  InstanceMediaOptions,
  "config" | "name" | "directory" | "sshPublicKeys" | "bootScripts" | "time"
>;

/** Writes the media from which a Windows guest is set up; it has no cloud-config. @returns the instance id of this start */
export function writeWindowsMedia({ directory, name, time, ...options }: WindowsMediaOptions): string {
  const files = planWindowsMedia({
    ...options,
    instanceName: name,
    installerLabel: installerLabel(directory),
    initialPassword: randomPassword(),
  });
  writeIso(join(directory, instanceFiles.cidata), files, { label: windowsMediaLabel, names: "joliet", time });
  rmSync(join(directory, instanceFiles.cloudConfig), { force: true });
  return instanceIdAt(time);
}

/** The volume label of the instance's installation medium (ECMA-119 8.4.7); empty without one. */
function installerLabel(directory: string): string {
  const paths = [instanceFiles.iso, instanceFiles.baseDisk].map((name) => join(directory, name));
  const path = paths.find((each) => existsSync(each) && isIso9660(each));
  if (path === undefined) return "";
  return Buffer.from(readAt(path, 16 * 2048 + 40, 32))
    .toString("latin1")
    .trimEnd();
}

function randomPassword(): string {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  return Array.from({ length: 16 }, () => letters[randomInt(letters.length)]).join("");
}
