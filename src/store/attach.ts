import { createHash } from "node:crypto";
import { join } from "node:path";
import { readTextIfExistsSync } from "../lib/files.ts";
import { type AttachVerdict, judgeAttach } from "./attach-plan.ts";
import { instanceFiles } from "./instance-files.ts";
import { bootId, type ProcessIdentity, processIdentity } from "./process.ts";
import { strayDrivers } from "./running.ts";
import { readState } from "./state.ts";

/** Whether the machine of an instance, whose host agent must be gone, can be taken over by another one. */
export function findAttachable(directory: string): AttachVerdict {
  const state = readState(directory);
  const found = new Map<number, ProcessIdentity>(strayDrivers(directory).map((each) => [each.pid, each]));
  const recorded = state?.driver;
  if (recorded !== undefined && processIdentity(recorded.pid)?.startTime === recorded.startTime) {
    found.set(recorded.pid, recorded);
  }
  return judgeAttach({
    state,
    bootId: bootId(),
    drivers: [...found.values()],
    limaYamlSha256: limaYamlSha256(directory),
  });
}

/** By this another host agent knows that the machine was started by the configuration in force. */
export function limaYamlSha256(directory: string): string | undefined {
  const text = readTextIfExistsSync(join(directory, instanceFiles.limaYaml));
  return text === undefined ? undefined : createHash("sha256").update(text).digest("hex");
}
