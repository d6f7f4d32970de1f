import { open } from "node:fs/promises";
import { UserError } from "./errors.ts";
import { quote } from "./quote.ts";

const hexLengths = { sha256: 64, sha384: 96, sha512: 128 } as const;

/** Hash functions a digest may name. */
export type DigestAlgorithm = keyof typeof hexLengths;

/** A digest in OCI format, `ALGO:HEX`. */
export interface Digest {
  readonly algorithm: DigestAlgorithm;
  /** Lower case. */
  readonly hex: string;
}

/** Reads `ALGO:HEX`. @throws UserError */
export function parseDigest(text: string): Digest {
  const [algorithm = "", hex = "", ...rest] = text.split(":");
  if (!isAlgorithm(algorithm) || rest.length > 0 || !/^[0-9a-f]*$/.test(hex) || hex.length !== hexLengths[algorithm]) {
    throw new UserError(
      `invalid checksum digest format: ${quote(text)} (must be sha256, sha384 or sha512, ":", and hex)`,
    );
  }
  return { algorithm, hex };
}

/** `ALGO:HEX`. */
export function digestText({ algorithm, hex }: Digest): string {
  return `${algorithm}:${hex}`;
}

function isAlgorithm(text: string): text is DigestAlgorithm {
  return text in hexLengths;
}

/** Hashes a whole file. */
export async function fileDigest(path: string, algorithm: DigestAlgorithm, signal?: AbortSignal): Promise<Digest> {
  const hasher = new Bun.CryptoHasher(algorithm);
  const buffer = Buffer.allocUnsafe(1024 * 1024);
  const file = await open(path, "r");
  try {
    for (;;) {
      signal?.throwIfAborted();
      const { bytesRead } = await file.read(buffer, 0, buffer.length, null);
      if (bytesRead === 0) return { algorithm, hex: hasher.digest("hex") };
      hasher.update(buffer.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}
