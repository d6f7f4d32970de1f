import { join } from "node:path";
import { inScratch, tar, write } from "./scratch-tar.ts";

const nerdctl = `#!/bin/sh
case $1 in
--version) echo "nerdctl version 0.test" ;;
completion) echo "# completion for $2" ;;
esac
`;

/** Writes down what it was asked for, and makes a unit of the user's where the real one would. */
const setupTool = `#!/bin/sh
set -eu
echo "$1 $(id -un) $XDG_RUNTIME_DIR \${CONTAINERD_NAMESPACE-} \${CONTAINERD_SNAPSHOTTER-}" >>"$HOME/setup-tool"
[ "$1" = install ] || exit 0
mkdir -p "$HOME/.config/systemd/user"
printf '[Service]\\nExecStart=/bin/sleep infinity\\n[Install]\\nWantedBy=default.target\\n' >"$HOME/.config/systemd/user/containerd.service"
systemctl --user daemon-reload
systemctl --user enable --now containerd
`;

const unit = (command: string, type = "simple") =>
  `[Service]\nType=${type}\nExecStart=${command}\n[Install]\nWantedBy=multi-user.target\n`;

/** The archive's files: the shape of nerdctl-full, with the guest's own containerd behind the unit. */
const files: Readonly<Record<string, string>> = {
  "bin/nerdctl": nerdctl,
  "bin/containerd-rootless-setuptool.sh": setupTool,
  "lib/systemd/system/containerd.service": unit("/usr/bin/containerd", "notify"),
  "lib/systemd/system/buildkit.service": unit("/bin/sleep infinity"),
  "lib/systemd/system/stargz-snapshotter.service": unit("/bin/sleep infinity"),
};

/** Makes an archive that is laid out as nerdctl-full is. */
export function writeContainerdArchive(path: string): void {
  inScratch((place) => {
    for (const [name, text] of Object.entries(files)) write(join(place, name), text);
    tar(path, place, ["-z", "bin", "lib"]);
  });
}
