import { UserError } from "../../errors.ts";

/** Text as base64 of its UTF-8 bytes. */
export function encodeBase64(value: string): string {
  let binary = "";
  for (const byte of new TextEncoder().encode(value)) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/** The text whose UTF-8 bytes a base64 text stands for; white space and missing padding are forgiven. */
export function decodeBase64(value: string): string {
  const compact = value.replace(/\s+/g, "").replace(/=+$/, "");
  let binary: string;
  try {
    binary = atob(compact + "=".repeat((4 - (compact.length % 4)) % 4));
  } catch {
    throw new UserError("illegal base64 data");
  }
  return new TextDecoder().decode(Uint8Array.from(binary, (char) => char.charCodeAt(0)));
}

/** The same in the alphabet for URLs and file names. */
export function encodeBase64Url(value: string): string {
  return encodeBase64(value).replaceAll("+", "-").replaceAll("/", "_");
}

export function decodeBase64Url(value: string): string {
  return decodeBase64(value.replaceAll("-", "+").replaceAll("_", "/"));
}
