import { UserError } from "../../lib/errors.ts";
import { quote } from "../../lib/quote.ts";
import type { GuestMediaFacts } from "./facts.ts";
import type { MediaFile } from "./media.ts";

/**
 * The scripts of the media: `boot.sh`, the modules below `boot/`, the commands of `util/`, and what the driver adds.
 * Modules are in `boot/essential.<OS>/` (always run) and `boot/<OS>/` (not in plain mode).
 */
export function bootFiles({ bootScripts, driverScripts, config }: GuestMediaFacts): readonly MediaFile[] {
  const files = new Map<string, string>();
  for (const [path, text] of Object.entries(bootScripts)) {
    if (path === "boot.sh" || path.startsWith("boot/") || path.startsWith("util/")) files.set(path, text);
  }
  const ours = `drivers/${config.vmType}/`;
  if (config.vmType === "krunkit" && isFedora(config)) files.set("boot/Linux/00-reboot-if-required.sh", nothing);
  else {
    for (const [path, text] of Object.entries(bootScripts)) {
      if (path.startsWith(ours)) files.set(`boot/Linux/${path.slice(ours.length)}`, text);
    }
  }
  for (const [name, text] of Object.entries(driverScripts)) files.set(driverScriptPath(name), text);
  const paths = [...files.keys()].sort();
  return paths.map((path) => ({ path, mode: 0o755, content: files.get(path) ?? "" }));
}

/** A module that does nothing. */
const nothing = "#!/bin/sh\n";

/** Its GPU needs no set-up, and it is not to be restarted for its packages. */
function isFedora({ base, images }: GuestMediaFacts["config"]): boolean {
  return [...base.map(({ url }) => url), ...images.map(({ location }) => location)].some((url) =>
    url.includes("fedora"),
  );
}

function driverScriptPath(name: string): string {
  if (!name.includes("/")) return `boot/Linux/${name}`;
  const [, os, script] = /^boot\.([^/]+)\/([^/]+)$/.exec(name) ?? [];
  if (os === undefined || script === undefined) {
    throw new UserError(`invalid boot script filename ${quote(name)}: must be in format 'boot.<OS>/<SCRIPT>'`);
  }
  return `boot/${os}/${script}`;
}
