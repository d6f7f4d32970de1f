import { UserError } from "../../lib/errors.ts";
import type { Arch } from "../../lib/host.ts";
import { quote } from "../../lib/quote.ts";
import { identifierProblem } from "../identifier.ts";
import { imageName } from "./image-locator.ts";
import { isImageLocator } from "./locator.ts";

/**
 * The instance name that a (rewritten) locator gives; empty for standard input.
 * @throws UserError ``filename `X` is invalid: ...``
 */
export function inferName(locator: string, hostArch: Arch): string {
  if (locator === "-") return "";
  if (isImageLocator(locator)) return imageName(locator, hostArch);
  const path = locator.replace(/^[A-Za-z][A-Za-z0-9+.-]+:/, "").replace(/[?#].*$/, "");
  const base = path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1).toLowerCase();
  const name = base.replace(/\.yml$/, "").replace(/\.yaml$/, "");
  const problem = identifierProblem(name);
  if (problem !== undefined) throw new UserError(`filename ${quote(base)} is invalid: ${problem}`);
  return name;
}
