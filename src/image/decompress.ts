import { closeSync, createReadStream, createWriteStream, fsyncSync, openSync } from "node:fs";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { UserError } from "../lib/errors.ts";
import { childEnv, describeExit } from "../lib/exec.ts";
import type { Logger } from "../lib/log.ts";
import { readAt } from "./format.ts";

/** A compression: its file name ending, its magic bytes, the program that undoes it. */
export interface Compression {
  readonly extension: string;
  readonly magic: readonly number[];
  readonly program: string;
}

const compressions: readonly Compression[] = [
  { extension: ".gz", magic: [0x1f, 0x8b], program: "gzip" },
  { extension: ".bz2", magic: [0x42, 0x5a], program: "bzip2" },
  { extension: ".xz", magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], program: "xz" },
  { extension: ".zst", magic: [0x28, 0xb5, 0x2f, 0xfd], program: "zstd" },
];

/** How a file is compressed: by the ending of the location it came from, else by its first bytes. */
export function compressionOf(location: string, path: string): Compression | undefined {
  const name = location.toLowerCase();
  const byName = compressions.find(({ extension }) => name.endsWith(extension));
  if (byName !== undefined) return byName;
  const head = readAt(path, 0, 6);
  return compressions.find(({ magic }) => magic.every((byte, index) => head[index] === byte));
}

export interface DecompressOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Logger;
  readonly signal?: AbortSignal;
}

/** Unpacks `source` into `destination`, by the compression's own program, which is the fastest. @throws UserError */
export async function decompress(
  compression: Compression,
  source: string,
  destination: string,
  options: DecompressOptions,
): Promise<void> {
  const { program, extension } = compression;
  const path = Bun.which(program, { PATH: options.env.PATH ?? "" });
  if (path === null) {
    await decompressWithin(compression, source, destination, options);
    return;
  }
  options.log.debug(`decompressing ${extension} with external ${path}`);
  const input = openSync(source, "r");
  try {
    const output = openSync(destination, "w", 0o644);
    try {
      const child = Bun.spawn([path, "-d"], {
        env: childEnv(options.env),
        stdio: [input, output, "pipe"],
        ...(options.signal === undefined ? {} : { signal: options.signal }),
      });
      const stderr = await new Response(child.stderr).text();
      await child.exited;
      options.signal?.throwIfAborted();
      const status = { code: child.exitCode, signal: child.signalCode === null ? null : String(child.signalCode) };
      if (status.code !== 0) {
        throw new UserError(
          `failed to decompress ${source} with ${program} -d: ${describeExit(status)}: ${stderr.trim()}`,
        );
      }
      fsyncSync(output);
    } finally {
      closeSync(output);
    }
  } finally {
    closeSync(input);
  }
}

/** Without the program: what this runtime can undo itself. */
async function decompressWithin(
  { program, extension }: Compression,
  source: string,
  destination: string,
  { signal }: DecompressOptions,
): Promise<void> {
  if (extension !== ".gz") {
    throw new UserError(`failed to find \`${program}\` in $PATH, which unpacks *${extension} (hint: install it)`);
  }
  const output = createWriteStream(destination, { mode: 0o644 });
  await pipeline(createReadStream(source), createGunzip(), output, ...(signal === undefined ? [] : [{ signal }]));
  const fd = openSync(destination, "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
