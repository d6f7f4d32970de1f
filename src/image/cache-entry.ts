import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { DigestAlgorithm } from "../lib/digest.ts";
import { writeFileAtomic } from "../lib/files.ts";
import { sha256Hex } from "../lib/sha256.ts";

/** One URL's directory in the download cache; whoever changes it holds its lock. */
export class CacheEntry {
  readonly directory: string;

  /** @param cacheDirectory `<cache>` of the store room */
  constructor(
    cacheDirectory: string,
    readonly url: string,
  ) {
    const key = sha256Hex(url);
    this.directory = join(cacheDirectory, "download", "by-url-sha256", key);
  }

  /** The bytes as the server sent them. */
  get data(): string {
    return join(this.directory, "data");
  }

  /** The image converted to raw, for drivers that do not read its format. */
  get raw(): string {
    return join(this.directory, "imgconv", "raw");
  }

  get hasData(): boolean {
    return existsSync(this.data);
  }

  /** The digest that `data` had when it was verified, as `ALGO:HEX`. */
  digest(algorithm: DigestAlgorithm): string | undefined {
    return this.#read(`${algorithm}.digest`);
  }

  /** The server's Last-Modified header for `data`, as it was sent. */
  get time(): string | undefined {
    return this.#read("time");
  }

  /** Forgets what is known of the present `data`; an interrupted replacement then asks the server again. */
  forget(): void {
    for (const name of this.#names()) {
      if (name === "time" || name === "type" || name.endsWith(".digest")) rmSync(join(this.directory, name));
    }
    rmSync(join(this.directory, "imgconv"), { recursive: true, force: true });
  }

  /** Removes downloads that a dead process left; safe under the lock alone. */
  removeLeftovers(): void {
    for (const name of this.#names()) {
      if (name === "data.part" || name.startsWith("data.tmp.")) rmSync(join(this.directory, name));
    }
  }

  write(name: string, text: string): void {
    writeFileAtomic(join(this.directory, name), text);
  }

  #read(name: string): string | undefined {
    const path = join(this.directory, name);
    return existsSync(path) ? readFileSync(path, "utf8").trim() : undefined;
  }

  #names(): readonly string[] {
    return readdirSync(this.directory);
  }
}
