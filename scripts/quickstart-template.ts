import { mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { templates } from "../src/assets/templates.ts";
import { execOutput } from "../src/lib/exec.ts";
import { writeFileAtomic } from "../src/lib/files.ts";
import { firstImage, localGuestTemplate } from "./quickstart/image.ts";

// Prints the template that the quickstart uses: the default one where its image server answers within 5 s, otherwise one
// with the Debian guest that is built from packages on this machine. What it is doing goes to stderr.

const limitMs = 5000;

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { method: "HEAD", signal: AbortSignal.timeout(limitMs) });
    return response.ok;
  } catch {
    return false;
  }
}

async function main(): Promise<string> {
  const arch = process.arch === "arm64" ? "aarch64" : "x86_64";
  const url = firstImage(templates, "default.yaml", arch);
  if (url !== undefined && (await answers(url))) return "template:default";
  const server = url === undefined ? "the image server" : new URL(url).host;
  console.error(
    `image: ${server} does not answer within ${limitMs / 1000} s; using a Debian guest built from packages here`,
  );
  const builder = [process.execPath, join(import.meta.dir, "build-test-image.ts"), "debian", "--print"];
  const { disk } = JSON.parse(await execOutput(builder)) as { readonly disk: string };
  const folder = join(
    process.env.XDG_CACHE_HOME || join(process.env.HOME || homedir(), ".cache"),
    "limabun-quickstart",
  );
  mkdirSync(folder, { recursive: true });
  const path = join(folder, "debian.yaml");
  writeFileAtomic(path, localGuestTemplate(disk, arch));
  return path;
}

console.log(await main());
