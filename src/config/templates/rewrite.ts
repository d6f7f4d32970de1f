import { UserError } from "../../lib/errors.ts";
import { quote } from "../../lib/quote.ts";
import { rewriteGithub } from "./github.ts";
import { schemeOf } from "./locator.ts";
import type { TemplateContext } from "./source.ts";

/** More steps than this are a loop as well: a plugin that always finds something new to say. */
const maxSteps = 100;

async function rewriteOnce(locator: string, context: TemplateContext): Promise<string> {
  const scheme = schemeOf(locator);
  if (scheme === undefined) return locator;
  const rest = locator.slice(scheme.length + 1);
  if (scheme === "template") {
    if (!rest.startsWith("//")) return locator;
    const rewritten = `template:${rest.slice(2)}`;
    context.warnings.push({
      message: `Template locator ${quote(locator)} should be written ${quote(rewritten)} since Lima v2.0`,
    });
    return rewritten;
  }
  if (scheme === "github") return rewriteGithub(rest, context);
  const result = await context.source.runPlugin(scheme, rest);
  if (result === undefined) return locator;
  if ("error" in result) throw new UserError(`command ${quote(result.command)} failed: ${result.error}`);
  return result.output.trim();
}

/**
 * Rewrites custom schemes (`github:`, `template://`, those of URL plugins) until the locator stays the same.
 * @throws UserError when the same locator comes up twice, or a step fails
 */
export async function rewriteLocator(locator: string, context: TemplateContext): Promise<string> {
  const seen = new Set<string>();
  let current = locator;
  let github = false;
  for (;;) {
    seen.add(current);
    if (current.startsWith("github:")) github = true;
    const next = await rewriteOnce(current, context);
    if (next === current) break;
    context.steps?.push(`Locator ${quote(current)} replaced with ${quote(next)}`);
    if (seen.has(next) || seen.size >= maxSteps)
      throw new UserError(`custom locator ${quote(locator)} has a redirect loop`);
    current = next;
  }
  if (github) context.warnings.push({ message: "The github: scheme is still EXPERIMENTAL" });
  return current;
}
