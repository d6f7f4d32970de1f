import { join } from "node:path";
import { errorText } from "../lib/errors.ts";
import { quote } from "../lib/quote.ts";
import { configDirectory } from "../store/directories.ts";
import type { InstanceContext } from "./context.ts";
import type { HostFields, Instance } from "./record.ts";

/** The host as the JSON form and templates of an instance tell it. */
export function hostFields(context: InstanceContext): HostFields {
  return {
    HostOS: context.host.os,
    HostArch: context.host.arch,
    LimaHome: context.limaHome,
    IdentityFile: join(configDirectory(context.limaHome), "user"),
  };
}

/** Renders the `message` of a template over its instance, or says why it cannot be. */
export async function renderMessage(
  context: InstanceContext,
  instance: Instance,
  message: string,
): Promise<{ readonly text: string } | { readonly error: string }> {
  const { parseTemplate } = await import("../lib/gotemplate/parse.ts");
  try {
    parseTemplate(message, "format");
  } catch (error) {
    return { error: `message ${quote(message)} is not a valid template: ${errorText(error)}` };
  }
  const { renderTemplate } = await import("../lib/gotemplate/render.ts");
  const { templateView } = await import("./template-view.ts");
  try {
    const text = renderTemplate(message, templateView(instance, hostFields(context)), { name: "format" });
    return { text: text.replace(/\n$/, "") };
  } catch (error) {
    return { error: `cannot execute template ${quote(message)}: ${errorText(error)}` };
  }
}
