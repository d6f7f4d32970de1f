import { join } from "node:path/win32";

/**
 * The search path of this run on Windows: the extra directories that a wrapper asks for come first, those where QEMU and
 * MSYS2 are usually installed come last.
 * @param env the environment; variable names in any case
 * @param isDirectory tells whether a path is a directory
 * @returns the new value of PATH, and whether the usual places were added
 */
export function windowsPath(
  env: Readonly<Record<string, string | undefined>>,
  isDirectory: (path: string) => boolean,
): { readonly path: string; readonly addedTools: boolean } {
  const variable = (name: string) => Object.entries(env).find(([key]) => key.toUpperCase() === name)?.[1] ?? "";
  const extra = variable("_LIMA_WINDOWS_EXTRA_PATH").trim();
  const parts = [...(extra === "" ? [] : [extra]), ...(variable("PATH") === "" ? [] : [variable("PATH")])];
  const present = parts.join(";").toLowerCase().split(";");
  const programs = variable("PROGRAMFILES");
  const usual = [...(programs === "" ? [] : [join(programs, "QEMU")]), "C:\\msys64\\usr\\bin"];
  const added = usual.filter((directory) => !present.includes(directory.toLowerCase()) && isDirectory(directory));
  return { path: [...parts, ...added].join(";"), addedTools: added.length > 0 };
}
