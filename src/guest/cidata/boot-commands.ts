import type { GuestMediaFacts } from "./facts.ts";
import { shellWord } from "./shell-text.ts";

/**
 * The items of cloud-init's `bootcmd`, which runs early at every boot as one /bin/sh script: names for the NICs on
 * Linux, then the provisioning of mode `boot`. cidata is not mounted yet, so parameters are given literally.
 */
export function bootCommands({ config, nics, bootScripts }: GuestMediaFacts): readonly string[] {
  const commands: string[] = [];
  if (config.os === "Linux" && nics.length > 0) {
    const pairs = nics.map(({ mac, name }) => shellWord(`${mac.toLowerCase()}=${name}`)).join(" ");
    const script = (bootScripts["cloud-init/name-nics.sh"] ?? "").replace(/^#!.*\n/, "");
    commands.push(`${script}\nname_nics ${pairs}\n`);
  }
  const names = Object.keys(config.param).sort();
  const exports = names.map((name) => `export PARAM_${name}=${shellWord(config.param[name] ?? "")}\n`).join("");
  for (const { mode, script } of config.provision) if (mode === "boot") commands.push(exports + script);
  return commands;
}
