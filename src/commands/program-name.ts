import type { Wrapper } from "./wrappers/plan.ts";

/** The programs that this one executable is. */
export type Program = "limactl" | "lima" | "lima-guestagent" | "yq" | Wrapper;

/** True for the name of a wrapper of a guest's program. */
export function isWrapper(name: string): name is Wrapper {
  return /^(?:nerdctl|docker|podman|kubectl|apptainer)\.lima$/.test(name);
}

/**
 * The program that is meant by the name it was called by: the base name up to its first dot, or as a whole for wrappers.
 * @param calledAs argv[0] as the caller gave it
 */
export function programOf(calledAs: string): Program {
  const base = (calledAs.split(/[\\/]/).at(-1) ?? "").toLowerCase().replace(/\.exe$/, "");
  if (isWrapper(base)) return base;
  const name = base.split(".")[0];
  return name === "yq" || name === "lima" || name === "lima-guestagent" ? name : "limactl";
}
