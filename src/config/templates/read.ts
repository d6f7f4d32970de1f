import { errorCode, errorText, UserError } from "../../lib/errors.ts";
import { quote } from "../../lib/quote.ts";
import { decodeText } from "../decode-text.ts";
import { expandHostPath } from "../host-path.ts";
import { imageTemplate } from "./image-locator.ts";
import { isImageLocator, pathOfFileUrl, schemeOf } from "./locator.ts";
import { inferName } from "./name.ts";
import { rewriteLocator } from "./rewrite.ts";
import { maxTemplateBytes, type TemplateContext } from "./source.ts";
import { readStoredTemplate } from "./store.ts";

/** A template as it was read. */
export interface Template {
  /** As given; relative locators inside the template are relative to this. */
  readonly locator: string;
  /** What the locator was rewritten to. */
  readonly resolved: string;
  readonly text: string;
  /** True for one that is merged into another. @default false */
  readonly isBase?: boolean;
}

async function fetchTemplate(url: string, { source }: TemplateContext): Promise<Uint8Array> {
  const { status, body } = await source.fetch(url, {}, maxTemplateBytes);
  if (status < 200 || status > 299)
    throw new UserError(`failed to read template ${quote(url)}: the server answered with status ${status}`);
  return body;
}

async function readPath(path: string, { source }: TemplateContext): Promise<Uint8Array> {
  try {
    return await source.readFile(path, maxTemplateBytes);
  } catch (error) {
    if (errorCode(error) === "ENOENT") throw new UserError(`open ${path}: no such file or directory`);
    if (errorCode(error) === "EISDIR") throw new UserError(`read ${path}: is a directory`);
    if (errorCode(error) === undefined) throw error;
    throw new UserError(`failed to read ${quote(path)}: ${errorText(error)}`, { cause: error });
  }
}

async function readBytes(locator: string, context: TemplateContext): Promise<Uint8Array> {
  if (locator === "-") return context.source.readStdin();
  switch (schemeOf(locator)) {
    case "template":
      return readStoredTemplate(locator.slice("template:".length), context);
    case "http":
    case "https":
      return fetchTemplate(locator, context);
    case "file":
      try {
        return readPath(pathOfFileUrl(locator), context);
      } catch (error) {
        throw new UserError(errorText(error));
      }
    default:
      try {
        return readPath(expandHostPath(locator, context.host), context);
      } catch (error) {
        throw new UserError(errorText(error));
      }
  }
}

/**
 * Reads what a locator stands for: a template, or a script file.
 * @param toText makes its bytes a text. @default UTF-8 alone is text
 * @throws UserError for one that cannot be found, read or decoded, or that is too long
 */
export async function readTemplate(locator: string, context: TemplateContext, toText = decodeText): Promise<Template> {
  const resolved = await rewriteLocator(locator, context);
  if (isImageLocator(resolved))
    return { locator, resolved, text: imageTemplate(resolved, context.host.arch, context.warnings) };
  const bytes = await readBytes(resolved, context);
  if (bytes.length > maxTemplateBytes)
    throw new UserError(`template ${quote(locator)} exceeds the size limit (${maxTemplateBytes} bytes)`);
  return { locator, resolved, text: toText(bytes, `template ${quote(locator)}`) };
}

/** The instance name that a template's locator gives; empty for standard input. @throws UserError for a bad file name */
export function templateName(template: Template, context: TemplateContext): string {
  return inferName(template.resolved, context.host.arch);
}
