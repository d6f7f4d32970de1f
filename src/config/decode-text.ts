import { UserError } from "../lib/errors.ts";

const strict = new TextDecoder("utf-8", { fatal: true });

/**
 * The text of a YAML file's bytes. `what` names the file in the error: ``template `LOCATOR` ``, a path.
 * @throws UserError with the offset of the first byte that is no UTF-8
 */
export function decodeText(bytes: Uint8Array, what: string): string {
  try {
    return strict.decode(bytes);
  } catch {
    const valid = new TextEncoder().encode(new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes));
    let offset = 0;
    while (offset < bytes.length && bytes[offset] === valid[offset]) offset += 1;
    throw new UserError(
      `${what} is not UTF-8 text (byte ${offset} is 0x${(bytes[offset] ?? 0).toString(16).padStart(2, "0")})`,
    );
  }
}
