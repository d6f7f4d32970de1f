import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inScratch, tar, write } from "./scratch-tar.ts";

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
