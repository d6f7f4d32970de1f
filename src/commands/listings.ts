import { isHiddenTemplate, listTemplates } from "../config/templates/store.ts";
import { registeredDrivers } from "../vm/drivers.ts";
import type { CreateContext } from "./new-instance.ts";
import { openTemplates } from "./templates.ts";

/** Serves `--list-templates` and `--list-drivers`. @returns false when neither was asked for */
export async function listed(context: Pick<CreateContext, "flags" | "stdout" | "host" | "logger">): Promise<boolean> {
  if (context.flags["list-templates"]) {
    const { source } = await openTemplates(context);
    const names = (await listTemplates(source)).map(({ name }) => name).filter((name) => !isHiddenTemplate(name));
    context.stdout.write(names.map((name) => `${name}\n`).join(""));
    return true;
  }
  if (context.flags["list-drivers"]) {
    const { locations, warnings } = registeredDrivers(context.host);
    for (const warning of warnings) context.logger.warn(warning);
    context.stdout.write(
      Object.keys(locations)
        .map((name) => `${name}\n`)
        .join(""),
    );
    return true;
  }
  return false;
}
