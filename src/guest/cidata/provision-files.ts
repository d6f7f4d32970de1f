import type { Config, Provision } from "../../config/types.ts";
import { bytesOfText } from "../../lib/byte-text.ts";
import type { MediaFile } from "./media.ts";

/** An entry's number among all of `provision`, as file and variable names have it: eight digits from zero. */
export function provisionIndex(index: number): string {
  return String(index).padStart(8, "0");
}

/** The files of the provisioning entries. `boot` is part of user-data and `ansible` runs on the host: no file. */
export function provisionFiles({ provision }: Config): readonly MediaFile[] {
  return provision.flatMap((entry, index) => {
    const content = entryContent(entry);
    if (content === undefined) return [];
    const mode = entry.mode === "data" || entry.mode === "yq" ? 0o644 : 0o755;
    return [{ path: `provision.${entry.mode}/${provisionIndex(index)}`, mode, content }];
  });
}

function entryContent(entry: Provision): string | Uint8Array | undefined {
  switch (entry.mode) {
    case "system":
    case "user":
    case "dependency":
      return entry.script;
    case "data":
      return fileContent(entry.content ?? "");
    case "yq":
      return entry.expression ?? "";
    case "boot":
    case "ansible":
      return undefined;
  }
}

/** A file may be none of text (`textOfBytes`). */
function fileContent(text: string): string | Uint8Array {
  return text.isWellFormed() ? text : bytesOfText(text);
}
