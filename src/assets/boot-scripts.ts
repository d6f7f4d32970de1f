import { readFolder } from "./folder.macro.ts" with { type: "macro" };

/** What runs in the guest at boot: text by path inside `src/guest/boot/`, which is also its path on cidata.iso. */
export const bootScripts: Readonly<Record<string, string>> = readFolder("src/guest/boot");
