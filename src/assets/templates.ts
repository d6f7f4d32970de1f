import { readFolder } from "./folder.macro.ts" with { type: "macro" };

/** The shipped templates: text by path inside `templates/`, e.g. `default.yaml`, `_images/debian.yaml`. */
export const templates: Readonly<Record<string, string>> = readFolder("templates", ".yaml");
