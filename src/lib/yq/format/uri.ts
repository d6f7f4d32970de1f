import { UserError } from "../../errors.ts";

/** A text as a part of a URL's query. */
export function queryEscape(value: string): string {
  return encodeURIComponent(value)
    .replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll("%20", "+");
}

/** The reverse. @throws UserError for a broken escape */
export function queryUnescape(value: string): string {
  try {
    return decodeURIComponent(value.replaceAll("+", " "));
  } catch {
    throw new UserError(`invalid URL escape in ${JSON.stringify(value)}`);
  }
}
