import { readFolder } from "./folder.macro.ts" with { type: "macro" };

/** What `limactl completion SHELL` prints, by file name: `limactl.bash`, `limactl.zsh`, `limactl.fish`, `limactl.ps1`. */
export const completionScripts: Readonly<Record<string, string>> = readFolder("src/assets/completion");
