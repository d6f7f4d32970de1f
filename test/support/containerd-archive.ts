import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

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

/** Makes an OCI image of BusyBox that serves a page on `port`, as a tar to be imported. */
export function writeImage(path: string, name: string, port: number): void {
  inScratch((place) => {
    const root = join(place, "root");
    mkdirSync(join(root, "bin"), { recursive: true });
    copyFileSync("/bin/busybox", join(root, "bin/busybox"));
    symlinkSync("busybox", join(root, "bin/httpd"));
    write(join(root, "www/index.html"), "from a container\n");
    tar(join(place, "layer.tar"), root, ["."]);
    const layer = blob(place, readFileSync(join(place, "layer.tar")));
    const config = {
      architecture: "amd64",
      os: "linux",
      config: { Cmd: ["/bin/httpd", "-f", "-p", String(port), "-h", "/www"] },
      rootfs: { type: "layers", diff_ids: [layer.digest] },
    };
    const media = "application/vnd.oci.image";
    const manifest = {
      schemaVersion: 2,
      mediaType: `${media}.manifest.v1+json`,
      config: { mediaType: `${media}.config.v1+json`, ...blob(place, config) },
      layers: [{ mediaType: `${media}.layer.v1.tar`, ...layer }],
    };
    const described = {
      mediaType: `${media}.manifest.v1+json`,
      ...blob(place, manifest),
      annotations: { "org.opencontainers.image.ref.name": name, "io.containerd.image.name": name },
    };
    write(join(place, "index.json"), JSON.stringify({ schemaVersion: 2, manifests: [described] }));
    write(join(place, "oci-layout"), JSON.stringify({ imageLayoutVersion: "1.0.0" }));
    tar(path, place, ["blobs", "index.json", "oci-layout"]);
  });
}

/** Puts a blob where an OCI layout has it. */
function blob(place: string, content: Buffer | object): { readonly digest: string; readonly size: number } {
  const bytes = Buffer.isBuffer(content) ? content : Buffer.from(JSON.stringify(content));
  const hex = createHash("sha256").update(bytes).digest("hex");
  mkdirSync(join(place, "blobs/sha256"), { recursive: true });
  writeFileSync(join(place, "blobs/sha256", hex), bytes);
  return { digest: `sha256:${hex}`, size: bytes.length };
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  chmodSync(path, 0o755);
}

function tar(path: string, directory: string, words: readonly string[]): void {
  const made = spawnSync("tar", ["-C", directory, "--owner=0", "--group=0", "-cf", path, ...words]);
  if (made.status !== 0) throw new Error(`tar: ${made.stderr}`);
}

function inScratch(make: (place: string) => void): void {
  const place = mkdtempSync(join(tmpdir(), "archive-"));
  try {
    make(place);
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}
