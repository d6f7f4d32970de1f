import { executeTemplate } from "./execute.ts";
import type { TemplateOptions } from "./options.ts";
import { parseTemplate } from "./parse.ts";

/**
 * Renders a Go text/template over plain data (`value.ts` says how Go sees it).
 * @throws TemplateError with Go's text when parsing or executing fails; nothing is returned then
 */
export function renderTemplate(text: string, data: unknown, options: TemplateOptions = {}): string {
  return executeTemplate(parseTemplate(text, options.name ?? "", options), data, options);
}
